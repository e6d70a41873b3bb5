// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! The kernel side behind a trait: load, drain, count, snapshot.

use crate::attach::{attach, ensure_host_namespaces, FIRST_BYTES_PROGRAMS};
use crate::choice;
use crate::json::programs_json;
use crate::watch::{Bounds, SieveKey};
use libbpf_rs::{
    Iter, Link, MapCore, MapFlags, MapHandle, Object, ObjectBuilder, OpenObject, RingBuffer,
    RingBufferBuilder,
};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Read;
use std::rc::Rc;
use std::sync::Mutex;

static OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/bartizan.bpf.o"));

/// Bytes of the ring that network and open records may not use.
const RING_BYTES: u32 = 8 * 1024 * 1024;

/// Most records that the ring holds: none is smaller than a process with the ring's own mark before it.
pub const RING_RECORDS_MAX: usize = RING_BYTES as usize / (crate::frames::process::END + 8);

/// Connections whose first bytes are taken per second, whole machine; the others are counted and told without protocol.
const INSPECT_PER_SECOND: u32 = 1000;

/// Takes records from the ring.
pub trait Sink {
    fn record(&mut self, record: &[u8]);
}

/// Counters of the kernel programs, from their load.
#[derive(Debug, Default, Clone, Copy)]
pub struct Counters {
    pub submitted: u64,
    pub dropped: u64,
    pub shed: u64,
    /// Connections left out by the cap of connections a second.
    pub inspect_skipped: u64,
    /// Pieces of first bytes that found their ring full.
    pub inspect_dropped: u64,
}

/// What became of one kernel program.
#[derive(Debug, Clone)]
pub struct ProgramState {
    pub name: String,
    pub section: String,
    pub loaded: bool,
    /// Why not; empty when loaded.
    pub reason: String,
}

/// What a session needs of the kernel.
pub trait Kernel {
    /// Readable when the ring holds records.
    fn ring_descriptor(&self) -> i32;
    /// Hands at most `records` records to the sink; gives how many.
    fn drain(&self, records: usize) -> Result<usize, String>;
    fn counters(&self) -> Counters;
    fn programs(&self) -> &[ProgramState];
    fn has_memory_v1(&self) -> bool;
    /// Replaces the names that the kernel looks for at opens.
    fn watch(&mut self, sieve: &HashMap<SieveKey, u32>) -> Result<(), String>;
    /// Whether the kernel copies the first bytes of connections.
    fn has_first_bytes(&self) -> bool;
    /// Takes no more of a connection: it is decided.
    fn leave(&self, cookie: u64);
    /// Puts a record of every running process into the ring. False when this kernel cannot.
    fn snapshot(&mut self) -> bool;
}

/// What the programs are told before their load; `struct config` in record.h.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    pub memory_v1: bool,
    /// The program that started us, whose own reading is nobody's use of a file.
    pub agent_pid: u32,
}

impl Config {
    /// Reads it from the running system.
    pub fn detect() -> Self {
        let cgroups = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let memory_v1 = cgroups
            .lines()
            .filter_map(|line| line.split(':').nth(1))
            .any(|names| names.split(',').any(|name| name == "memory"));
        Self { memory_v1, agent_pid: std::os::unix::process::parent_id() }
    }

    fn bytes(self) -> Vec<u8> {
        [u32::from(self.memory_v1), RING_BYTES / 4 * 3, INSPECT_PER_SECOND, self.agent_pid]
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    }
}

static LIBBPF_LOG: Mutex<String> = Mutex::new(String::new());

fn collect_log(level: libbpf_rs::PrintLevel, message: String) {
    if level != libbpf_rs::PrintLevel::Debug {
        if let Ok(mut log) = LIBBPF_LOG.lock() {
            if log.len() < 64 * 1024 {
                log.push_str(&message);
            }
        }
    }
}

fn open(config: Config, wanted: &dyn Fn(&str) -> bool) -> Result<OpenObject, String> {
    let mut object = ObjectBuilder::default()
        .open_memory(OBJECT)
        .map_err(|e| format!("the eBPF object cannot be opened: {e}"))?;
    for mut program in object.progs_mut() {
        let name = program.name().to_string_lossy().into_owned();
        program.set_autoload(wanted(&name));
    }
    for mut map in object.maps_mut() {
        if map.name().to_string_lossy().ends_with(".rodata.cfg") {
            map.set_initial_value(&config.bytes()).map_err(|e| format!("configuration does not fit: {e}"))?;
        }
    }
    Ok(object)
}

/// The last line of the verifier's log that says why, or the error itself.
fn reason(error: &libbpf_rs::Error) -> String {
    let log = LIBBPF_LOG.lock().map(|mut log| std::mem::take(&mut *log)).unwrap_or_default();
    let lines: Vec<&str> = log.lines().map(str::trim).collect();
    let verdict = lines
        .iter()
        .position(|line| line.starts_with("processed "))
        .and_then(|at| at.checked_sub(1))
        .and_then(|at| lines.get(at))
        .filter(|line| !line.is_empty());
    let cause = error.to_string().replace("failed to load object: ", "");
    match verdict {
        Some(line) => format!("{cause}: {}", line.chars().take(200).collect::<String>()),
        None => cause,
    }
}

/// Loads each program alone, and attaches those for which there is another.
pub fn probe(config: Config, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<ProgramState>, String> {
    libbpf_rs::set_print(Some((libbpf_rs::PrintLevel::Info, collect_log)));
    let names: Vec<(String, String)> = open(config, &|_| false)?
        .progs()
        .map(|p| (p.name().to_string_lossy().into_owned(), p.section().to_string_lossy().into_owned()))
        .filter(|(name, _)| wanted(name))
        .collect();
    let mut states = Vec::with_capacity(names.len());
    for (name, section) in names {
        let object = open(config, &|other| other == name)?;
        let load = || object.load().map_err(|error| reason(&error));
        states.push(choice::tried(&name, &section, load, |object| {
            let program = object.progs_mut().find(|program| program.name() == name.as_str());
            program.map_or(Ok(()), |program| attach(&program).map(drop))
        }));
    }
    Ok(states)
}

/// Loads the object with one program only; says why when the kernel refuses it.
pub fn load_only(config: Config, program: &str) -> Result<Object, String> {
    libbpf_rs::set_print(Some((libbpf_rs::PrintLevel::Info, collect_log)));
    open(config, &|other| other == program)?
        .load()
        .map_err(|error| format!("{program} refused: {}", reason(&error)))
}

/// Programs of a session; the others belong to `levels`.
fn is_session_program(name: &str) -> bool {
    name.starts_with("on_")
}

/// `bartizan-sensor probe`.
pub fn print_probe(json: bool) -> Result<(), String> {
    let states = probe(Config::detect(), &|_| true)?;
    if json {
        println!("{}", programs_json(&states));
        return Ok(());
    }
    for state in &states {
        let verdict = if state.loaded { "loaded".to_string() } else { format!("refused: {}", state.reason) };
        println!("{} ({}): {verdict}", state.name, state.section);
    }
    Ok(())
}

/// libbpf behind the trait.
pub struct LibbpfKernel {
    ring: RingBuffer<'static>,
    counters: MapHandle,
    streams: MapHandle,
    watched: MapHandle,
    watched_bounds: MapHandle,
    snapshot: Option<Link>,
    programs: Vec<ProgramState>,
    memory_v1: bool,
    _links: Vec<Link>,
    _object: Object,
}

const SNAPSHOT_PROGRAM: &str = "on_existing";

/// Each program alone first: a refused one is left out and named, never the end of all.
fn load_object(config: Config) -> Result<(Object, Vec<ProgramState>), String> {
    let mut states = probe(config, &is_session_program)?;
    choice::choose(&mut states);
    let taken: Vec<String> = states.iter().filter(|s| s.loaded).map(|s| s.name.clone()).collect();
    if taken.is_empty() {
        let why = states.first().map_or("", |state| state.reason.as_str());
        return Err(format!("the kernel refused every program: {why}"));
    }
    let object = open(config, &|name| taken.iter().any(|other| other == name))?
        .load()
        .map_err(|e| format!("the kernel takes each program alone but not together: {}", reason(&e)))?;
    Ok((object, states))
}

impl LibbpfKernel {
    /// Loads and attaches; records go to `sink` in `drain`.
    pub fn load(config: Config, sink: Rc<RefCell<dyn Sink>>) -> Result<Self, String> {
        libbpf_rs::set_print(Some((libbpf_rs::PrintLevel::Info, collect_log)));
        let (object, mut programs) = load_object(config)?;
        let mut links = Vec::new();
        let mut snapshot = None;
        // The walk goes first: it teaches the programs which mount namespace is the host's.
        if let Some(walk) = object.progs_mut().find(|program| program.name() == SNAPSHOT_PROGRAM) {
            snapshot = walk.attach().ok();
            if let Some(link) = &snapshot {
                read_iterator(link);
            }
            ensure_host_namespaces(&object);
        }
        for program in object.progs_mut() {
            let name = program.name().to_string_lossy().into_owned();
            let Some(state) = programs.iter_mut().find(|state| state.name == name && state.loaded) else {
                continue;
            };
            if name == SNAPSHOT_PROGRAM && snapshot.is_some() {
                continue;
            }
            match attach(&program) {
                Ok(link) => links.push(link),
                Err(error) => {
                    state.loaded = false;
                    state.reason = format!("loaded but not attached: {error}");
                }
            }
        }
        let map = |name: &str| {
            object
                .maps()
                .find(|map| map.name() == name)
                .and_then(|map| MapHandle::try_from(&map).ok())
                .ok_or_else(|| format!("the eBPF object has no map {name}"))
        };
        let ring_map = map("ring")?;
        let first_map = map("first_ring")?;
        let mut builder = RingBufferBuilder::new();
        // In this order: events before first bytes.
        for ring in [&ring_map, &first_map] {
            let sink = sink.clone();
            builder
                .add(ring, move |record| {
                    sink.borrow_mut().record(record);
                    0
                })
                .map_err(|e| format!("the ring cannot be read: {e}"))?;
        }
        let ring = builder.build().map_err(|e| format!("the ring cannot be read: {e}"))?;
        Ok(Self {
            ring,
            counters: map("counters")?,
            streams: map("streams")?,
            watched: map("watched")?,
            watched_bounds: map("watched_bounds")?,
            snapshot,
            programs,
            memory_v1: config.memory_v1,
            _links: links,
            _object: object,
        })
    }
}

impl Kernel for LibbpfKernel {
    fn ring_descriptor(&self) -> i32 {
        self.ring.epoll_fd()
    }

    fn drain(&self, records: usize) -> Result<usize, String> {
        let count = self.ring.consume_raw_n(records);
        usize::try_from(count).map_err(|_| format!("the ring cannot be read (error {})", -count))
    }

    fn counters(&self) -> Counters {
        let mut sum = Counters::default();
        let each = self.counters.lookup_percpu(&0u32.to_le_bytes(), MapFlags::ANY).ok().flatten();
        for cpu in each.unwrap_or_default() {
            let at = |index: usize| {
                cpu.get(index * 8..index * 8 + 8)
                    .and_then(|b| b.try_into().ok())
                    .map_or(0, u64::from_le_bytes)
            };
            sum.submitted += at(0);
            sum.dropped += at(1);
            sum.shed += at(2);
            sum.inspect_skipped += at(3);
            sum.inspect_dropped += at(4);
        }
        sum
    }

    fn programs(&self) -> &[ProgramState] {
        &self.programs
    }

    fn has_memory_v1(&self) -> bool {
        self.memory_v1
    }

    fn watch(&mut self, sieve: &HashMap<SieveKey, u32>) -> Result<(), String> {
        let wanted: HashMap<Vec<u8>, u32> =
            sieve.iter().map(|(key, access)| (key.bytes(), *access)).collect();
        let refused = |error| format!("the kernel refused the watched paths: {error}");
        // New names first, old ones after: what both sets hold is watched all the time.
        for (key, access) in &wanted {
            self.watched.update(key, &access.to_le_bytes(), MapFlags::ANY).map_err(refused)?;
        }
        self.watched_bounds
            .update(&0u32.to_le_bytes(), &Bounds::of(sieve).bytes(), MapFlags::ANY)
            .map_err(refused)?;
        let stale: Vec<Vec<u8>> = self.watched.keys().filter(|key| !wanted.contains_key(key)).collect();
        for key in stale {
            self.watched.delete(&key).map_err(refused)?;
        }
        Ok(())
    }

    fn has_first_bytes(&self) -> bool {
        FIRST_BYTES_PROGRAMS
            .iter()
            .all(|name| self.programs.iter().any(|one| one.name == *name && one.loaded))
    }

    fn leave(&self, cookie: u64) {
        // It may have ended, and then it is gone already.
        let _ = self.streams.delete(&cookie.to_le_bytes());
    }

    fn snapshot(&mut self) -> bool {
        self.snapshot.as_ref().is_some_and(read_iterator)
    }
}

/// Runs the walk once. False when this kernel cannot.
fn read_iterator(link: &Link) -> bool {
    let Ok(mut iterator) = Iter::new(link) else { return false };
    let mut ignored = [0; 64];
    loop {
        match iterator.read(&mut ignored) {
            Ok(0) => return true,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            // The walk gives way after many processes without output and goes on at the next read.
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => std::thread::yield_now(),
            Err(_) => return false,
        }
    }
}
