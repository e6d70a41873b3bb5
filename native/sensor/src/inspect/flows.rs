// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Connections under inspection: what has come of each, and whether the worker has been asked. Bounded.

use super::messages::{write_ask, Answer};
use super::{Piece, Totals};
use bartizan_inspect::{Start, Transport, INPUT_MAX};
use std::collections::{BTreeMap, HashMap};

/// Most connections under inspection.
pub const FLOWS_MAX: usize = 2048;
/// After this long without a verdict the worker must decide with what there is.
const DECIDE_AFTER_US: u64 = 3_000_000;
/// An answer that takes longer means that the worker hangs.
const ANSWER_WITHIN_US: u64 = 2_000_000;

struct Flow {
    /// Place in the order of arrival.
    arrival: u64,
    began_us: u64,
    /// A record of the kernel without its bytes: the connection and its control group.
    record: Vec<u8>,
    client: Vec<u8>,
    server: Vec<u8>,
    is_datagram: bool,
    complete: bool,
    /// Something came since the worker was asked.
    is_dirty: bool,
    asked_us: u64,
}

/// A decided connection.
pub struct Verdict {
    pub key: u64,
    pub record: Vec<u8>,
    /// Name of the protocol, `unknown` included.
    pub name: &'static str,
    pub host: Option<String>,
}

/// The table.
#[derive(Default)]
pub struct Flows {
    by_key: HashMap<u64, Flow>,
    order: BTreeMap<u64, u64>,
    arrivals: u64,
    pub totals: Totals,
}

impl Flows {
    /// Takes a piece. `record` is the kernel's record without its bytes.
    pub fn take(&mut self, piece: &Piece<'_>, record: &[u8], now_us: u64) {
        if !self.by_key.contains_key(&piece.key) {
            self.start(piece, record, now_us);
        }
        let Some(flow) = self.by_key.get_mut(&piece.key) else { return };
        let side = if piece.from_server { &mut flow.server } else { &mut flow.client };
        let room = INPUT_MAX - side.len();
        side.extend_from_slice(&piece.bytes[..piece.bytes.len().min(room)]);
        flow.is_dirty = true;
    }

    fn start(&mut self, piece: &Piece<'_>, record: &[u8], now_us: u64) {
        self.totals.flows += 1;
        if self.by_key.len() >= FLOWS_MAX {
            if let Some((_, oldest)) = self.order.pop_first() {
                self.by_key.remove(&oldest);
                self.totals.lost += 1;
            }
        }
        self.arrivals += 1;
        self.order.insert(self.arrivals, piece.key);
        self.by_key.insert(
            piece.key,
            Flow {
                arrival: self.arrivals,
                began_us: now_us,
                record: record.to_vec(),
                client: Vec::new(),
                server: Vec::new(),
                is_datagram: piece.is_datagram,
                complete: piece.is_datagram,
                is_dirty: false,
                asked_us: 0,
            },
        );
    }

    /// Nothing more will come of this connection.
    pub fn end(&mut self, key: u64) {
        if let Some(flow) = self.by_key.get_mut(&key) {
            flow.complete = true;
            flow.is_dirty = true;
        }
    }

    /// Connections that have waited long enough are decided with what there is.
    pub fn hurry(&mut self, now_us: u64) {
        for flow in self.by_key.values_mut() {
            if !flow.complete && now_us > flow.began_us + DECIDE_AFTER_US {
                flow.complete = true;
                flow.is_dirty = true;
            }
        }
    }

    /// Asks about everything that changed, oldest first, as long as `send` takes it.
    pub fn ask(&mut self, now_us: u64, send: &mut dyn FnMut(&[u8]) -> bool) {
        let mut bytes = Vec::with_capacity(512);
        for key in self.order.values() {
            let Some(flow) = self.by_key.get_mut(key).filter(|flow| flow.is_dirty && flow.asked_us == 0)
            else {
                continue;
            };
            let transport = if flow.is_datagram { Transport::Datagram } else { Transport::Stream };
            let start =
                Start { transport, client: &flow.client, server: &flow.server, complete: flow.complete };
            write_ask(*key, &start, &mut bytes);
            if !send(&bytes) {
                break;
            }
            flow.is_dirty = false;
            flow.asked_us = now_us;
        }
    }

    fn remove(&mut self, key: u64) -> Option<Flow> {
        let flow = self.by_key.remove(&key)?;
        self.order.remove(&flow.arrival);
        Some(flow)
    }

    /// Takes an answer. `Err`: nothing of that key was asked.
    pub fn answer(&mut self, key: u64, answer: Answer) -> Result<Option<Verdict>, ()> {
        let flow = self.by_key.get_mut(&key).filter(|flow| flow.asked_us != 0).ok_or(())?;
        flow.asked_us = 0;
        let (name, host) = match answer {
            Answer::More if !flow.complete => return Ok(None),
            // Completed after the question went out: it is asked once more.
            Answer::More if flow.is_dirty => return Ok(None),
            Answer::More | Answer::Unknown => {
                self.totals.unknown += 1;
                ("unknown", None)
            }
            Answer::Known(protocol, host) => {
                self.totals.recognised += 1;
                (protocol.name(), host)
            }
        };
        Ok(self.remove(key).map(|flow| Verdict { key, record: flow.record, name, host }))
    }

    /// The worker is gone: what it had been asked may be what killed it and is given up.
    pub fn worker_died(&mut self) {
        let asked: Vec<u64> =
            self.by_key.iter().filter(|(_, flow)| flow.asked_us != 0).map(|(key, _)| *key).collect();
        self.totals.lost += asked.len() as u64;
        for key in asked {
            self.remove(key);
        }
    }

    /// Whether a question has waited for its answer too long.
    pub fn is_overdue(&self, now_us: u64) -> bool {
        self.by_key.values().any(|flow| flow.asked_us != 0 && now_us > flow.asked_us + ANSWER_WITHIN_US)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bartizan_inspect::Protocol;

    fn piece(key: u64, bytes: &[u8]) -> Piece<'_> {
        Piece { key, is_datagram: false, from_server: false, bytes }
    }

    fn asked(flows: &mut Flows, now_us: u64) -> usize {
        let mut count = 0;
        flows.ask(now_us, &mut |_| {
            count += 1;
            true
        });
        count
    }

    #[test]
    fn asks_once_per_change_and_gives_the_verdict_of_the_answer() {
        let mut flows = Flows::default();
        flows.take(&piece(1, b"GET"), b"record", 10);
        assert_eq!((asked(&mut flows, 11), asked(&mut flows, 12)), (1, 0));
        assert!(flows.answer(1, Answer::More).unwrap().is_none());
        flows.take(&piece(1, b" / HTTP/1.1"), b"record", 13);
        assert_eq!(asked(&mut flows, 14), 1);
        let verdict = flows.answer(1, Answer::Known(Protocol::Http1, Some("a".into()))).unwrap().unwrap();
        assert_eq!(
            (verdict.name, verdict.host.as_deref(), &verdict.record[..]),
            ("http", Some("a"), &b"record"[..])
        );
        assert_eq!((flows.len(), flows.totals.recognised), (0, 1));
        assert!(flows.answer(1, Answer::Unknown).is_err());
    }

    #[test]
    fn decides_in_time_with_what_there_is() {
        let mut flows = Flows::default();
        flows.take(&piece(1, b"?"), b"", 1);
        assert_eq!(asked(&mut flows, 1), 1);
        flows.hurry(1 + DECIDE_AFTER_US + 1);
        assert!(flows.answer(1, Answer::More).unwrap().is_none());
        assert_eq!(asked(&mut flows, 5_000_000), 1);
        assert_eq!(flows.answer(1, Answer::More).unwrap().unwrap().name, "unknown");
        assert_eq!(flows.totals.unknown, 1);
    }

    #[test]
    fn gives_up_what_a_dead_worker_was_asked_and_keeps_the_rest() {
        let mut flows = Flows::default();
        flows.take(&piece(1, b"x"), b"", 1);
        assert_eq!(asked(&mut flows, 1), 1);
        flows.take(&piece(2, b"x"), b"", 1);
        assert!(!flows.is_overdue(1 + ANSWER_WITHIN_US));
        assert!(flows.is_overdue(2 + ANSWER_WITHIN_US));
        flows.worker_died();
        assert_eq!((flows.len(), flows.totals.lost), (1, 1));
        assert_eq!(asked(&mut flows, 3), 1);
    }

    #[test]
    fn lets_the_oldest_go_when_full_and_counts_it() {
        let mut flows = Flows::default();
        for key in 0..FLOWS_MAX as u64 + 5 {
            flows.take(&piece(key, b"x"), b"", key);
        }
        assert_eq!((flows.len(), flows.totals.lost), (FLOWS_MAX, 5));
        assert_eq!(flows.totals.flows, FLOWS_MAX as u64 + 5);
        flows.take(&piece(FLOWS_MAX as u64, &[0; 2 * INPUT_MAX]), b"", 1);
        assert_eq!(flows.by_key[&(FLOWS_MAX as u64)].client.len(), INPUT_MAX);
    }

    #[test]
    fn stops_asking_when_the_worker_takes_no_more() {
        let mut flows = Flows::default();
        for key in 0..3 {
            flows.take(&piece(key, b"x"), b"", 1);
        }
        let mut taken = 0;
        flows.ask(1, &mut |_| {
            taken += 1;
            taken <= 2
        });
        assert_eq!(asked(&mut flows, 2), 1);
    }
}
