// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Where programs are attached, and what they must know of the host before.

use libbpf_rs::{Link, MapCore, MapFlags, Object, ProgramMut};
use std::os::fd::AsRawFd;
use std::os::unix::fs::MetadataExt;

/// Copy first bytes; attached to the root of the unified hierarchy, where every socket of the machine is below.
pub const FIRST_BYTES_PROGRAMS: [&str; 2] = ["on_first_bytes_out", "on_first_bytes_in"];

/// Root of the unified hierarchy, wherever it is mounted.
fn unified_root() -> Option<std::fs::File> {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").ok()?;
    let line = mounts.lines().find(|line| {
        line.split_once(" - ").is_some_and(|(_, after)| after.starts_with("cgroup2 "))
            && line.split(' ').nth(3) == Some("/")
    })?;
    std::fs::File::open(line.split(' ').nth(4)?).ok()
}

/// Attaches a program where it belongs.
pub fn attach(program: &ProgramMut<'_>) -> Result<Link, String> {
    if !FIRST_BYTES_PROGRAMS.iter().any(|name| program.name() == *name) {
        return program.attach().map_err(|error| error.to_string());
    }
    let root = unified_root().ok_or("no unified control group hierarchy is mounted")?;
    program.attach_cgroup(root.as_raw_fd()).map_err(|error| error.to_string())
}

/// Takes our own namespaces for the host's when the walk met no kernel thread.
pub fn ensure_host_namespaces(object: &Object) {
    let key = 0u32.to_le_bytes();
    let Some(map) = object.maps().find(|map| map.name().to_string_lossy().ends_with(".bss")) else { return };
    let Some(mut value) = map.lookup(&key, MapFlags::ANY).ok().flatten() else { return };
    if value.iter().all(|byte| *byte == 0) && value.len() >= 8 {
        for (at, name) in [(0, "mnt"), (4, "net")] {
            let own =
                std::fs::metadata(format!("/proc/self/ns/{name}")).map_or(0, |found| found.ino() as u32);
            value[at..at + 4].copy_from_slice(&own.to_le_bytes());
        }
        // Refused only when the map is gone, and then nothing else works either.
        let _ = map.update(&key, &value, MapFlags::ANY);
    }
}
