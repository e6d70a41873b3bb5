// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::*;
use crate::frames::header;
use crate::kernel::{Counters, ProgramState};
use crate::watch::SieveKey;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

/// A machine that does so much that its ring always holds one more step.
struct Busy {
    ring: OwnedFd,
}

impl Kernel for Busy {
    fn ring_descriptor(&self) -> i32 {
        self.ring.as_raw_fd()
    }

    fn drain(&self, records: usize) -> Result<usize, String> {
        std::thread::sleep(Duration::from_micros(100));
        Ok(records)
    }

    fn counters(&self) -> Counters {
        Counters { dropped: 7, ..Counters::default() }
    }

    fn programs(&self) -> &[ProgramState] {
        &[]
    }

    fn has_memory_v1(&self) -> bool {
        false
    }

    fn watch(&mut self, _sieve: &HashMap<SieveKey, u32>) -> Result<(), String> {
        Ok(())
    }

    fn has_first_bytes(&self) -> bool {
        false
    }

    fn leave(&self, _cookie: u64) {}

    fn snapshot(&mut self) -> bool {
        true
    }
}

/// The agent's end: frames in their order.
struct Agent {
    link: UnixStream,
    bytes: Vec<u8>,
}

impl Agent {
    /// The next frame of a kind; those before it are passed over.
    fn next(&mut self, kind: u8) -> Vec<u8> {
        loop {
            while self.bytes.len() >= header::END {
                let length = header::length(&self.bytes) as usize;
                if self.bytes.len() < length {
                    break;
                }
                let frame: Vec<u8> = self.bytes.drain(..length).collect();
                if header::kind(&frame) == kind {
                    return frame;
                }
            }
            let mut more = [0; 4096];
            let count = self.link.read(&mut more).expect("a frame in time");
            assert_ne!(count, 0, "the session ended");
            self.bytes.extend_from_slice(&more[..count]);
        }
    }

    fn command(&mut self, kind: u8, id: u32) {
        let mut frame = Builder::new(kind, crate::frames::command::END, 1);
        crate::frames::command::set_command(frame.fixed(), id);
        self.link.write_all(frame.finish()).unwrap();
    }
}

#[test]
fn tells_its_counters_and_obeys_while_the_ring_never_empties() {
    let (ours, link) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    link.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let serving = std::thread::spawn(move || {
        let (ring, _writer) = UnixStream::pair().unwrap();
        let engine = Rc::new(RefCell::new(Engine::new(Outlet::new(ours.into()))));
        let mut session = Session::new(Busy { ring: ring.into() }, engine, Supervisor::new(false));
        session.hello();
        session.take_snapshot()?;
        session.serve()
    });
    let mut agent = Agent { link, bytes: Vec::new() };
    agent.next(kind::SNAPSHOT_END);
    let beats = [(); 2].map(|()| agent.next(kind::HEARTBEAT));
    let between_us = header::boot_time_us(&beats[1]) - header::boot_time_us(&beats[0]);
    assert!((HEARTBEAT_US..5 * HEARTBEAT_US).contains(&between_us), "{between_us}");
    assert_eq!(heartbeat::kernel_dropped(&beats[1]), 7);
    agent.command(kind::PING, 1);
    assert_eq!(ack::command(&agent.next(kind::ACK)), 1);
    agent.command(kind::SNAPSHOT, 2);
    agent.next(kind::SNAPSHOT_END);
    assert_eq!(ack::command(&agent.next(kind::ACK)), 2);
    agent.command(kind::STOP, 3);
    assert_eq!(ack::command(&agent.next(kind::ACK)), 3);
    assert_eq!(serving.join().unwrap(), Ok(()));
}
