// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! What is known of each process, so that every event can say who did it. Keyed by pid; the start time
//! tells a recycled pid from its predecessor. Bounded.

use crate::frames::{header, process};
use std::collections::HashMap;
use std::rc::Rc;

/// Most processes kept; beyond that new ones are not remembered (their events carry numbers only).
pub const MAX_PROCESSES: usize = 131_072;
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

#[derive(Default)]
pub struct Processes {
    by_pid: HashMap<u32, Process>,
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
        if self.by_pid.len() < MAX_PROCESSES || self.by_pid.contains_key(&pid) {
            self.by_pid.insert(pid, found);
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

    /// Forgets processes that ended a while ago.
    pub fn sweep(&mut self, now_us: u64) {
        self.by_pid.retain(|_, found| found.ended_us == 0 || now_us < found.ended_us + KEEP_ENDED_US);
    }
}
