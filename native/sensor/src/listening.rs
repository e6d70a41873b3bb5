// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Who listens where. Several sockets may listen on one port, by address or sharing it (SO_REUSEPORT): each is kept by
//! its own cookie, so that the end of one takes no owner from another. Bounded.

use crate::frames::network;
use crate::sockets::Owner;
use std::collections::HashMap;

/// Most listening sockets kept, of the machine, of one network namespace and of one port in it.
const MAX_LISTENERS: usize = 65_536;
const MAX_OF_NAMESPACE: usize = 16_384;
const MAX_OF_PORT: usize = 256;
/// Of a socket that is older than the sensor.
pub const NO_COOKIE: u64 = 0;

/// Where a socket listens, or where a connection came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    pub namespace: u32,
    pub port: u16,
    /// 4 or 6. A connection has that of the socket that listens, also when an IPv4 address comes to one of family 6.
    pub family: u8,
    pub address: [u8; 16],
}

impl Place {
    /// From a record as the kernel wrote it.
    pub fn of(record: &[u8]) -> Self {
        Self {
            namespace: network::network_namespace(record),
            port: network::local_port(record),
            family: network::family(record),
            address: network::local_address(record),
        }
    }
}

struct Listener {
    cookie: u64,
    family: u8,
    address: [u8; 16],
    owner: Owner,
}

impl Listener {
    fn is_at(&self, place: &Place) -> bool {
        self.family == place.family && self.address == place.address
    }

    fn takes_any(&self, place: &Place) -> bool {
        self.family == place.family && self.address == [0; 16]
    }
}

#[derive(Default)]
struct Namespace {
    /// Of each port the newest last.
    by_port: HashMap<u16, Vec<Listener>>,
    count: usize,
}

impl Namespace {
    fn remove(&mut self, port: u16, at: usize) -> Option<Owner> {
        let listeners = self.by_port.get_mut(&port).filter(|listeners| at < listeners.len())?;
        let owner = listeners.remove(at).owner;
        if listeners.is_empty() {
            self.by_port.remove(&port);
        }
        self.count -= 1;
        Some(owner)
    }
}

/// All listening sockets.
#[derive(Default)]
pub struct Listening {
    namespaces: HashMap<u32, Namespace>,
    count: usize,
}

impl Listening {
    pub fn listen(&mut self, place: &Place, cookie: u64, owner: Owner) {
        // A socket that listens again.
        if let Some(at) =
            self.on(place).iter().position(|found| found.cookie == cookie && cookie != NO_COOKIE)
        {
            self.remove(place.namespace, place.port, at);
        }
        if !self.has_room(place) {
            return;
        }
        let namespace = self.namespaces.entry(place.namespace).or_default();
        let listeners = namespace.by_port.entry(place.port).or_default();
        listeners.push(Listener { cookie, family: place.family, address: place.address, owner });
        namespace.count += 1;
        self.count += 1;
    }

    /// Makes room where it can: whoever has most of all gives way, and never to itself.
    fn has_room(&mut self, place: &Place) -> bool {
        let own = self.namespaces.get(&place.namespace);
        let own_count = own.map_or(0, |own| own.count);
        let of_port = own.and_then(|own| own.by_port.get(&place.port)).map_or(0, Vec::len);
        if of_port >= MAX_OF_PORT {
            self.remove(place.namespace, place.port, 0);
            return true;
        }
        if own_count >= MAX_OF_NAMESPACE {
            return false;
        }
        if self.count < MAX_LISTENERS {
            return true;
        }
        let largest = self.namespaces.iter().max_by_key(|(_, namespace)| namespace.count);
        let given = largest
            .filter(|(_, namespace)| namespace.count > own_count + 1)
            .and_then(|(id, namespace)| Some((*id, *namespace.by_port.keys().next()?)));
        given.is_some_and(|(id, port)| self.remove(id, port, 0).is_some())
    }

    fn remove(&mut self, id: u32, port: u16, at: usize) -> Option<Owner> {
        let namespace = self.namespaces.get_mut(&id)?;
        let owner = namespace.remove(port, at)?;
        if namespace.count == 0 {
            self.namespaces.remove(&id);
        }
        self.count -= 1;
        Some(owner)
    }

    fn on(&self, place: &Place) -> &[Listener] {
        self.namespaces
            .get(&place.namespace)
            .and_then(|namespace| namespace.by_port.get(&place.port))
            .map_or(&[], Vec::as_slice)
    }

    /// Who takes a connection to this place: whoever listens at its address before whoever takes any, the newest first.
    pub fn listener(&self, place: &Place) -> Option<Owner> {
        let newest = |is_one: fn(&Listener, &Place) -> bool| {
            self.on(place).iter().rev().find(|found| is_one(found, place))
        };
        newest(Listener::is_at).or_else(|| newest(Listener::takes_any)).map(|found| found.owner)
    }

    /// Whether a socket listens at just this place.
    pub fn has(&self, place: &Place) -> bool {
        self.on(place).iter().any(|found| found.is_at(place))
    }

    /// Forgets the socket, and gives whose it was. One that is older than the sensor is known by its place alone.
    pub fn unlisten(&mut self, place: &Place, cookie: u64) -> Option<Owner> {
        let listeners = self.on(place);
        let at = listeners
            .iter()
            .position(|found| found.cookie == cookie)
            .or_else(|| listeners.iter().position(|found| found.cookie == NO_COOKIE && found.is_at(place)))?;
        self.remove(place.namespace, place.port, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(namespace: u32, port: u16, last: u8) -> Place {
        let mut address = [0; 16];
        if last != 0 {
            address[..4].copy_from_slice(&[127, 0, 0, last]);
        }
        Place { namespace, port, family: 4, address }
    }

    fn owner(pid: u32) -> Owner {
        Owner { pid, start_us: 1 }
    }

    #[test]
    fn keeps_the_owner_that_shares_the_port_of_a_closed_socket() {
        let mut listening = Listening::default();
        let any = place(1, 8080, 0);
        listening.listen(&any, 11, owner(1));
        listening.listen(&any, 12, owner(2));
        assert_eq!(listening.unlisten(&any, 11), Some(owner(1)));
        assert_eq!(listening.listener(&place(1, 8080, 1)), Some(owner(2)));
        assert_eq!(listening.unlisten(&any, 12), Some(owner(2)));
        assert_eq!(listening.listener(&any), None);
        assert_eq!((listening.count, listening.namespaces.len()), (0, 0));
    }

    #[test]
    fn keeps_the_owner_whose_port_another_socket_failed_to_take() {
        let mut listening = Listening::default();
        let any = place(1, 8080, 0);
        listening.listen(&any, NO_COOKIE, owner(1));
        listening.listen(&any, 12, owner(2));
        assert_eq!(listening.unlisten(&any, 12), Some(owner(2)));
        assert_eq!(listening.listener(&any), Some(owner(1)));
        assert_eq!(listening.unlisten(&place(1, 8080, 2), 13), None);
        assert_eq!(listening.unlisten(&any, 14), Some(owner(1)));
    }

    #[test]
    fn gives_a_connection_to_the_address_that_it_came_to() {
        let mut listening = Listening::default();
        listening.listen(&place(1, 80, 0), 11, owner(1));
        listening.listen(&place(1, 80, 2), 12, owner(2));
        let of_six = Place { family: 6, address: [0; 16], ..place(1, 80, 0) };
        listening.listen(&of_six, 13, owner(3));
        assert_eq!(listening.listener(&place(1, 80, 1)), Some(owner(1)));
        assert_eq!(listening.listener(&place(1, 80, 2)), Some(owner(2)));
        assert_eq!(listening.listener(&Place { address: [7; 16], ..of_six }), Some(owner(3)));
        assert_eq!(listening.listener(&place(2, 80, 1)), None);
    }

    #[test]
    fn counts_a_socket_that_listens_again_once() {
        let mut listening = Listening::default();
        let any = place(1, 80, 0);
        listening.listen(&any, 11, owner(1));
        listening.listen(&any, 11, owner(2));
        assert_eq!((listening.listener(&any), listening.count), (Some(owner(2)), 1));
    }

    #[test]
    fn knows_a_new_listener_whatever_one_namespace_or_port_holds() {
        let mut listening = Listening::default();
        for cookie in 1..=MAX_OF_PORT as u64 + 5 {
            listening.listen(&place(1, 80, 0), cookie, owner(1));
        }
        assert_eq!(listening.count, MAX_OF_PORT);
        for namespace in 2..7 {
            for port in 1..=MAX_OF_NAMESPACE as u16 + 5 {
                listening.listen(&place(namespace, port, 0), u64::from(port), owner(2));
            }
        }
        assert_eq!(listening.count, MAX_LISTENERS);
        listening.listen(&place(9, 443, 0), 1, owner(3));
        assert_eq!(listening.listener(&place(9, 443, 0)), Some(owner(3)));
        assert_eq!(listening.count, MAX_LISTENERS);
    }
}
