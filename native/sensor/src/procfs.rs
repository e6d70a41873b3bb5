// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! What the kernel programs leave to /proc. Bounded: where its arguments begin and end a process says itself, and nothing
//! keeps it from saying gigabytes.

use rustix::io::Errno;
use rustix::process::{test_kill_process, Pid};
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

const ARGUMENTS_MAX: usize = 4096;

/// The arguments of a running process, and whether there are more.
pub fn arguments(pid: u32) -> (Vec<u8>, bool) {
    File::open(format!("/proc/{pid}/cmdline")).map(read_arguments).unwrap_or_default()
}

fn read_arguments(from: impl Read) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    // A process that ends meanwhile leaves what was read.
    let _ = from.take(ARGUMENTS_MAX as u64 + 1).read_to_end(&mut bytes);
    let is_cut = bytes.len() > ARGUMENTS_MAX;
    bytes.truncate(ARGUMENTS_MAX);
    (bytes, is_cut)
}

/// The name of a running process; the kernel gives no more than 64 bytes.
pub fn name(pid: u32) -> Vec<u8> {
    let mut bytes = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    bytes
}

/// The kernel's fixed number of the first process id namespace.
const FIRST_PID_NAMESPACE: u64 = 0xefff_fffc;

/// Whether no process has this pid any more. Never where our pids are not those that the kernel programs tell.
pub fn is_gone(pid: u32) -> bool {
    static IS_FIRST: OnceLock<bool> = OnceLock::new();
    let is_first = *IS_FIRST.get_or_init(|| {
        std::fs::metadata("/proc/self/ns/pid").is_ok_and(|meta| meta.ino() == FIRST_PID_NAMESPACE)
    });
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    is_first && pid.is_none_or(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Arguments without an end; counts what is taken of them.
    struct Endless(usize);

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            into.fill(b'a');
            self.0 += into.len();
            Ok(into.len())
        }
    }

    #[test]
    fn reads_one_byte_more_than_it_keeps_of_arguments_without_an_end() {
        let mut endless = Endless(0);
        let (bytes, is_cut) = read_arguments(&mut endless);
        assert_eq!((endless.0, bytes.len(), is_cut), (4097, 4096, true));
    }

    #[test]
    fn keeps_arguments_of_just_the_limit_whole() {
        let (bytes, is_cut) = read_arguments(&[b'a'; 4096][..]);
        assert_eq!((bytes.len(), is_cut), (4096, false));
    }

    #[test]
    fn tells_processes_that_run_from_those_that_are_gone() {
        assert!(!is_gone(std::process::id()));
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let is_first = std::fs::metadata("/proc/self/ns/pid").unwrap().ino() == FIRST_PID_NAMESPACE;
        assert_eq!(is_gone(child.id()), is_first);
    }

    #[test]
    fn gives_nothing_of_a_process_that_has_ended() {
        assert_eq!(arguments(u32::MAX), (Vec::new(), false));
    }
}
