// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! What the sensor and its worker say to each other: one message a packet, read as hostile on both sides.

use bartizan_inspect::{clean_host, Known, Outcome, Protocol, Start, Transport, INPUT_MAX};

const ASK_HEAD: usize = 14;
/// Longest question in bytes.
pub const ASK_MAX: usize = ASK_HEAD + 2 * INPUT_MAX;
const ANSWER_HEAD: usize = 11;
/// Longest answer in bytes.
pub const ANSWER_MAX: usize = ANSWER_HEAD + 255;

const COMPLETE: u8 = 1;
const DATAGRAM: u8 = 2;

/// A question: key, flags, reserved, two lengths, client bytes, server bytes.
pub fn write_ask(key: u64, start: &Start<'_>, out: &mut Vec<u8>) {
    let flags = if start.complete { COMPLETE } else { 0 }
        | if start.transport == Transport::Datagram { DATAGRAM } else { 0 };
    out.clear();
    out.extend_from_slice(&key.to_le_bytes());
    out.extend_from_slice(&[flags, 0]);
    for side in [start.client, start.server] {
        out.extend_from_slice(&(side.len().min(INPUT_MAX) as u16).to_le_bytes());
    }
    for side in [start.client, start.server] {
        out.extend_from_slice(&side[..side.len().min(INPUT_MAX)]);
    }
}

/// Key and start of a question; nothing when it is none.
pub fn read_ask(bytes: &[u8]) -> Option<(u64, Start<'_>)> {
    let (head, rest) = bytes.split_at_checked(ASK_HEAD)?;
    let key = u64::from_le_bytes(head[..8].try_into().ok()?);
    let client = usize::from(u16::from_le_bytes([head[10], head[11]]));
    let server = usize::from(u16::from_le_bytes([head[12], head[13]]));
    if client + server != rest.len() {
        return None;
    }
    let (client, server) = rest.split_at(client);
    let transport = if head[8] & DATAGRAM != 0 { Transport::Datagram } else { Transport::Stream };
    Some((key, Start { transport, client, server, complete: head[8] & COMPLETE != 0 }))
}

/// What the worker found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    More,
    Unknown,
    Known(Protocol, Option<String>),
}

/// An answer: key, kind, protocol, length of the host, host. Other facts stay in the worker.
pub fn write_answer(key: u64, outcome: &Outcome, out: &mut Vec<u8>) {
    let (kind, protocol, host) = match outcome {
        Outcome::More => (0, 0, ""),
        Outcome::Unknown => (1, 0, ""),
        Outcome::Known(Known { protocol, host, .. }) => (2, protocol.number(), host.as_deref().unwrap_or("")),
    };
    out.clear();
    out.extend_from_slice(&key.to_le_bytes());
    out.extend_from_slice(&[kind, protocol, host.len().min(255) as u8]);
    out.extend_from_slice(&host.as_bytes()[..host.len().min(255)]);
}

/// Key and answer; nothing when the worker says something that it must not.
pub fn read_answer(bytes: &[u8]) -> Option<(u64, Answer)> {
    let (head, host) = bytes.split_at_checked(ANSWER_HEAD)?;
    let key = u64::from_le_bytes(head[..8].try_into().ok()?);
    if usize::from(head[10]) != host.len() {
        return None;
    }
    let answer = match (head[8], host.is_empty()) {
        (0, true) => Answer::More,
        (1, true) => Answer::Unknown,
        (2, true) => Answer::Known(Protocol::from_number(head[9])?, None),
        // Cleaned once more: the worker has read hostile bytes and is not believed.
        (2, false) => Answer::Known(Protocol::from_number(head[9])?, Some(clean_host(host)?)),
        _ => return None,
    };
    Some((key, answer))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_answers_come_through() {
        let start = Start { transport: Transport::Datagram, client: b"abc", server: b"d", complete: true };
        let mut bytes = Vec::new();
        write_ask(7, &start, &mut bytes);
        let (key, read) = read_ask(&bytes).unwrap();
        assert_eq!((key, read.client, read.server), (7, &b"abc"[..], &b"d"[..]));
        assert_eq!((read.transport, read.complete), (Transport::Datagram, true));
        let known = Known {
            protocol: Protocol::Tls,
            host: Some("a.example".into()),
            facts: vec![("alpn", "h2".into())],
        };
        write_answer(7, &Outcome::Known(known), &mut bytes);
        assert_eq!(read_answer(&bytes), Some((7, Answer::Known(Protocol::Tls, Some("a.example".into())))));
        assert!(!bytes.windows(2).any(|two| two == b"h2"));
    }

    #[test]
    fn refuses_what_a_taken_over_worker_might_say() {
        let mut bytes = Vec::new();
        write_answer(7, &Outcome::Unknown, &mut bytes);
        bytes[8] = 3;
        assert_eq!(read_answer(&bytes), None);
        bytes[8] = 2;
        bytes[9] = 200;
        assert_eq!(read_answer(&bytes), None);
        let dirty = [&7u64.to_le_bytes()[..], &[2, 0, 4], b"a\nb "].concat();
        assert_eq!(read_answer(&dirty), None);
        assert_eq!(read_answer(&dirty[..dirty.len() - 1]), None);
    }

    proptest::proptest! {
        #[test]
        fn survives_any_message(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
            let _ = read_ask(&bytes);
            if let Some((_, Answer::Known(_, Some(host)))) = read_answer(&bytes) {
                proptest::prop_assert!(host.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }
}
