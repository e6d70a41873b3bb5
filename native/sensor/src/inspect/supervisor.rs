// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Starts the worker and starts it again, with growing pauses. Its death costs what it had been asked, nothing else.

use super::flows::{Flows, Verdict};
use super::messages::{read_answer, ANSWER_MAX};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::{recv, send, socketpair, AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

const FIRST_DELAY_US: u64 = 200_000;
const LAST_DELAY_US: u64 = 30_000_000;
/// A worker that lived this long is started again without a long pause.
const STEADY_US: u64 = 30_000_000;
/// So many quick deaths in a row make `failed`; it is still tried, rarely.
const FAILED_AFTER: u32 = 6;
/// Answers read in one turn, so that events do not wait.
const ANSWERS_PER_TURN: usize = 256;

/// State of the worker; the numbers go into heartbeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing to inspect: the kernel refused to copy first bytes.
    Off = 0,
    Running = 1,
    Restarting = 2,
    Failed = 3,
}

struct Worker {
    child: Child,
    link: OwnedFd,
    began_us: u64,
    /// When it last said something.
    heard_us: u64,
}

/// Keeps one worker.
pub struct Supervisor {
    is_wanted: bool,
    program: &'static str,
    worker: Option<Worker>,
    next_start_us: u64,
    delay_us: u64,
    quick_deaths: u32,
    has_run: bool,
    pub restarts: u64,
}

impl Supervisor {
    /// `is_wanted` is false where the kernel copies no first bytes.
    pub fn new(is_wanted: bool) -> Self {
        Self {
            is_wanted,
            program: "/proc/self/exe",
            worker: None,
            next_start_us: 0,
            delay_us: FIRST_DELAY_US,
            quick_deaths: 0,
            has_run: false,
            restarts: 0,
        }
    }

    pub fn state(&self) -> State {
        match (&self.worker, self.is_wanted) {
            (_, false) => State::Off,
            (Some(_), true) => State::Running,
            (None, true) if self.quick_deaths >= FAILED_AFTER => State::Failed,
            (None, true) => State::Restarting,
        }
    }

    pub fn pid(&self) -> u32 {
        self.worker.as_ref().map_or(0, |worker| worker.child.id())
    }

    /// To wait on.
    pub fn fd(&self) -> Option<BorrowedFd<'_>> {
        self.worker.as_ref().map(|worker| worker.link.as_fd())
    }

    /// Starts the worker when it is due. It inherits one socket and nothing else.
    pub fn keep_running(&mut self, now_us: u64) {
        if !self.is_wanted || self.worker.is_some() || now_us < self.next_start_us {
            return;
        }
        let pair = socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None);
        let Ok((ours, theirs)) = pair else {
            self.plan(now_us);
            return;
        };
        let child = Command::new(self.program)
            .arg0("bartizan-sensor")
            .arg("inspect-worker")
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match child {
            Ok(child) => {
                self.restarts += u64::from(self.has_run);
                self.has_run = true;
                self.worker = Some(Worker { child, link: ours, began_us: now_us, heard_us: now_us });
            }
            Err(_) => self.plan(now_us),
        }
    }

    fn plan(&mut self, now_us: u64) {
        self.quick_deaths += 1;
        self.next_start_us = now_us + self.delay_us;
        self.delay_us = (self.delay_us * 2).min(LAST_DELAY_US);
    }

    /// Ends the worker, for whatever reason it must not go on.
    fn end(&mut self, flows: &mut Flows, now_us: u64) {
        let Some(mut worker) = self.worker.take() else { return };
        // It is ours and not reaped yet, so that the number cannot be that of another process.
        let _ = worker.child.kill();
        let _ = worker.child.wait();
        flows.worker_died();
        if now_us > worker.began_us + STEADY_US {
            self.delay_us = FIRST_DELAY_US;
            self.quick_deaths = 0;
        }
        self.plan(now_us);
    }

    /// Sends questions, takes answers, sees the worker's end. Verdicts go to `told`.
    pub fn turn(&mut self, flows: &mut Flows, now_us: u64, told: &mut dyn FnMut(Verdict)) {
        self.keep_running(now_us);
        let Some(worker) = &mut self.worker else { return };
        // Answers first: it is we who may have stood still while they waited.
        let mut is_alive = Self::take_answers(worker, flows, now_us, told);
        is_alive &= !flows.is_overdue(now_us, worker.heard_us);
        if is_alive {
            flows.ask(now_us, &mut |bytes| {
                let sent = send(&worker.link, bytes, SendFlags::DONTWAIT | SendFlags::NOSIGNAL);
                is_alive &= matches!(sent, Ok(_) | Err(Errno::AGAIN | Errno::INTR));
                sent.is_ok()
            });
        }
        if !is_alive {
            self.end(flows, now_us);
        }
    }

    /// False when the worker is gone or says something that it must not.
    fn take_answers(
        worker: &mut Worker,
        flows: &mut Flows,
        now_us: u64,
        told: &mut dyn FnMut(Verdict),
    ) -> bool {
        let mut bytes = [0; ANSWER_MAX + 1];
        for _ in 0..ANSWERS_PER_TURN {
            let count = match recv(&worker.link, &mut bytes[..], RecvFlags::DONTWAIT) {
                Ok((0, _)) => return false,
                Ok((count, _)) => count,
                Err(Errno::AGAIN | Errno::INTR) => return true,
                Err(_) => return false,
            };
            let Some((key, answer)) = read_answer(&bytes[..count]) else { return false };
            match flows.answer(key, answer) {
                Ok(Some(verdict)) => told(verdict),
                Ok(None) => {}
                Err(()) => return false,
            }
            worker.heard_us = now_us;
        }
        true
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        if let Some(mut worker) = self.worker.take() {
            let _ = worker.child.kill();
            let _ = worker.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::Piece;

    /// Programs that are not a worker: one ends at once, one is not there.
    fn with(program: &'static str) -> Supervisor {
        let mut supervisor = Supervisor::new(true);
        supervisor.program = program;
        supervisor
    }

    fn wait_for_end(supervisor: &mut Supervisor, flows: &mut Flows, now_us: u64) {
        for _ in 0..500 {
            supervisor.turn(flows, now_us, &mut |_| panic!("no verdict"));
            if supervisor.pid() == 0 {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("it did not end");
    }

    #[test]
    fn starts_a_dying_worker_again_with_growing_pauses_and_calls_it_failed() {
        let (mut supervisor, mut flows) = (with("/bin/true"), Flows::default());
        let mut now_us = 1;
        for round in 0..8 {
            supervisor.keep_running(now_us);
            assert_eq!(supervisor.state(), State::Running);
            wait_for_end(&mut supervisor, &mut flows, now_us);
            let expected = if round + 1 >= FAILED_AFTER { State::Failed } else { State::Restarting };
            assert_eq!(supervisor.state(), expected);
            supervisor.keep_running(supervisor.next_start_us - 1);
            assert_eq!(supervisor.pid(), 0, "started too early");
            now_us = supervisor.next_start_us;
        }
        assert_eq!(supervisor.restarts, 7);
        assert_eq!(supervisor.delay_us, LAST_DELAY_US);
    }

    #[test]
    fn a_long_life_makes_the_next_pause_short_again() {
        let (mut supervisor, mut flows) = (with("/bin/true"), Flows::default());
        supervisor.delay_us = LAST_DELAY_US;
        supervisor.keep_running(1);
        wait_for_end(&mut supervisor, &mut flows, 1 + STEADY_US + 1);
        assert_eq!(supervisor.next_start_us, 2 + STEADY_US + FIRST_DELAY_US);
    }

    #[test]
    fn a_program_that_cannot_be_started_is_tried_again_and_counted_as_no_restart() {
        let mut supervisor = with("/nonexistent/worker");
        supervisor.keep_running(1);
        assert_eq!((supervisor.state(), supervisor.restarts), (State::Restarting, 0));
        assert_eq!(supervisor.next_start_us, 1 + FIRST_DELAY_US);
    }

    #[test]
    fn a_worker_that_does_not_answer_is_ended_and_what_it_was_asked_given_up() {
        // It lives on whatever its arguments are, and never answers.
        let (mut supervisor, mut flows) = (with("/usr/bin/yes"), Flows::default());
        supervisor.turn(&mut flows, 1, &mut |_| {});
        assert_eq!(supervisor.state(), State::Running);
        flows.take(&Piece { key: 5, is_datagram: false, from_server: false, bytes: b"x" }, b"", 1);
        supervisor.turn(&mut flows, 1, &mut |_| {});
        supervisor.turn(&mut flows, 10_000_000, &mut |_| panic!("no verdict"));
        assert_eq!((supervisor.pid(), flows.totals.lost, flows.len()), (0, 1, 0));
    }

    #[test]
    fn a_worker_whose_answers_waited_for_us_lives_on() {
        let (mut supervisor, mut flows) = (with("/usr/bin/yes"), Flows::default());
        supervisor.turn(&mut flows, 1, &mut |_| {});
        let pid = supervisor.pid();
        // We speak for it.
        let (ours, theirs) =
            socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap();
        supervisor.worker.as_mut().unwrap().link = ours;
        for key in [5, 6] {
            flows.take(&Piece { key, is_datagram: false, from_server: false, bytes: b"x" }, b"", 1);
        }
        supervisor.turn(&mut flows, 1, &mut |_| {});
        let mut told = Vec::new();
        let mut answer_at = |now_us: u64, key: u64, told: &mut Vec<u64>| {
            let bytes = [&u64::to_le_bytes(key)[..], &[1, 0, 0]].concat();
            send(&theirs, &bytes, SendFlags::NOSIGNAL).unwrap();
            supervisor.turn(&mut flows, now_us, &mut |verdict| told.push(verdict.key));
            supervisor.turn(&mut flows, now_us + 1, &mut |_| panic!("no verdict"));
            supervisor.pid()
        };
        assert_eq!(answer_at(3_000_000, 5, &mut told), pid);
        // It had no room for this one while the first waited.
        assert_eq!(answer_at(4_000_000, 6, &mut told), pid);
        assert_eq!((told, flows.totals.lost, flows.totals.unknown), (vec![5, 6], 0, 2));
    }

    #[test]
    fn nothing_is_started_where_there_is_nothing_to_inspect() {
        let mut supervisor = Supervisor::new(false);
        supervisor.keep_running(1);
        assert_eq!((supervisor.state(), supervisor.pid()), (State::Off, 0));
    }
}
