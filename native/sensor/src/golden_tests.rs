// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Records as the kernel writes them go through the engine; the frames that come out are compared with
//! native/testdata/frames/*.bin, which the TypeScript tests read too. BARTIZAN_WRITE_GOLDEN=1 writes them.

use crate::command::Decoder;
use crate::engine::Engine;
use crate::frames::{
    self, cgroup, credentials, exec, exit, file_use, first_bytes, fork, header, kind, network, open, process,
};
use crate::inspect::Verdict;
use crate::kernel::Sink;
use crate::outlet::{Builder, Outlet};
use crate::watch::WatchSet;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testdata/frames")
}

fn check(name: &str, bytes: &[u8]) {
    let path = folder().join(format!("{name}.bin"));
    if std::env::var_os("BARTIZAN_WRITE_GOLDEN").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        std::fs::write(&path, bytes).unwrap();
    }
    let golden = std::fs::read(&path).unwrap_or_default();
    assert_eq!(golden, bytes, "{name} differs from its golden file");
}

struct Bench {
    engine: Engine,
    agent: UnixStream,
}

impl Bench {
    fn new() -> Self {
        let (ours, agent) = UnixStream::pair().unwrap();
        agent.set_nonblocking(true).unwrap();
        let mut engine = Engine::new(Outlet::new(ours.into()));
        engine.watched = WatchSet::parse("rw:/etc/shadow").unwrap();
        Self { engine, agent }
    }

    /// The frame of a verdict about the connection whose first bytes came last.
    fn told(&mut self, name: &'static str, host: Option<&str>) -> Vec<u8> {
        let mut asked = Vec::new();
        self.engine.inspected.ask(1, &mut |bytes| {
            asked.push(bytes.to_vec());
            true
        });
        assert_eq!(asked.len(), 1);
        let record = ownerless(network_record(kind::FIRST_BYTES, 2, 1)).finish().to_vec();
        let verdict = Verdict { key: 99, record, name, host: host.map(str::to_string) };
        self.engine.tell_application(&verdict, 5_000_100);
        self.drain()
    }

    fn frames(&mut self, record: &[u8]) -> Vec<u8> {
        self.engine.record(record);
        self.drain()
    }

    fn drain(&mut self) -> Vec<u8> {
        self.engine.outlet.flush().unwrap();
        let mut out = vec![0; 65_536];
        let count = self.agent.read(&mut out).unwrap_or(0);
        out.truncate(count);
        out
    }
}

/// A record of process 4242, child of 1 in a container.
fn record(kind: u8, end: usize) -> Builder {
    let mut builder = Builder::new(kind, end, 5_000_000);
    let fixed = builder.fixed();
    header::set_cgroup_id(fixed, 4711);
    header::set_unified_cgroup_id(fixed, u64::MAX - 1);
    process::set_pid(fixed, 4242);
    process::set_start_boot_us(fixed, 4_999_000);
    process::set_parent_pid(fixed, 1);
    process::set_parent_start_boot_us(fixed, 10);
    process::set_ns_pid(fixed, 7);
    process::set_uid(fixed, 1000);
    process::set_euid(fixed, 0);
    process::set_gid(fixed, 1000);
    process::set_caps_effective(fixed, 0x1ff_ffff_ffff);
    process::set_mount_namespace(fixed, 4_026_532_000);
    process::set_pid_namespace(fixed, 4_026_532_001);
    process::set_flags(fixed, frames::PROCESS_IN_CONTAINER);
    builder
}

fn exec_record() -> Builder {
    let mut builder = record(kind::EXEC, exec::END);
    let fixed = builder.fixed();
    process::set_filesystem(fixed, 0x794c_7630);
    process::set_stdio0(fixed, frames::STDIO_SOCKET);
    process::set_stdio1(fixed, frames::STDIO_PIPE);
    process::set_stdio2(fixed, frames::STDIO_TTY);
    process::set_tty(fixed, 0x8801);
    process::set_flags(
        fixed,
        frames::PROCESS_IN_CONTAINER | frames::PROCESS_LAYER_KNOWN | frames::PROCESS_UPPER_LAYER,
    );
    exec::set_ancestor_count(fixed, 2);
    exec::set_ancestor_pid(fixed, 0, u32::MAX - 1);
    exec::set_ancestor_start_us(fixed, 0, 10);
    exec::set_ancestor_pid(fixed, 1, u32::MAX - 2);
    exec::set_ancestor_start_us(fixed, 1, 5);
    builder.text(process::ARGUMENTS, "sh\0-c\0echo 日本語\0--password\0hunter2\0".as_bytes());
    builder.text(process::EXECUTABLE, b"dash\0bin\0usr\0\0");
    builder.text(process::CWD, b"\0");
    builder
}

/// Process 4243, made by process 4242, which runs /usr/bin/dash.
fn fork_record(parent: (u32, u64)) -> Builder {
    let mut builder = record(kind::FORK, fork::END);
    let fixed = builder.fixed();
    process::set_pid(fixed, 4243);
    process::set_parent_pid(fixed, parent.0);
    process::set_parent_start_boot_us(fixed, parent.1);
    fork::set_maker_pid(fixed, 4242);
    fork::set_maker_start_us(fixed, 4_999_000);
    builder
}

fn network_record(kind: u8, old: u8, new: u8) -> Builder {
    let mut builder = record(kind, network::END);
    let fixed = builder.fixed();
    let mut local = [0; 16];
    local[10..].copy_from_slice(&[0xff, 0xff, 127, 0, 0, 1]);
    network::set_family(fixed, 6);
    network::set_protocol(fixed, 6);
    network::set_local_address(fixed, local);
    network::set_remote_address(fixed, local);
    network::set_local_port(fixed, 40_000);
    network::set_remote_port(fixed, 443);
    network::set_old_state(fixed, old);
    network::set_new_state(fixed, new);
    network::set_socket_id(fixed, 99);
    network::set_network_namespace(fixed, 4_026_531_833);
    builder
}

/// As the kernel writes it where nobody is current.
fn ownerless(mut builder: Builder) -> Builder {
    let fixed = builder.fixed();
    fixed[header::END..process::END].fill(0);
    process::set_flags(fixed, frames::PROCESS_UNKNOWN);
    builder
}

#[test]
fn frames_of_each_kind_match_the_golden_files() {
    let mut bench = Bench::new();
    check("exec", &bench.frames(exec_record().finish()));
    check("fork", &bench.frames(fork_record((4242, 4_999_000)).finish()));
    assert!(bench.frames(network_record(kind::CONNECT_START, 7, 2).finish()).is_empty());
    check("connect", &bench.frames(ownerless(network_record(kind::CONNECT, 2, 1)).finish()));
    let mut first = ownerless(network_record(kind::FIRST_BYTES, 2, 1));
    first = Builder::from_record(first.fixed(), first_bytes::END);
    first.text(first_bytes::BYTES, b"GET / HTTP/1.1");
    assert!(bench.frames(first.finish()).is_empty());
    check("application", &bench.told("http", Some("shop.example")));
    let mut close = ownerless(network_record(kind::CLOSE, 1, 7));
    network::set_bytes_sent(close.fixed(), 5);
    network::set_bytes_received(close.fixed(), 1 << 40);
    check("close", &bench.frames(close.finish()));
    let mut listen = network_record(kind::LISTEN, 7, 10);
    network::set_local_address(listen.fixed(), [0; 16]);
    network::set_remote_address(listen.fixed(), [0; 16]);
    check("listen", &bench.frames(listen.finish()));
    check("accept", &bench.frames(ownerless(network_record(kind::ACCEPT, 3, 1)).finish()));
    let mut watched = record(kind::OPEN, open::END);
    open::set_inode(watched.fixed(), 817);
    open::set_mode(watched.fixed(), 1);
    open::set_open_flags(watched.fixed(), 0x8000);
    open::set_result(watched.fixed(), 3);
    watched.text(open::PATH, b"shadow\0etc\0\0");
    check("open", &bench.frames(watched.finish()));
    let mut changed = record(kind::CREDENTIALS, credentials::END);
    credentials::set_after_caps(changed.fixed(), 0x20);
    credentials::set_cause(changed.fixed(), 1);
    credentials::set_call(changed.fixed(), 105);
    check("credentials", &bench.frames(changed.finish()));
    let mut made = record(kind::CGROUP_CREATED, cgroup::END);
    cgroup::set_id(made.fixed(), 4711);
    cgroup::set_parent_id(made.fixed(), 1);
    cgroup::set_level(made.fixed(), 2);
    cgroup::set_hierarchy(made.fixed(), 1);
    made.text(cgroup::PATH, b"/kubepods/pod1");
    check("cgroup-created", &bench.frames(made.finish()));
    let mut ended = record(kind::EXIT, exit::END);
    exit::set_signal(ended.fixed(), 9);
    check("exit", &bench.frames(ended.finish()));
    let mut used = record(kind::FILE_USE, file_use::END);
    file_use::set_inode(used.fixed(), 918);
    file_use::set_device(used.fixed(), 0x2a);
    file_use::set_file_mode(used.fixed(), 0o100_755);
    used.text(file_use::PATH, b"json.py\0python3\0lib\0usr\0\0");
    check("file-use", &bench.frames(used.finish()));
    assert_eq!(bench.engine.totals.malformed, 0);
}

/// A record of a socket of family 4 on port 8080, as process `pid` or, of an accepted one, nobody wrote it.
fn on_port(kind: u8, states: (u8, u8), cookie: u64, address: [u8; 4], pid: u32) -> Vec<u8> {
    let mut builder = network_record(kind, states.0, states.1);
    if pid == 0 {
        builder = ownerless(builder);
    }
    let fixed = builder.fixed();
    let mut local = [0; 16];
    local[..4].copy_from_slice(&address);
    process::set_pid(fixed, pid);
    network::set_family(fixed, 4);
    network::set_local_address(fixed, local);
    network::set_local_port(fixed, 8080);
    network::set_socket_id(fixed, cookie);
    builder.finish().to_vec()
}

#[test]
fn tells_an_accepted_connection_as_that_of_who_listens_at_its_address() {
    const ANY: [u8; 4] = [0; 4];
    let mut bench = Bench::new();
    for pid in [11, 12, 13] {
        let mut running = exec_record();
        process::set_pid(running.fixed(), pid);
        bench.frames(running.finish());
    }
    bench.frames(&on_port(kind::LISTEN, (7, 10), 1, ANY, 11));
    bench.frames(&on_port(kind::LISTEN, (7, 10), 2, ANY, 12));
    bench.frames(&on_port(kind::LISTEN, (7, 10), 3, [127, 0, 0, 2], 13));
    let ended = bench.frames(&on_port(kind::CLOSE, (10, 7), 1, ANY, 0));
    assert_eq!(process::pid(&ended), 11);
    for (cookie, address, pid) in [(4, [127, 0, 0, 1], 12), (5, [127, 0, 0, 2], 13)] {
        let accepted = bench.frames(&on_port(kind::ACCEPT, (3, 1), cookie, address, 0));
        assert_eq!(process::pid(&accepted), pid);
    }
    bench.frames(&on_port(kind::CLOSE, (10, 7), 2, ANY, 0));
    assert_eq!(process::pid(&bench.frames(&on_port(kind::ACCEPT, (3, 1), 6, [127, 0, 0, 1], 0))), 0);
}

#[test]
fn gives_a_new_process_the_program_of_its_maker_and_not_of_its_parent() {
    let mut bench = Bench::new();
    let mut parent = record(kind::EXEC, exec::END);
    process::set_pid(parent.fixed(), 800);
    parent.text(process::EXECUTABLE, b"sshd\0sbin\0usr\0\0");
    parent.text(process::CWD, b"srv\0\0");
    bench.frames(parent.finish());
    bench.frames(exec_record().finish());
    let frame = bench.frames(fork_record((800, 4_999_000)).finish());
    assert_eq!(process::executable(&frame), b"/usr/bin/dash");
    assert_eq!(process::cwd(&frame), b"/");
    assert_ne!(process::flags(&frame) & frames::PROCESS_UPPER_LAYER, 0);
    assert_eq!((process::parent_pid(&frame), process::parent_start_boot_us(&frame)), (800, 4_999_000));
}

#[test]
fn leaves_out_opens_that_no_whole_path_asks_for() {
    let mut bench = Bench::new();
    let mut other = record(kind::OPEN, open::END);
    open::set_mode(other.fixed(), 1);
    other.text(open::PATH, b"shadow\0backup\0\0");
    assert!(bench.frames(other.finish()).is_empty());
    assert_eq!(bench.engine.totals.filtered, 1);
}

#[test]
fn tells_opens_whose_path_is_not_whole() {
    let mut bench = Bench::new();
    for (parts, path) in [
        (&b"shadow\0d9\0...\0d1\0\0"[..], &b"/d1/.../d9/shadow"[..]),
        (&b"shadow\0d9\0...\0"[..], &b".../d9/shadow"[..]),
    ] {
        let mut cut = record(kind::OPEN, open::END);
        process::set_flags(cut.fixed(), frames::PROCESS_PATH_TRUNCATED);
        open::set_mode(cut.fixed(), 1);
        cut.text(open::PATH, parts);
        let frame = bench.frames(cut.finish());
        assert_eq!(open::path(&frame), path);
        assert_ne!(process::flags(&frame) & frames::PROCESS_PATH_TRUNCATED, 0);
    }
    assert_eq!(bench.engine.totals.filtered, 0);
}

#[test]
fn leaves_out_files_in_use_whose_path_is_not_whole() {
    let mut bench = Bench::new();
    let mut cut = record(kind::FILE_USE, file_use::END);
    process::set_flags(cut.fixed(), frames::PROCESS_PATH_TRUNCATED);
    cut.text(file_use::PATH, b"a.so\0d9\0...\0usr\0\0");
    assert!(bench.frames(cut.finish()).is_empty());
    assert_eq!(bench.engine.totals.filtered, 1);
}

#[test]
fn leaves_out_files_without_a_place() {
    let mut bench = Bench::new();
    let mut memory = record(kind::FILE_USE, file_use::END);
    memory.text(file_use::PATH, b"memfd:jit\0");
    assert!(bench.frames(memory.finish()).is_empty());
    assert_eq!(bench.engine.totals.filtered, 1);
}

#[test]
fn gives_a_recycled_pid_nothing_of_its_predecessor() {
    let mut bench = Bench::new();
    bench.frames(exec_record().finish());
    let mut ended = record(kind::EXIT, exit::END);
    process::set_start_boot_us(ended.fixed(), 6_000_000);
    let frame = bench.frames(ended.finish());
    assert!(process::executable(&frame).is_empty());
}

#[test]
fn counts_records_that_it_cannot_read() {
    let mut bench = Bench::new();
    let whole = exec_record().finish().to_vec();
    assert!(bench.frames(&whole[..100]).is_empty());
    assert!(bench.frames(&whole[..whole.len() - 1]).is_empty());
    let mut unknown = whole.clone();
    header::set_kind(&mut unknown, 200);
    assert!(bench.frames(&unknown).is_empty());
    assert_eq!(bench.engine.totals.malformed, 3);
}

#[test]
fn reads_the_commands_that_typescript_writes() {
    let bytes = std::fs::read(folder().join("command.bin")).expect("native/testdata/frames/command.bin");
    let commands = Decoder::default().push(&bytes).unwrap();
    assert_eq!(commands.len(), 1);
    assert_eq!(commands[0].kind, kind::SET_WATCHED_PATHS);
    assert_eq!((commands[0].id, commands[0].generation), (3, 12));
    assert_eq!(commands[0].argument, "rw:/etc/shadow\nr:/設定/".as_bytes());
}

proptest::proptest! {
    #[test]
    fn survives_any_record(mut bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600), kind in 0u8..48) {
        let length = bytes.len() as u32;
        header::set_length(&mut bytes, length);
        header::set_magic(&mut bytes, frames::FRAME_MAGIC);
        header::set_kind(&mut bytes, kind);
        let mut bench = Bench::new();
        let out = bench.frames(&bytes);
        proptest::prop_assert!(out.is_empty() || header::length(&out) as usize <= out.len());
    }
}
