// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Listening sockets that are older than the sensor, from /proc.

use crate::listening::Place;
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;

const LISTEN_STATE: &str = "0A";

/// A listening socket, and the pid of a process that holds it.
#[derive(Debug, PartialEq, Eq)]
pub struct Listener {
    pub place: Place,
    pub pid: u32,
}

/// `0100007F:1F90`: words of four bytes as this machine has them in memory, and the port.
fn parse_place(text: &str, namespace: u32) -> Option<Place> {
    let (words, port) = text.split_once(':')?;
    let mut address = [0; 16];
    if !matches!(words.len(), 8 | 32) || !words.is_ascii() {
        return None;
    }
    for (at, to) in address.chunks_exact_mut(4).take(words.len() / 8).enumerate() {
        to.copy_from_slice(&u32::from_str_radix(&words[at * 8..at * 8 + 8], 16).ok()?.to_ne_bytes());
    }
    let family = if words.len() == 8 { 4 } else { 6 };
    Some(Place { namespace, port: u16::from_str_radix(port, 16).ok()?, family, address })
}

/// The listening sockets by inode in /proc/PID/net/tcp or tcp6, line by line: it has one for every connection.
fn parse(table: impl BufRead, namespace: u32, out: &mut HashMap<u64, Place>) {
    for line in table.lines().skip(1).map_while(Result::ok) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(local), Some(&state), Some(inode)) = (fields.get(1), fields.get(3), fields.get(9)) else {
            continue;
        };
        if let (LISTEN_STATE, Ok(inode)) = (state, inode.parse()) {
            out.extend(parse_place(local, namespace).map(|place| (inode, place)));
        }
    }
}

fn socket_inodes(pid: u32) -> Vec<u64> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.path()).ok())
        .filter_map(|target| target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

/// All listening TCP sockets with a holder. What cannot be read is left out: the process then shows as unknown.
pub fn scan(pids: &[u32]) -> Vec<Listener> {
    let mut by_namespace: HashMap<u32, HashMap<u64, Place>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for &pid in pids {
        let Ok(meta) = std::fs::metadata(format!("/proc/{pid}/ns/net")) else { continue };
        let namespace = meta.ino() as u32;
        let places = by_namespace.entry(namespace).or_insert_with(|| {
            let mut places = HashMap::new();
            for table in ["tcp", "tcp6"] {
                if let Ok(file) = File::open(format!("/proc/{pid}/net/{table}")) {
                    parse(BufReader::new(file), namespace, &mut places);
                }
            }
            places
        });
        if places.is_empty() {
            continue;
        }
        for inode in socket_inodes(pid) {
            // Sockets that share a place are told by their number: each has an end of its own.
            if let Some(&place) = places.get(&inode) {
                if seen.insert((namespace, inode)) {
                    found.push(Listener { place, pid });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv6Addr;

    #[test]
    fn reads_listening_sockets_only() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0\n\
            1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0\n\
            2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4713 1 0\n\
            broken\n";
        let mut places = HashMap::new();
        parse(text.as_bytes(), 5, &mut places);
        let mut local = [0; 16];
        local[..4].copy_from_slice(&[127, 0, 0, 1]);
        let four = Place { namespace: 5, port: 8080, family: 4, address: local };
        let six = Place { namespace: 5, port: 80, family: 6, address: Ipv6Addr::LOCALHOST.octets() };
        assert_eq!(places, HashMap::from([(4711, four), (4713, six)]));
    }

    #[test]
    fn finds_our_own_listener() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let pid = std::process::id();
        assert!(scan(&[pid]).iter().any(|found| found.place.port == port && found.pid == pid));
    }
}
