// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! The worker gives everything up before it reads a byte: capabilities, new descriptors, all system calls but a few.

#![allow(unsafe_code)]

use rustix::process::{set_parent_process_death_signal, setrlimit, Resource, Rlimit, Signal};
use rustix::thread::{set_capabilities, set_no_new_privs, CapabilitySet, CapabilitySets};

/// Memory that the worker may map, in bytes.
const MEMORY_MAX: u64 = 256 * 1024 * 1024;

const LINK: u32 = 0;
/// Of `AUDIT_ARCH_X86_64`; the sensor exists for x86-64 alone.
const ARCHITECTURE: u32 = 0xc000_003e;

/// Offsets in `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCH: u32 = 4;
const fn low_half_of_argument(index: u32) -> u32 {
    16 + 8 * index
}

fn statement(code: u32, value: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: 0, jf: 0, k: value }
}

fn jump(code: u32, value: u32, if_true: u8, if_false: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt: if_true, jf: if_false, k: value }
}

/// Allows a call as it is.
fn allow(number: libc::c_long) -> Vec<libc::sock_filter> {
    vec![
        jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, number as u32, 0, 1),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ]
}

/// Allows a call on the link alone.
fn allow_on_link(number: libc::c_long) -> Vec<libc::sock_filter> {
    vec![
        jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, number as u32, 0, 4),
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, low_half_of_argument(0)),
        jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, LINK, 0, 1),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_KILL_PROCESS),
    ]
}

/// Allows memory of our own that is never code: flags must have MAP_ANONYMOUS, protection no PROT_EXEC.
fn allow_memory() -> Vec<libc::sock_filter> {
    let set = libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K;
    vec![
        jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, libc::SYS_mmap as u32, 0, 6),
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, low_half_of_argument(3)),
        jump(set, libc::MAP_ANONYMOUS as u32, 0, 3),
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, low_half_of_argument(2)),
        jump(set, libc::PROT_EXEC as u32, 1, 0),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_KILL_PROCESS),
    ]
}

/// Read and write on the link, memory, the end. Everything else kills the process.
fn filter() -> Vec<libc::sock_filter> {
    let load_number = statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, NUMBER);
    let mut program = vec![
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, ARCH),
        jump(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, ARCHITECTURE, 1, 0),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_KILL_PROCESS),
        load_number,
    ];
    program.extend(allow_on_link(libc::SYS_read));
    program.extend(allow_on_link(libc::SYS_write));
    program.extend(allow_memory());
    for number in [
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_brk,
        libc::SYS_madvise,
        libc::SYS_sigaltstack,
        libc::SYS_rt_sigreturn,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ] {
        program.extend(allow(number));
    }
    program.push(statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_KILL_PROCESS));
    program
}

fn install(program: &[libc::sock_filter]) -> Result<(), String> {
    let length = u16::try_from(program.len()).map_err(|_| "the filter is too long".to_string())?;
    let whole = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    // SAFETY: the kernel reads `len` instructions behind `filter`, which outlive the call, and writes nothing.
    let status = unsafe {
        libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &whole as *const libc::sock_fprog)
    };
    if status == 0 {
        Ok(())
    } else {
        Err(format!("the system call filter cannot be set: {}", std::io::Error::last_os_error()))
    }
}

/// Closes every descriptor above standard error: whoever started the sensor may have left some open.
fn close_the_rest() -> Result<(), String> {
    // SAFETY: the worker has opened none of them, so that nothing of it refers to them.
    let status = unsafe {
        libc::syscall(libc::SYS_close_range, 3 as libc::c_uint, libc::c_uint::MAX, 0 as libc::c_uint)
    };
    if status == 0 {
        Ok(())
    } else {
        Err(format!("descriptors cannot be closed: {}", std::io::Error::last_os_error()))
    }
}

fn limit(resource: Resource, most: u64) -> Result<(), String> {
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
        .map_err(|error| format!("a limit cannot be set: {error}"))
}

/// Gives up everything, for good. After it only `LINK` can be read and written.
pub fn confine() -> Result<(), String> {
    let failed = |what: &'static str| move |error: rustix::io::Errno| format!("{what}: {error}");
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(failed("the end of the sensor cannot be followed"))?;
    close_the_rest()?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(failed("capabilities cannot be given up"))?;
    set_no_new_privs(true).map_err(failed("no_new_privs cannot be set"))?;
    limit(Resource::As, MEMORY_MAX)?;
    // No core file: it would hold payload. No descriptor above those that are open.
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, 3)?;
    limit(Resource::Nproc, 0)?;
    install(&filter())
}
