// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Listening sockets that are older than the sensor, from /proc.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;

const LISTEN_STATE: &str = "0A";

/// A listening socket: network namespace, port, pid of a process that holds it.
#[derive(Debug, PartialEq, Eq)]
pub struct Listener {
    pub namespace: u32,
    pub port: u16,
    pub pid: u32,
}

/// Inode to port of the listening sockets in /proc/PID/net/tcp or tcp6, line by line: it has one for every connection.
fn parse(table: impl BufRead, out: &mut HashMap<u64, u16>) {
    for line in table.lines().skip(1).map_while(Result::ok) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (Some(local), Some(&state), Some(inode)) = (fields.get(1), fields.get(3), fields.get(9)) else {
            continue;
        };
        let port = local.rsplit(':').next().and_then(|hex| u16::from_str_radix(hex, 16).ok());
        if let (LISTEN_STATE, Some(port), Ok(inode)) = (state, port, inode.parse()) {
            out.insert(inode, port);
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
    let mut by_namespace: HashMap<u32, HashMap<u64, u16>> = HashMap::new();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for &pid in pids {
        let Ok(meta) = std::fs::metadata(format!("/proc/{pid}/ns/net")) else { continue };
        let namespace = meta.ino() as u32;
        let ports = by_namespace.entry(namespace).or_insert_with(|| {
            let mut ports = HashMap::new();
            for table in ["tcp", "tcp6"] {
                if let Ok(file) = File::open(format!("/proc/{pid}/net/{table}")) {
                    parse(BufReader::new(file), &mut ports);
                }
            }
            ports
        });
        if ports.is_empty() {
            continue;
        }
        for inode in socket_inodes(pid) {
            if let Some(&port) = ports.get(&inode) {
                if seen.insert((namespace, port)) {
                    found.push(Listener { namespace, port, pid });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_listening_sockets_only() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0\n\
            1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0\n\
            broken\n";
        let mut ports = HashMap::new();
        parse(text.as_bytes(), &mut ports);
        assert_eq!(ports, HashMap::from([(4711, 8080)]));
    }

    #[test]
    fn finds_our_own_listener() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let pid = std::process::id();
        assert!(scan(&[pid]).iter().any(|found| found.port == port && found.pid == pid));
    }
}
