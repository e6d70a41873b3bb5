// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Tries one action inside a control group of our own: `bartizan-sensor self-test FOLDER ACTION`.
//! The action succeeds (0), is refused (REFUSED), or cannot be tried here (UNTRIED).

use crate::levels::Action;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

const REFUSED: u8 = 77;
const UNTRIED: u8 = 78;
const LIMIT: Duration = Duration::from_secs(10);
const SIGKILL: i32 = 9;

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    Refused,
    Killed,
    Untried,
}

fn from_io(result: std::io::Result<()>) -> u8 {
    match result {
        Ok(()) => 0,
        Err(error) if error.raw_os_error() == Some(1) || error.raw_os_error() == Some(13) => REFUSED,
        // Any other error came after the decision: the action was let through.
        Err(_) => 0,
    }
}

fn from_errno(result: rustix::io::Result<()>) -> u8 {
    from_io(result.map_err(Into::into))
}

fn create_map() -> std::io::Result<()> {
    let options = libbpf_rs::libbpf_sys::bpf_map_create_opts {
        sz: std::mem::size_of::<libbpf_rs::libbpf_sys::bpf_map_create_opts>() as _,
        ..Default::default()
    };
    libbpf_rs::MapHandle::create(libbpf_rs::MapType::Array, Some("bz_self_test"), 4, 4, 1, &options)
        .map(drop)
        .map_err(|error| match error.kind() {
            libbpf_rs::ErrorKind::PermissionDenied => std::io::Error::from_raw_os_error(1),
            _ => std::io::Error::other(error),
        })
}

fn attempt(action: Action) -> u8 {
    match action {
        Action::Exec => from_io(Err(Command::new("/proc/self/exe").arg("version").exec())),
        Action::OpenRead => from_io(std::fs::File::open("/proc/self/status").map(drop)),
        Action::OpenWrite => from_io(std::fs::File::options().write(true).open("/dev/null").map(drop)),
        // Discarded at once by the kernel or by nobody: port 9 of ourselves.
        Action::Connect => from_io(std::net::TcpStream::connect("127.0.0.1:9").map(drop)),
        // A file system that does not exist: nothing is ever mounted, the decision comes before.
        Action::Mount => from_errno(rustix::mount::mount(
            "bartizan",
            "/",
            "bartizan-self-test",
            rustix::mount::MountFlags::empty(),
            None,
        )),
        Action::Bpf => from_io(create_map()),
        Action::Setuid => from_errno(rustix::thread::set_thread_uid(rustix::process::getuid())),
        Action::Ptrace | Action::ModuleLoad | Action::UserNamespace => UNTRIED,
    }
}

/// The child's side: joins the control group and tries.
pub fn main(folder: &str, name: &str) -> ExitCode {
    let Some(action) = Action::ALL.into_iter().find(|action| action.name() == name) else {
        return ExitCode::from(UNTRIED);
    };
    if std::fs::write(Path::new(folder).join("cgroup.procs"), "0").is_err() {
        return ExitCode::from(UNTRIED);
    }
    ExitCode::from(attempt(action))
}

/// A control group of the unified hierarchy, removed at the end.
pub struct TestGroup {
    pub folder: PathBuf,
    pub id: u64,
}

impl TestGroup {
    pub fn make() -> Result<Self, String> {
        use std::os::unix::fs::MetadataExt;
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(|e| e.to_string())?;
        let root = mounts
            .lines()
            .find(|line| line.contains(" - cgroup2 "))
            .and_then(|line| line.split(' ').nth(4))
            .ok_or("no unified control group hierarchy is mounted")?;
        let folder = Path::new(root).join(format!("bartizan-levels-{}", std::process::id()));
        std::fs::create_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let id = std::fs::metadata(&folder).map_err(|e| e.to_string())?.ino();
        Ok(Self { folder, id })
    }

    /// Tries an action in the group.
    pub fn try_action(&self, action: Action) -> Outcome {
        use std::os::unix::process::ExitStatusExt;
        let child = Command::new("/proc/self/exe")
            .args(["self-test", &self.folder.to_string_lossy(), action.name()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut child) = child else { return Outcome::Untried };
        let began = Instant::now();
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if began.elapsed() < LIMIT => std::thread::sleep(Duration::from_millis(2)),
                _ => {
                    let _ = child.kill();
                    let _ = child.wait();
                    return Outcome::Untried;
                }
            }
        };
        let mut printed = String::new();
        if let Some(mut stdout) = child.stdout.take() {
            let _ = std::io::Read::read_to_string(&mut stdout, &mut printed);
        }
        match (status.signal(), status.code()) {
            // Killed, and the new program has not got as far as its first line.
            (Some(SIGKILL), _) if printed.is_empty() => Outcome::Killed,
            (_, Some(0)) => Outcome::Done,
            (_, Some(code)) if code == i32::from(REFUSED) => Outcome::Refused,
            _ => Outcome::Untried,
        }
    }
}

impl Drop for TestGroup {
    fn drop(&mut self) {
        // A killed child may need a moment to leave.
        for _ in 0..50 {
            if std::fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
