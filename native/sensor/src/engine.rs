// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Records of the kernel become frames for the agent: paths joined, secrets removed, owners filled in.

use crate::frames::{self, exec, header, kind, process};
use crate::kernel::Sink;
use crate::outlet::{Builder, Outlet};
use crate::paths;
use crate::processes::{Credentials, Image, Process, Processes};
use crate::redact::redact;
use std::rc::Rc;

/// Flags that an exec decides and that its later events repeat.
const IMAGE_FLAGS: u32 = frames::PROCESS_FILELESS
    | frames::PROCESS_LAYER_KNOWN
    | frames::PROCESS_UPPER_LAYER
    | frames::PROCESS_ARGUMENTS_TRUNCATED
    | frames::PROCESS_ARGUMENTS_REDACTED;
const PROC_ARGUMENTS_MAX: usize = 4096;

/// Counters of the engine, from its start.
#[derive(Debug, Default, Clone, Copy)]
pub struct Totals {
    pub received: u64,
    pub malformed: u64,
    pub filtered: u64,
}

pub struct Engine {
    pub outlet: Outlet,
    pub processes: Processes,
    pub totals: Totals,
    pub existing_sent: u32,
}

impl Engine {
    pub fn new(outlet: Outlet) -> Self {
        Self { outlet, processes: Processes::default(), totals: Totals::default(), existing_sent: 0 }
    }

    fn on_exec(&mut self, record: &[u8], is_new: bool) {
        let pid = process::pid(record);
        let start_us = process::start_boot_us(record);
        let before = self.processes.get(pid, start_us);
        if !is_new && before.is_some() {
            return;
        }
        let before = before.map(Process::credentials);
        let mut flags = process::flags(record);
        let raw = if is_new { process::arguments(record).to_vec() } else { proc_arguments(pid) };
        let (arguments, redacted) = redact(&raw);
        if redacted {
            flags |= frames::PROCESS_ARGUMENTS_REDACTED;
        }
        let image = Rc::new(Image {
            executable: paths::join(process::executable(record)),
            arguments,
            filesystem: process::filesystem(record),
            stdio: [process::stdio0(record), process::stdio1(record), process::stdio2(record)],
            flags: flags & IMAGE_FLAGS,
        });
        let cwd: Rc<[u8]> = paths::join(process::cwd(record)).into();
        let known = Process::new(record, image, cwd);
        let mut frame = Builder::from_record(record, exec::END);
        process::set_flags(frame.fixed(), flags);
        self.put_ancestors(&mut frame, record);
        put_texts(&mut frame, &known);
        let after = Credentials::of(record);
        self.processes.insert(pid, known);
        self.outlet.event(frame.finish(), false);
        if !is_new {
            self.existing_sent += 1;
        }
        let _ = (before, after);
    }

    fn put_ancestors(&self, frame: &mut Builder, record: &[u8]) {
        let count = (exec::ancestor_count(record) as usize).min(frames::ANCESTOR_MAX);
        for index in 0..count {
            let pid = exec::ancestor_pid(record, index);
            let known = self.processes.get(pid, exec::ancestor_start_us(record, index));
            let name = match known {
                Some(found) => paths::base_name(&found.image.executable).to_vec(),
                None => proc_name(pid),
            };
            frame.text(exec::ANCESTOR_NAME + index * 4, &name);
        }
    }

    fn on_fork(&mut self, record: &[u8]) {
        let parent =
            self.processes.get(process::parent_pid(record), process::parent_start_boot_us(record)).cloned();
        let (image, cwd) = match parent {
            Some(parent) => (parent.image, parent.cwd),
            None => (Rc::new(Image::default()), Rc::from(&b""[..])),
        };
        let known = Process::new(record, image, cwd);
        let mut frame = Builder::from_record(record, process::END);
        known.write_image(frame.fixed());
        put_texts(&mut frame, &known);
        self.processes.insert(process::pid(record), known);
        self.outlet.event(frame.finish(), false);
    }

    /// An event whose process block the kernel filled; texts come from the cache.
    fn on_plain(&mut self, record: &[u8], end: usize, sheddable: bool) {
        let mut frame = Builder::from_record(record, end);
        self.put_owner_texts(&mut frame);
        self.outlet.event(frame.finish(), sheddable);
    }

    fn put_owner_texts(&self, frame: &mut Builder) {
        let pid = process::pid(frame.fixed());
        let start_us = process::start_boot_us(frame.fixed());
        match self.processes.get(pid, start_us) {
            Some(known) => {
                known.write_image(frame.fixed());
                put_texts(frame, known);
            }
            None => {
                for at in [process::EXECUTABLE, process::ARGUMENTS, process::CWD] {
                    frame.text(at, b"");
                }
            }
        }
    }

    fn on_exit(&mut self, record: &[u8]) {
        self.on_plain(record, frames::exit::END, false);
        self.processes.end(process::pid(record), process::start_boot_us(record), header::boot_time_us(record));
    }
}

fn put_texts(frame: &mut Builder, known: &Process) {
    frame.text(process::EXECUTABLE, &known.image.executable);
    frame.text(process::ARGUMENTS, &known.image.arguments);
    frame.text(process::CWD, &known.cwd);
}

fn proc_arguments(pid: u32) -> Vec<u8> {
    let mut bytes = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    bytes.truncate(PROC_ARGUMENTS_MAX);
    bytes
}

fn proc_name(pid: u32) -> Vec<u8> {
    let mut bytes = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    bytes
}

/// Whether the fixed part of a record of this kind is whole.
fn is_whole(record: &[u8], end: usize) -> bool {
    record.len() >= end
        && header::magic(record) == frames::FRAME_MAGIC
        && header::length(record) as usize == record.len()
}

impl Sink for Engine {
    fn record(&mut self, record: &[u8]) {
        self.totals.received += 1;
        if !is_whole(record, process::END) {
            self.totals.malformed += 1;
            return;
        }
        match header::kind(record) {
            kind::EXEC if is_whole(record, exec::END) => self.on_exec(record, true),
            kind::EXISTING if is_whole(record, exec::END) => self.on_exec(record, false),
            kind::FORK => self.on_fork(record),
            kind::EXIT if is_whole(record, frames::exit::END) => self.on_exit(record),
            _ => self.totals.malformed += 1,
        }
    }
}
