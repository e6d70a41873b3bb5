// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! How far protection reaches on this node, per action, found by loading, attaching and trying.

use crate::json::json_text;
use crate::kernel::{self, Config};
use crate::self_test::{Outcome, TestGroup};
use libbpf_rs::{MapCore, MapFlags};
use std::os::fd::AsRawFd;

/// What a protected program could be kept from. The order is that of `enum action` in levels.bpf.h.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    Exec,
    OpenRead,
    OpenWrite,
    Connect,
    Mount,
    Ptrace,
    ModuleLoad,
    Bpf,
    Setuid,
    UserNamespace,
}

const LSM_ONLY_NAMES: [&str; 10] = [
    "level_lsm_exec",
    "level_lsm_open",
    "level_lsm_open",
    "level_lsm_connect",
    "level_lsm_mount",
    "level_lsm_ptrace",
    "level_lsm_module_load",
    "level_lsm_bpf",
    "level_lsm_setuid",
    "level_lsm_user_namespace",
];

impl Action {
    pub const ALL: [Self; 10] = [
        Self::Exec,
        Self::OpenRead,
        Self::OpenWrite,
        Self::Connect,
        Self::Mount,
        Self::Ptrace,
        Self::ModuleLoad,
        Self::Bpf,
        Self::Setuid,
        Self::UserNamespace,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::OpenRead => "open-read",
            Self::OpenWrite => "open-write",
            Self::Connect => "connect",
            Self::Mount => "mount",
            Self::Ptrace => "ptrace",
            Self::ModuleLoad => "module-load",
            Self::Bpf => "bpf",
            Self::Setuid => "setuid",
            Self::UserNamespace => "user-namespace",
        }
    }

    /// Ways to act, strongest first.
    fn ways(self) -> Vec<Way> {
        let mut ways =
            vec![Way { level: "refuse", program: LSM_ONLY_NAMES[self as usize], want: Outcome::Refused }];
        match self {
            Self::Connect => {
                ways.push(Way { level: "refuse", program: CGROUP_PROGRAM, want: Outcome::Refused });
            }
            Self::Exec => ways.push(Way {
                level: "kill-before-first-instruction",
                program: "level_kill_exec",
                want: Outcome::Killed,
            }),
            _ => {}
        }
        if self != Self::Exec {
            ways.push(Way { level: "kill-after", program: "level_kill_call", want: Outcome::Killed });
        }
        ways
    }

    /// Session programs that show the action when nothing can stop it; any of them is enough.
    fn observers(self) -> &'static [&'static str] {
        match self {
            Self::Exec => &["on_exec"],
            Self::OpenRead | Self::OpenWrite => &["on_file_open", "on_sys_exit"],
            Self::Connect => &["on_socket_state"],
            Self::Setuid => &["on_commit_creds", "on_sys_exit"],
            Self::Mount | Self::Ptrace | Self::ModuleLoad | Self::Bpf | Self::UserNamespace => &[],
        }
    }
}

const CGROUP_PROGRAM: &str = "level_cgroup_connect";

struct Way {
    level: &'static str,
    program: &'static str,
    want: Outcome,
}

/// A sentence in both languages of the product. What the kernel answers stays in its own words.
struct Told {
    en: String,
    ja: String,
}

impl Told {
    fn of(en: impl Into<String>, ja: impl Into<String>) -> Self {
        Self { en: en.into(), ja: ja.into() }
    }

    /// An answer of the kernel or of a library.
    fn answer(words: impl Into<String>) -> Self {
        let words = words.into();
        Self { ja: format!("カーネルの回答：{words}"), en: words }
    }

    fn join(parts: &[Self]) -> Self {
        let of = |pick: fn(&Self) -> &str| parts.iter().map(pick).collect::<Vec<_>>();
        Self { en: of(|part| &part.en).join("; "), ja: of(|part| &part.ja).join("；") }
    }
}

struct Row {
    action: Action,
    level: &'static str,
    reason: Told,
}

/// Loads one program, attaches it and tries the action. Err says why the way is closed; Ok says how it was shown.
fn try_way(config: Config, way: &Way, action: Action, group: Result<&TestGroup, &str>) -> Result<Told, Told> {
    let name = way.program;
    let object = kernel::load_only(config, name).map_err(Told::answer)?;
    let group = match group {
        Ok(group) => group,
        Err(reason) => {
            return Ok(Told::of(
                format!("{name} loads; not tried: {reason}"),
                format!("{name} はロードできたが、試していない：{reason}"),
            ));
        }
    };
    let program = object
        .progs_mut()
        .find(|p| p.name() == name)
        .ok_or_else(|| Told::of("the object lacks the program", "オブジェクトにこのプログラムがない"))?;
    let attached = if name == CGROUP_PROGRAM {
        let folder = std::fs::File::open(&group.folder).map_err(|e| Told::answer(e.to_string()))?;
        program.attach_cgroup(folder.as_raw_fd())
    } else {
        program.attach()
    };
    let _link = attached.map_err(|e| {
        Told::of(
            format!("{name} loads but does not attach: {e}"),
            format!("{name} はロードできたが、接続できない：{e}"),
        )
    })?;
    let denied = object
        .maps()
        .find(|map| map.name() == "denied")
        .ok_or_else(|| Told::of("the object lacks a map", "オブジェクトにマップがない"))?;
    let bits = 1u32 << (action as u32);
    denied.update(&group.id.to_le_bytes(), &bits.to_le_bytes(), MapFlags::ANY).map_err(|e| {
        Told::of(format!("the test cannot be set up: {e}"), format!("試験の準備ができない：{e}"))
    })?;
    judge_try(name, group.try_action(action), way.want)
}

/// What a try says about a way.
fn judge_try(name: &str, outcome: Outcome, want: Outcome) -> Result<Told, Told> {
    match outcome {
        outcome if outcome == want => {
            Ok(Told::of(format!("{name} did it in a self-test"), format!("{name} が自己試験で成功した")))
        }
        Outcome::Untried => Ok(Told::of(
            format!("{name} loads and attaches; no self-test for this action"),
            format!("{name} はロードと接続に成功。この操作の自己試験はない"),
        )),
        outcome => Err(Told::of(
            format!("{name} attached, but the self-test ended as {outcome:?}"),
            format!("{name} は接続できたが、自己試験の結果は {outcome:?}"),
        )),
    }
}

fn judge(config: Config, action: Action, group: Result<&TestGroup, &str>, seen: &[String]) -> Row {
    let mut closed = Vec::new();
    for way in action.ways() {
        match try_way(config, &way, action, group) {
            Ok(shown) => {
                let mut reasons = closed;
                reasons.insert(0, shown);
                return Row { action, level: way.level, reason: Told::join(&reasons) };
            }
            Err(why) => closed.push(why),
        }
    }
    let observer = action.observers().iter().find(|name| seen.iter().any(|other| other == *name));
    match observer {
        Some(name) => {
            closed.insert(0, Told::of(format!("{name} shows it"), format!("{name} が記録する")));
        }
        None => closed.insert(0, Told::of("no program shows it", "記録するプログラムがない")),
    }
    Row {
        action,
        level: if observer.is_some() { "detect-only" } else { "blind" },
        reason: Told::join(&closed),
    }
}

/// `bartizan-sensor levels`.
pub fn print(json: bool) -> Result<(), String> {
    let config = Config::detect();
    let seen: Vec<String> = kernel::probe(config, &|name| name.starts_with("on_"))?
        .into_iter()
        .filter(|state| state.loaded)
        .map(|state| state.name)
        .collect();
    let group = TestGroup::make();
    let group = group.as_ref().map_err(String::as_str);
    let rows: Vec<Row> = Action::ALL.into_iter().map(|action| judge(config, action, group, &seen)).collect();
    if json {
        let rows: Vec<String> = rows
            .iter()
            .map(|row| {
                format!(
                    "{{\"action\":{},\"level\":{},\"reason\":{{\"en\":{},\"ja\":{}}}}}",
                    json_text(row.action.name()),
                    json_text(row.level),
                    json_text(&row.reason.en),
                    json_text(&row.reason.ja)
                )
            })
            .collect();
        println!("[{}]", rows.join(","));
        return Ok(());
    }
    for row in rows {
        println!("{}: {} ({})", row.action.name(), row.level, row.reason.en);
    }
    Ok(())
}
