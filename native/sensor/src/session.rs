// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! One session with the agent: hello, snapshot, then records and commands until descriptor 3 closes.

use crate::command::{Command, Decoder};
use crate::descriptor;
use crate::engine::Engine;
use crate::frames::{ack, heartbeat, hello, kind, snapshot_end};
use crate::inspect::Supervisor;
use crate::json::programs_json;
use crate::kernel::{Config, Kernel, LibbpfKernel, RING_RECORDS_MAX};
use crate::outlet::{Builder, Outlet};
use crate::watch::WatchSet;
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::time::{clock_gettime, ClockId};
use std::cell::RefCell;
use std::rc::Rc;

const HEARTBEAT_US: u64 = 1_000_000;
/// After records came the ring rests this long, so that a burst costs few wake-ups.
const REST_US: u64 = 2_000;
const DRAIN_STEP: usize = 64;
/// Longest draining in one turn: heartbeats, commands and the worker's answers wait meanwhile.
const DRAIN_WITHIN_US: u64 = 50_000;

/// Microseconds since boot, sleep included; the clock of every event.
pub fn boot_time_us() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1_000
}

struct Session<K: Kernel> {
    kernel: K,
    engine: Rc<RefCell<Engine>>,
    decoder: Decoder,
    generation: u64,
    stopping: bool,
    inspector: Supervisor,
}

/// What draining came to.
struct Drained {
    records: usize,
    /// The ring was not empty yet.
    has_more: bool,
}

/// Runs until the agent stops it or closes its end.
pub fn run() -> Result<(), String> {
    let agent = descriptor::take_agent_descriptor()?;
    rustix::io::ioctl_fionbio(&agent, true).map_err(|e| format!("descriptor 3 cannot be set up: {e}"))?;
    let engine = Rc::new(RefCell::new(Engine::new(Outlet::new(agent))));
    let kernel = LibbpfKernel::load(Config::detect(), engine.clone())?;
    let inspector = Supervisor::new(kernel.has_first_bytes());
    let mut session = Session::new(kernel, engine, inspector);
    crate::privileges::drop()?;
    session.inspector.keep_running(boot_time_us());
    session.hello();
    session.take_snapshot()?;
    session.serve()
}

impl<K: Kernel> Session<K> {
    fn new(kernel: K, engine: Rc<RefCell<Engine>>, inspector: Supervisor) -> Self {
        Self { kernel, engine, decoder: Decoder::default(), generation: 0, stopping: false, inspector }
    }

    fn hello(&self) {
        let mut frame = Builder::new(kind::HELLO, hello::END, boot_time_us());
        hello::set_memory_v1(frame.fixed(), u32::from(self.kernel.has_memory_v1()));
        frame.text(hello::PROGRAMS, programs_json(self.kernel.programs()).as_bytes());
        frame.text(hello::SENSOR_VERSION, env!("CARGO_PKG_VERSION").as_bytes());
        self.engine.borrow_mut().outlet.session(frame.finish());
    }

    fn take_snapshot(&mut self) -> Result<(), String> {
        self.engine.borrow_mut().existing_sent = 0;
        self.kernel.snapshot();
        self.drain_present()?;
        self.engine.borrow_mut().learn_listeners();
        let mut frame = Builder::new(kind::SNAPSHOT_END, snapshot_end::END, boot_time_us());
        let mut engine = self.engine.borrow_mut();
        snapshot_end::set_processes(frame.fixed(), engine.existing_sent);
        engine.outlet.session(frame.finish());
        engine.outlet.flush()
    }

    /// Drains until the ring is empty, the outlet is full or it is enough: a busy machine fills the ring as fast as
    /// we drain it, and a hostile one does so on purpose.
    fn drain(&self, is_enough: &dyn Fn(usize) -> bool) -> Result<Drained, String> {
        let mut drained = Drained { records: 0, has_more: false };
        while !self.engine.borrow().outlet.is_full() {
            let count = self.kernel.drain(DRAIN_STEP)?;
            drained.records += count;
            if count < DRAIN_STEP {
                break;
            }
            // The agent starts reading while we still drain.
            self.engine.borrow_mut().outlet.flush()?;
            if is_enough(drained.records) {
                drained.has_more = true;
                break;
            }
        }
        self.engine.borrow_mut().outlet.flush()?;
        Ok(drained)
    }

    /// Drains what is in the ring now; of what comes meanwhile no more than the ring can hold.
    fn drain_present(&self) -> Result<(), String> {
        self.drain(&|records| records >= RING_RECORDS_MAX).map(|_| ())
    }

    fn heartbeat(&self) {
        let mut engine = self.engine.borrow_mut();
        let now_us = boot_time_us();
        engine.processes.sweep(now_us);
        engine.inspected.hurry(now_us);
        let counters = self.kernel.counters();
        let mut frame = Builder::new(kind::HEARTBEAT, heartbeat::END, now_us);
        let fixed = frame.fixed();
        heartbeat::set_kernel_submitted(fixed, counters.submitted);
        heartbeat::set_kernel_dropped(fixed, counters.dropped);
        heartbeat::set_kernel_shed(fixed, counters.shed);
        heartbeat::set_received(fixed, engine.totals.received);
        heartbeat::set_malformed(fixed, engine.totals.malformed);
        heartbeat::set_filtered(fixed, engine.totals.filtered);
        heartbeat::set_user_shed(fixed, engine.outlet.shed);
        heartbeat::set_sent(fixed, engine.outlet.sent);
        heartbeat::set_generation(fixed, self.generation);
        heartbeat::set_processes(fixed, engine.processes.len() as u32);
        heartbeat::set_queued_bytes(fixed, engine.outlet.queued() as u32);
        heartbeat::set_inspect_state(fixed, self.inspector.state() as u32);
        heartbeat::set_inspect_pid(fixed, self.inspector.pid());
        heartbeat::set_inspect_restarts(fixed, self.inspector.restarts);
        let inspected = engine.inspected.totals;
        heartbeat::set_inspect_flows(fixed, inspected.flows);
        heartbeat::set_inspect_recognised(fixed, inspected.recognised);
        heartbeat::set_inspect_unknown(fixed, inspected.unknown);
        heartbeat::set_inspect_lost(fixed, inspected.lost);
        heartbeat::set_inspect_skipped(fixed, counters.inspect_skipped);
        heartbeat::set_inspect_dropped(fixed, counters.inspect_dropped);
        engine.outlet.session(frame.finish());
    }

    /// Questions to the worker and answers from it.
    fn inspect(&mut self) {
        let now_us = boot_time_us();
        let mut verdicts = Vec::new();
        let mut engine = self.engine.borrow_mut();
        self.inspector.turn(&mut engine.inspected, now_us, &mut |verdict| verdicts.push(verdict));
        for verdict in &verdicts {
            self.kernel.leave(verdict.key);
            engine.tell_application(verdict, now_us);
        }
    }

    fn serve(&mut self) -> Result<(), String> {
        let mut next_beat_us = boot_time_us();
        let mut rest_until_us = 0;
        while !self.stopping {
            let now_us = boot_time_us();
            if now_us >= next_beat_us {
                self.heartbeat();
                next_beat_us = now_us + HEARTBEAT_US;
            }
            let mut has_more = false;
            if now_us >= rest_until_us {
                let drained = self.drain(&|_| boot_time_us() >= now_us + DRAIN_WITHIN_US)?;
                has_more = drained.has_more;
                if drained.records > 0 && !has_more {
                    rest_until_us = boot_time_us() + REST_US;
                }
            }
            self.inspect();
            self.engine.borrow_mut().outlet.flush()?;
            // With more in the ring only a look at what else there is.
            self.wait(if has_more { 0 } else { next_beat_us }, rest_until_us)?;
        }
        self.drain_present()
    }

    /// Waits for the agent, for the ring unless it rests, or for time to pass.
    fn wait(&mut self, next_beat_us: u64, rest_until_us: u64) -> Result<(), String> {
        let now_us = boot_time_us();
        let resting = rest_until_us > now_us;
        let wake_us = if resting { rest_until_us.min(next_beat_us) } else { next_beat_us };
        let left_us = wake_us.saturating_sub(now_us);
        let timeout =
            Timespec { tv_sec: (left_us / 1_000_000) as i64, tv_nsec: (left_us % 1_000_000 * 1_000) as i64 };
        let (readable, closed) = {
            let engine = self.engine.borrow();
            let queued = engine.outlet.queued() > 0;
            let interest = if queued { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            let mut fds = vec![PollFd::new(engine.outlet.fd(), interest)];
            if !resting && !engine.outlet.is_full() {
                let ring = descriptor::borrow(&self.kernel, self.kernel.ring_descriptor());
                fds.push(PollFd::from_borrowed_fd(ring, PollFlags::IN));
            }
            if let Some(worker) = self.inspector.fd() {
                fds.push(PollFd::from_borrowed_fd(worker, PollFlags::IN));
            }
            match poll(&mut fds, Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(format!("waiting failed: {error}")),
            }
            let agent = fds[0].revents();
            (agent.contains(PollFlags::IN), agent.intersects(PollFlags::HUP | PollFlags::ERR))
        };
        if readable {
            self.read_commands()?;
        } else if closed {
            self.stopping = true;
        }
        Ok(())
    }

    fn read_commands(&mut self) -> Result<(), String> {
        let mut bytes = [0; 16 * 1024];
        let read = rustix::io::read(self.engine.borrow().outlet.fd(), &mut bytes);
        let count = match read {
            Ok(0) => {
                self.stopping = true;
                return Ok(());
            }
            Ok(count) => count,
            Err(rustix::io::Errno::AGAIN | rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(format!("the agent cannot be read: {error}")),
        };
        for command in self.decoder.push(&bytes[..count])? {
            self.obey(&command)?;
        }
        Ok(())
    }

    fn watch(&mut self, command: &Command) -> Result<(), String> {
        let text =
            std::str::from_utf8(&command.argument).map_err(|_| "the paths are not UTF-8".to_string())?;
        let set = WatchSet::parse(text)?;
        self.kernel.watch(&set.sieve())?;
        self.engine.borrow_mut().watched = set;
        self.generation = command.generation;
        Ok(())
    }

    fn obey(&mut self, command: &Command) -> Result<(), String> {
        let outcome: Result<(), String> = match command.kind {
            kind::STOP => {
                self.stopping = true;
                Ok(())
            }
            kind::SNAPSHOT => self.take_snapshot(),
            kind::SET_WATCHED_PATHS => self.watch(command),
            _ => Ok(()),
        };
        let mut frame = Builder::new(kind::ACK, ack::END, boot_time_us());
        ack::set_generation(frame.fixed(), self.generation);
        ack::set_command(frame.fixed(), command.id);
        ack::set_status(frame.fixed(), u32::from(outcome.is_err()));
        frame.text(ack::MESSAGE, outcome.err().unwrap_or_default().as_bytes());
        let mut engine = self.engine.borrow_mut();
        engine.outlet.session(frame.finish());
        engine.outlet.flush()
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
