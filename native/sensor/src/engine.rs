// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Records of the kernel become frames for the agent: paths joined, secrets removed, owners filled in.

use crate::frames::{
    self, application, cgroup, credentials, exec, file_use, first_bytes, fork, header, kind, network, open,
    process,
};
use crate::inspect::{Flows, Piece, Verdict};
use crate::kernel::Sink;
use crate::listening::{Listening, Place, NO_COOKIE};
use crate::outlet::{Builder, Outlet};
use crate::paths;
use crate::processes::{Credentials, Image, Process, Processes};
use crate::procfs;
use crate::redact::redact;
use crate::sockets::{Owner, Sockets};
use crate::watch::WatchSet;
use std::rc::Rc;

/// Flags that an exec decides and that its later events repeat.
const IMAGE_FLAGS: u32 = frames::PROCESS_FILELESS
    | frames::PROCESS_LAYER_KNOWN
    | frames::PROCESS_UPPER_LAYER
    | frames::PROCESS_ARGUMENTS_TRUNCATED
    | frames::PROCESS_ARGUMENTS_REDACTED;
const CAUSE_EXEC: u32 = 2;
const TCP_CLOSE: u8 = 7;
const TCP_LISTEN: u8 = 10;

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
    pub sockets: Sockets,
    pub listening: Listening,
    pub watched: WatchSet,
    /// Connections under inspection.
    pub inspected: Flows,
}

impl Engine {
    pub fn new(outlet: Outlet) -> Self {
        Self {
            outlet,
            processes: Processes::default(),
            totals: Totals::default(),
            existing_sent: 0,
            sockets: Sockets::default(),
            listening: Listening::default(),
            watched: WatchSet::default(),
            inspected: Flows::default(),
        }
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
        let (raw, is_cut) =
            if is_new { (process::arguments(record).to_vec(), false) } else { procfs::arguments(pid) };
        if is_cut {
            flags |= frames::PROCESS_ARGUMENTS_TRUNCATED;
        }
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
        if let Some(before) = before.filter(|before| is_new && *before != after) {
            self.send_credentials(record, before, after, (CAUSE_EXEC, 0));
        }
    }

    /// Tells a change; the process block shows what holds now.
    fn send_credentials(&mut self, record: &[u8], before: Credentials, after: Credentials, why: (u32, u32)) {
        let mut frame = Builder::from_record(record, credentials::END);
        let fixed = frame.fixed();
        header::set_kind(fixed, kind::CREDENTIALS);
        process::set_uid(fixed, after.uid);
        process::set_euid(fixed, after.euid);
        process::set_gid(fixed, after.gid);
        process::set_caps_effective(fixed, after.caps);
        credentials::set_before_uid(fixed, before.uid);
        credentials::set_before_euid(fixed, before.euid);
        credentials::set_before_gid(fixed, before.gid);
        credentials::set_before_caps(fixed, before.caps);
        credentials::set_after_uid(fixed, after.uid);
        credentials::set_after_euid(fixed, after.euid);
        credentials::set_after_gid(fixed, after.gid);
        credentials::set_after_caps(fixed, after.caps);
        credentials::set_cause(fixed, why.0);
        credentials::set_call(fixed, why.1);
        self.processes.refresh(fixed);
        self.put_owner_texts(&mut frame);
        self.outlet.event(frame.finish(), false);
    }

    /// A change, or a call that may have changed something: what the cache knows decides.
    fn on_credentials(&mut self, record: &[u8]) {
        let after = Credentials {
            uid: credentials::after_uid(record),
            euid: credentials::after_euid(record),
            gid: credentials::after_gid(record),
            caps: credentials::after_caps(record),
        };
        let known = self.processes.get(process::pid(record), process::start_boot_us(record));
        let before = known.map_or_else(|| Credentials::of(record), Process::credentials);
        if before == after {
            self.totals.filtered += 1;
            return;
        }
        self.send_credentials(record, before, after, (credentials::cause(record), credentials::call(record)));
    }

    /// The bytes wait for the worker; they are never read here.
    fn on_first_bytes(&mut self, record: &[u8]) {
        let piece = Piece::of(record);
        self.inspected.take(&piece, &record[..network::END], header::boot_time_us(record));
    }

    /// Tells what a connection speaks.
    pub fn tell_application(&mut self, verdict: &Verdict, now_us: u64) {
        let mut frame = Builder::from_record(&verdict.record, application::END);
        let fixed = frame.fixed();
        header::set_kind(fixed, kind::APPLICATION);
        header::set_boot_time_us(fixed, now_us);
        let place = Place::of(fixed);
        let owner = self.sockets.owner(network::socket_id(fixed)).or_else(|| self.listening.listener(&place));
        map_to_v4(frame.fixed());
        if let Some(known) = owner.and_then(|owner| self.processes.get(owner.pid, owner.start_us)) {
            known.write_owner(frame.fixed());
        }
        self.put_owner_texts(&mut frame);
        frame.text(application::NAME, verdict.name.as_bytes());
        frame.text(application::HOST, verdict.host.as_deref().unwrap_or("").as_bytes());
        self.outlet.event(frame.finish(), true);
    }

    fn on_network(&mut self, record: &[u8]) {
        let cookie = network::socket_id(record);
        let place = Place::of(record);
        let teller = Owner { pid: process::pid(record), start_us: process::start_boot_us(record) };
        let (old, new) = (network::old_state(record), network::new_state(record));
        let owner = match header::kind(record) {
            kind::CONNECT_START => {
                self.sockets.own(cookie, teller);
                return;
            }
            kind::LISTEN => {
                self.listening.listen(&place, cookie, teller);
                Some(teller)
            }
            kind::ACCEPT => {
                let owner = self.listening.listener(&place);
                if let Some(owner) = owner {
                    self.sockets.own(cookie, owner);
                }
                owner
            }
            kind::CLOSE if old == TCP_LISTEN => self.listening.unlisten(&place, cookie),
            kind::CONNECT if teller.pid != 0 => Some(teller),
            kind::CONNECT if new != TCP_CLOSE => self.sockets.owner(cookie),
            _ => {
                self.inspected.end(cookie);
                self.sockets.forget(cookie)
            }
        };
        let mut frame = Builder::from_record(record, network::END);
        map_to_v4(frame.fixed());
        let known = owner.and_then(|owner| self.processes.get(owner.pid, owner.start_us));
        if let Some(known) = known.filter(|_| teller.pid == 0) {
            known.write_owner(frame.fixed());
        }
        self.put_owner_texts(&mut frame);
        self.outlet.event(frame.finish(), true);
    }

    fn on_open(&mut self, record: &[u8]) {
        let (parts, root_bytes) = (open::path(record), open::root_bytes(record) as usize);
        let watched = self.watched.told_by(parts, root_bytes, open::mode(record));
        // Of a path that is cut, what is missing may be just what is watched.
        let Some(path) = watched.or_else(|| is_path_cut(record).then(|| paths::join(parts))) else {
            self.totals.filtered += 1;
            return;
        };
        let mut frame = Builder::from_record(record, open::END);
        self.put_owner_texts(&mut frame);
        frame.text(open::PATH, &path);
        self.outlet.event(frame.finish(), true);
    }

    /// The path is compared with nothing here: the agent knows which package owns it.
    fn on_file_use(&mut self, record: &[u8]) {
        let path = paths::join(file_use::path(record));
        if path.first() != Some(&b'/') || is_path_cut(record) {
            self.totals.filtered += 1;
            return;
        }
        let mut frame = Builder::from_record(record, file_use::END);
        self.put_owner_texts(&mut frame);
        frame.text(file_use::PATH, &path);
        self.outlet.event(frame.finish(), true);
    }

    fn on_cgroup(&mut self, record: &[u8]) {
        let mut frame = Builder::from_record(record, cgroup::END);
        self.put_owner_texts(&mut frame);
        frame.text(cgroup::PATH, cgroup::path(record));
        self.outlet.event(frame.finish(), false);
    }

    /// Takes over listening sockets older than the sensor.
    pub fn learn_listeners(&mut self) {
        let mut learnt = crate::listeners::scan(&self.processes.pids());
        learnt.retain(|found| !self.listening.has(&found.place));
        for found in learnt {
            if let Some(known) = self.processes.current(found.pid) {
                let owner = Owner { pid: found.pid, start_us: known.start_us() };
                self.listening.listen(&found.place, NO_COOKIE, owner);
            }
        }
    }

    fn put_ancestors(&self, frame: &mut Builder, record: &[u8]) {
        let count = (exec::ancestor_count(record) as usize).min(frames::ANCESTOR_MAX);
        for index in 0..count {
            let pid = exec::ancestor_pid(record, index);
            let known = self.processes.get(pid, exec::ancestor_start_us(record, index));
            let name = match known {
                Some(found) => paths::base_name(&found.image.executable).to_vec(),
                None => procfs::name(pid),
            };
            frame.text(exec::ANCESTOR_NAME + index * 4, &name);
        }
    }

    /// A new process runs what its maker runs, whoever its parent is.
    fn on_fork(&mut self, record: &[u8]) {
        let maker = self.processes.get(fork::maker_pid(record), fork::maker_start_us(record)).cloned();
        let (image, cwd) = match maker {
            Some(maker) => (maker.image, maker.cwd),
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
        self.processes.end(
            process::pid(record),
            process::start_boot_us(record),
            header::boot_time_us(record),
        );
    }
}

fn put_texts(frame: &mut Builder, known: &Process) {
    frame.text(process::EXECUTABLE, &known.image.executable);
    frame.text(process::ARGUMENTS, &known.image.arguments);
    frame.text(process::CWD, &known.cwd);
}

/// An IPv4 address in IPv6 clothes is shown as what it is.
fn map_to_v4(frame: &mut [u8]) {
    const PREFIX: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
    let addresses = [network::local_address(frame), network::remote_address(frame)];
    if network::family(frame) != 6 || !addresses.iter().all(|address| address.starts_with(&PREFIX)) {
        return;
    }
    let [local, remote] = addresses.map(|address| {
        let mut short = [0; 16];
        short[..4].copy_from_slice(&address[12..]);
        short
    });
    network::set_family(frame, 4);
    network::set_local_address(frame, local);
    network::set_remote_address(frame, remote);
}

/// Whether the kernel left out parts of a path of this record.
fn is_path_cut(record: &[u8]) -> bool {
    process::flags(record) & frames::PROCESS_PATH_TRUNCATED != 0
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
        // Room for first bytes is reserved for the longest; the length says how much of it is used.
        let is_first_bytes = record.len() >= process::END && header::kind(record) == kind::FIRST_BYTES;
        if !is_first_bytes && !is_whole(record, process::END) {
            self.totals.malformed += 1;
            return;
        }
        match header::kind(record) {
            kind::EXEC if is_whole(record, exec::END) => self.on_exec(record, true),
            kind::EXISTING if is_whole(record, exec::END) => self.on_exec(record, false),
            kind::FORK if is_whole(record, fork::END) => self.on_fork(record),
            kind::EXIT if is_whole(record, frames::exit::END) => self.on_exit(record),
            kind::CREDENTIALS if is_whole(record, credentials::END) => self.on_credentials(record),
            kind::CONNECT_START | kind::CONNECT | kind::ACCEPT | kind::LISTEN | kind::CLOSE
                if is_whole(record, network::END) =>
            {
                self.on_network(record);
            }
            kind::FIRST_BYTES => match record.get(..header::length(record) as usize) {
                Some(record) if is_whole(record, first_bytes::END) => self.on_first_bytes(record),
                _ => self.totals.malformed += 1,
            },
            kind::OPEN if is_whole(record, open::END) => self.on_open(record),
            kind::FILE_USE if is_whole(record, file_use::END) => self.on_file_use(record),
            kind::CGROUP_CREATED | kind::CGROUP_REMOVED if is_whole(record, cgroup::END) => {
                self.on_cgroup(record)
            }
            _ => self.totals.malformed += 1,
        }
    }
}
