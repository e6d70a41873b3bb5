// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Connections under inspection: what has come of each, and whether the worker has been asked. Bounded.

use super::messages::{write_ask, Answer};
use super::{Piece, Totals};
use bartizan_inspect::{Start, Transport, INPUT_MAX};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// Most connections under inspection.
pub const FLOWS_MAX: usize = 2048;
/// After this long without a verdict the worker must decide with what there is.
const DECIDE_AFTER_US: u64 = 3_000_000;
/// An answer that takes longer means that the worker hangs.
const ANSWER_WITHIN_US: u64 = 2_000_000;
/// Decided connections whose late pieces are passed over.
const DECIDED_MAX: usize = 4096;

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
    is_asked: bool,
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
    /// Keys of dirty flows; some of them may be gone.
    dirty: VecDeque<u64>,
    /// What the worker was asked and when; it answers in this order.
    asked: VecDeque<(u64, u64)>,
    decided: HashSet<u64>,
    decided_order: VecDeque<u64>,
    pub totals: Totals,
}

impl Flows {
    /// Takes a piece. `record` is the kernel's record without its bytes.
    pub fn take(&mut self, piece: &Piece<'_>, record: &[u8], now_us: u64) {
        if !self.by_key.contains_key(&piece.key) {
            if self.decided.contains(&piece.key) {
                return;
            }
            self.start(piece, record, now_us);
        }
        let Some(flow) = self.by_key.get_mut(&piece.key) else { return };
        let side = if piece.from_server { &mut flow.server } else { &mut flow.client };
        let room = INPUT_MAX - side.len();
        side.extend_from_slice(&piece.bytes[..piece.bytes.len().min(room)]);
        soil(flow, piece.key, &mut self.dirty);
    }

    fn start(&mut self, piece: &Piece<'_>, record: &[u8], now_us: u64) {
        self.totals.flows += 1;
        if self.by_key.len() >= FLOWS_MAX {
            if let Some(oldest) = self.order.first_key_value().map(|(_, key)| *key) {
                self.remove(oldest);
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
                is_asked: false,
            },
        );
    }

    /// Nothing more will come of this connection.
    pub fn end(&mut self, key: u64) {
        if let Some(flow) = self.by_key.get_mut(&key) {
            flow.complete = true;
            soil(flow, key, &mut self.dirty);
        }
    }

    /// Connections that have waited long enough are decided with what there is.
    pub fn hurry(&mut self, now_us: u64) {
        for (key, flow) in &mut self.by_key {
            if !flow.complete && now_us > flow.began_us + DECIDE_AFTER_US {
                flow.complete = true;
                soil(flow, *key, &mut self.dirty);
            }
        }
    }

    /// Asks about everything that changed, in the order it did, as long as `send` takes it.
    pub fn ask(&mut self, now_us: u64, send: &mut dyn FnMut(&[u8]) -> bool) {
        let mut bytes = Vec::with_capacity(512);
        while let Some(key) = self.dirty.front().copied() {
            // Of a flow that is asked about already the answer decides whether it is asked about again.
            if let Some(flow) = self.by_key.get_mut(&key).filter(|flow| flow.is_dirty && !flow.is_asked) {
                let transport = if flow.is_datagram { Transport::Datagram } else { Transport::Stream };
                let (client, server) = (&flow.client[..], &flow.server[..]);
                write_ask(key, &Start { transport, client, server, complete: flow.complete }, &mut bytes);
                if !send(&bytes) {
                    return;
                }
                flow.is_dirty = false;
                flow.is_asked = true;
                self.asked.push_back((key, now_us));
            }
            self.dirty.pop_front();
        }
    }

    fn remove(&mut self, key: u64) -> Option<Flow> {
        let flow = self.by_key.remove(&key)?;
        self.order.remove(&flow.arrival);
        if self.decided.insert(key) {
            self.decided_order.push_back(key);
        }
        if self.decided_order.len() > DECIDED_MAX {
            if let Some(oldest) = self.decided_order.pop_front() {
                self.decided.remove(&oldest);
            }
        }
        self.forget_gone();
        Some(flow)
    }

    /// Without a worker nobody takes keys out of the queue: those of flows that are gone must not pile up.
    fn forget_gone(&mut self) {
        if self.dirty.len() > 2 * FLOWS_MAX {
            self.dirty.retain(|key| self.by_key.get(key).is_some_and(|flow| flow.is_dirty && !flow.is_asked));
        }
    }

    /// Takes an answer. `Err`: it is not the one that is due, so that the worker is not to be believed.
    pub fn answer(&mut self, key: u64, answer: Answer) -> Result<Option<Verdict>, ()> {
        if self.asked.pop_front().is_none_or(|(due, _)| due != key) {
            return Err(());
        }
        // It was let go in between, because the table was full.
        let Some(flow) = self.by_key.get_mut(&key) else { return Ok(None) };
        flow.is_asked = false;
        let (name, host) = match answer {
            // What came after the question, the end included, makes another question.
            Answer::More if flow.is_dirty => {
                self.dirty.push_back(key);
                return Ok(None);
            }
            Answer::More if !flow.complete => return Ok(None),
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
        for (key, _) in std::mem::take(&mut self.asked) {
            if self.remove(key).is_some() {
                self.totals.lost += 1;
            }
        }
    }

    /// Whether a question has waited for its answer too long, and nothing was heard meanwhile.
    pub fn is_overdue(&self, now_us: u64, heard_us: u64) -> bool {
        self.asked.front().is_some_and(|(_, asked_us)| now_us > heard_us.max(*asked_us) + ANSWER_WITHIN_US)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.by_key.len()
    }
}

/// Marks a flow as changed, and puts it in the queue once.
fn soil(flow: &mut Flow, key: u64, dirty: &mut VecDeque<u64>) {
    if !flow.is_dirty && !flow.is_asked {
        dirty.push_back(key);
    }
    flow.is_dirty = true;
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
        flows.take(&piece(1, b"late"), b"record", 15);
        assert_eq!((flows.len(), asked(&mut flows, 16), flows.totals.flows), (0, 0, 1));
    }

    #[test]
    fn believes_no_answer_out_of_turn() {
        let mut flows = Flows::default();
        for key in [1, 2] {
            flows.take(&piece(key, b"x"), b"", 1);
        }
        assert_eq!(asked(&mut flows, 1), 2);
        assert!(flows.answer(2, Answer::Unknown).is_err());
    }

    #[test]
    fn asks_again_about_what_came_after_the_question() {
        let mut flows = Flows::default();
        flows.take(&piece(1, b"a"), b"", 1);
        assert_eq!(asked(&mut flows, 1), 1);
        flows.take(&piece(1, b"b"), b"", 2);
        assert_eq!(asked(&mut flows, 2), 0);
        assert!(flows.answer(1, Answer::More).unwrap().is_none());
        assert_eq!(asked(&mut flows, 3), 1);
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
        assert!(!flows.is_overdue(1 + ANSWER_WITHIN_US, 0));
        assert!(flows.is_overdue(2 + ANSWER_WITHIN_US, 0));
        assert!(!flows.is_overdue(2 + ANSWER_WITHIN_US, 2));
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
    fn keeps_no_keys_of_lost_flows_while_there_is_no_worker() {
        let mut flows = Flows::default();
        for key in 0..10 * FLOWS_MAX as u64 {
            flows.take(&piece(key, b"x"), b"", key);
        }
        assert!(flows.dirty.len() <= 2 * FLOWS_MAX + 1);
        assert_eq!(asked(&mut flows, 1), FLOWS_MAX);
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
