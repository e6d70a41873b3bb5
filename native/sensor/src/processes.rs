// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! What is known of each process, so that every event can say who did it. Keyed by pid; the start time
//! tells a recycled pid from its predecessor. Bounded.

use crate::frames::{header, process};
use crate::procfs;
use std::collections::HashMap;
use std::rc::Rc;

/// Most processes kept; beyond that those that are gone make room, and then the oldest.
pub const MAX_PROCESSES: usize = 131_072;
/// How many places are made at once, so that a full table is not searched for each new process.
const ROOM: usize = MAX_PROCESSES / 16;
/// How often it is asked which processes still run: the record of an exit may have found no room in the ring.
const ASK_EVERY_US: u64 = 10_000_000;
/// How long an ended process is kept, because its connections may end after it.
const KEEP_ENDED_US: u64 = 10_000_000;
const BLOCK: std::ops::Range<usize> = header::END..process::END;

/// What a process runs; shared with the children that have not run anything else.
#[derive(Debug, Default)]
pub struct Image {
    pub executable: Vec<u8>,
    pub arguments: Vec<u8>,
    pub filesystem: u32,
    pub stdio: [u8; 3],
    pub flags: u32,
}

/// One process.
#[derive(Debug, Clone)]
pub struct Process {
    block: Vec<u8>,
    cgroups: (u64, u64),
    pub image: Rc<Image>,
    pub cwd: Rc<[u8]>,
    ended_us: u64,
}

/// User, group and capabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    pub uid: u32,
    pub euid: u32,
    pub gid: u32,
    pub caps: u64,
}

impl Credentials {
    pub fn of(frame: &[u8]) -> Self {
        Self {
            uid: process::uid(frame),
            euid: process::euid(frame),
            gid: process::gid(frame),
            caps: process::caps_effective(frame),
        }
    }
}

impl Process {
    /// From a record or frame that has a process block.
    pub fn new(frame: &[u8], image: Rc<Image>, cwd: Rc<[u8]>) -> Self {
        Self {
            block: frame.get(..process::END).unwrap_or_default().to_vec(),
            cgroups: (header::cgroup_id(frame), header::unified_cgroup_id(frame)),
            image,
            cwd,
            ended_us: 0,
        }
    }

    pub fn start_us(&self) -> u64 {
        process::start_boot_us(&self.block)
    }

    pub fn credentials(&self) -> Credentials {
        Credentials::of(&self.block)
    }

    /// Writes the whole process block and the control groups: for events that the kernel saw in no process.
    pub fn write_owner(&self, frame: &mut [u8]) {
        if let (Some(to), Some(from)) = (frame.get_mut(BLOCK), self.block.get(BLOCK)) {
            to.copy_from_slice(from);
        }
        header::set_cgroup_id(frame, self.cgroups.0);
        header::set_unified_cgroup_id(frame, self.cgroups.1);
    }

    /// Writes what only exec tells.
    pub fn write_image(&self, frame: &mut [u8]) {
        process::set_filesystem(frame, self.image.filesystem);
        process::set_stdio0(frame, self.image.stdio[0]);
        process::set_stdio1(frame, self.image.stdio[1]);
        process::set_stdio2(frame, self.image.stdio[2]);
        let flags = process::flags(frame) | self.image.flags;
        process::set_flags(frame, flags);
    }
}

pub struct Processes {
    by_pid: HashMap<u32, Process>,
    is_gone: fn(u32) -> bool,
    asked_us: u64,
}

impl Default for Processes {
    fn default() -> Self {
        Self { by_pid: HashMap::new(), is_gone: procfs::is_gone, asked_us: 0 }
    }
}

impl Processes {
    pub fn len(&self) -> usize {
        self.by_pid.len()
    }

    /// The process with this pid and start time.
    pub fn get(&self, pid: u32, start_us: u64) -> Option<&Process> {
        self.by_pid.get(&pid).filter(|found| found.start_us() == start_us)
    }

    pub fn pids(&self) -> Vec<u32> {
        self.by_pid.iter().filter(|(_, found)| found.ended_us == 0).map(|(pid, _)| *pid).collect()
    }

    /// The process that has this pid now.
    pub fn current(&self, pid: u32) -> Option<&Process> {
        self.by_pid.get(&pid)
    }

    pub fn insert(&mut self, pid: u32, found: Process) {
        if self.by_pid.len() >= MAX_PROCESSES && !self.by_pid.contains_key(&pid) {
            self.make_room();
        }
        self.by_pid.insert(pid, found);
    }

    /// The ended go first, then those whose end was lost, then the oldest.
    fn make_room(&mut self) {
        const LEFT: usize = MAX_PROCESSES - ROOM;
        self.by_pid.retain(|_, found| found.ended_us == 0);
        if self.by_pid.len() > LEFT {
            let is_gone = self.is_gone;
            self.by_pid.retain(|pid, _| !is_gone(*pid));
        }
        let mut excess = self.by_pid.len().saturating_sub(LEFT);
        if excess > 0 {
            let mut starts: Vec<u64> = self.by_pid.values().map(Process::start_us).collect();
            let (_, last, _) = starts.select_nth_unstable(excess - 1);
            let last = *last;
            self.by_pid.retain(|_, found| {
                let stays = excess == 0 || found.start_us() > last;
                excess -= usize::from(!stays);
                stays
            });
        }
    }

    /// Takes over new numbers (credentials, control groups) of a known process.
    pub fn refresh(&mut self, frame: &[u8]) {
        let pid = process::pid(frame);
        let start_us = process::start_boot_us(frame);
        if let Some(found) = self.by_pid.get_mut(&pid).filter(|found| found.start_us() == start_us) {
            found.block = frame.get(..process::END).unwrap_or_default().to_vec();
            found.cgroups = (header::cgroup_id(frame), header::unified_cgroup_id(frame));
        }
    }

    pub fn end(&mut self, pid: u32, start_us: u64, now_us: u64) {
        if let Some(found) = self.by_pid.get_mut(&pid).filter(|found| found.start_us() == start_us) {
            found.ended_us = now_us.max(1);
        }
    }

    /// Forgets processes that ended a while ago. Those whose end was lost count as ended when it is noticed.
    pub fn sweep(&mut self, now_us: u64) {
        if now_us >= self.asked_us + ASK_EVERY_US {
            self.asked_us = now_us;
            for (pid, found) in self.by_pid.iter_mut().filter(|(_, found)| found.ended_us == 0) {
                if (self.is_gone)(*pid) {
                    found.ended_us = now_us.max(1);
                }
            }
        }
        self.by_pid.retain(|_, found| found.ended_us == 0 || now_us < found.ended_us + KEEP_ENDED_US);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: u32 = 1000;

    /// A full table of processes whose ends nobody told; the pid is the start time too.
    fn full(is_gone: fn(u32) -> bool) -> Processes {
        let mut processes = Processes { is_gone, ..Processes::default() };
        for pid in FIRST..FIRST + MAX_PROCESSES as u32 {
            processes.insert(pid, started(pid));
        }
        assert_eq!(processes.len(), MAX_PROCESSES);
        processes
    }

    fn started(pid: u32) -> Process {
        let mut block = vec![0; process::END];
        process::set_start_boot_us(&mut block, u64::from(pid));
        Process::new(&block, Rc::default(), Rc::from(&b""[..]))
    }

    #[test]
    fn forgets_processes_whose_end_was_lost() {
        let mut processes = full(|pid| pid != FIRST + 7);
        processes.sweep(20_000_000);
        assert_eq!(processes.pids(), [FIRST + 7]);
        processes.sweep(20_000_000 + KEEP_ENDED_US);
        assert_eq!(processes.len(), 1);
    }

    #[test]
    fn asks_seldom_which_processes_run() {
        let mut processes = Processes { is_gone: |_| true, ..Processes::default() };
        processes.sweep(20_000_000);
        processes.insert(FIRST, started(FIRST));
        processes.sweep(20_000_000 + ASK_EVERY_US - 1);
        assert_eq!(processes.pids(), [FIRST]);
        processes.sweep(20_000_000 + ASK_EVERY_US);
        assert!(processes.pids().is_empty());
    }

    #[test]
    fn takes_a_new_process_in_the_place_of_one_that_is_gone() {
        let mut processes = full(|pid| pid >= FIRST + 100);
        processes.insert(7, started(7));
        assert!(processes.get(7, 7).is_some());
        assert_eq!(processes.len(), 101);
    }

    #[test]
    fn takes_a_new_process_in_the_place_of_the_oldest_when_all_run() {
        let mut processes = full(|_| false);
        processes.end(FIRST + 50_000, u64::from(FIRST + 50_000), 1);
        processes.insert(7, started(7));
        assert!(processes.get(7, 7).is_some());
        assert_eq!(processes.len(), MAX_PROCESSES - ROOM + 1);
        assert!(processes.current(FIRST).is_none() && processes.current(FIRST + 50_000).is_none());
        assert!(processes.current(FIRST + MAX_PROCESSES as u32 - 1).is_some());
    }
}
