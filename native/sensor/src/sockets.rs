// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Who owns a socket. The kernel tells it at connect and listen; later changes happen where nobody is
//! current. Bounded: when full, the oldest entries go.

use std::collections::{HashMap, VecDeque};

/// Most sockets kept.
pub const MAX_SOCKETS: usize = 65_536;

/// A process by pid and start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    pub pid: u32,
    pub start_us: u64,
}

#[derive(Default)]
pub struct Sockets {
    by_cookie: HashMap<u64, Owner>,
    order: VecDeque<u64>,
}

impl Sockets {
    pub fn own(&mut self, cookie: u64, owner: Owner) {
        if self.by_cookie.insert(cookie, owner).is_none() {
            self.order.push_back(cookie);
        }
        // Ended sockets leave their number in the queue; it is emptied as it grows.
        while self.by_cookie.len() > MAX_SOCKETS || self.order.len() > 2 * MAX_SOCKETS {
            let Some(oldest) = self.order.pop_front() else { break };
            self.by_cookie.remove(&oldest);
        }
    }

    pub fn owner(&self, cookie: u64) -> Option<Owner> {
        self.by_cookie.get(&cookie).copied()
    }

    pub fn forget(&mut self, cookie: u64) -> Option<Owner> {
        self.by_cookie.remove(&cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_the_oldest_go_when_full() {
        let mut sockets = Sockets::default();
        for cookie in 0..(MAX_SOCKETS as u64 + 10) {
            sockets.own(cookie, Owner { pid: 1, start_us: 1 });
        }
        assert_eq!(sockets.owner(0), None);
        assert!(sockets.owner(MAX_SOCKETS as u64 + 9).is_some());
        assert!(sockets.by_cookie.len() <= MAX_SOCKETS);
    }

    #[test]
    fn stays_bounded_when_sockets_come_and_go() {
        let mut sockets = Sockets::default();
        for cookie in 0..(3 * MAX_SOCKETS as u64) {
            sockets.own(cookie, Owner { pid: 1, start_us: 1 });
            sockets.forget(cookie);
        }
        assert!(sockets.order.len() <= 2 * MAX_SOCKETS);
    }
}
