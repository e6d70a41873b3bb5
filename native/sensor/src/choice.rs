// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Which of the kernel programs a session uses, from what the kernel says to each alone.

use crate::kernel::ProgramState;

/// Looks at every system call; left out where fentry programs see the same without that cost.
const COSTLY_PROGRAM: &str = "on_sys_exit";
const INSTEAD_OF_COSTLY: [&str; 2] = ["on_file_open", "on_commit_creds"];

/// Loads one program. Those that another can stand in for are attached too: a kernel may take such a program and still
/// refuse its place (a live patch on the function, too many others there), and later it is too late for the other.
pub fn tried<T>(
    name: &str,
    section: &str,
    load: impl FnOnce() -> Result<T, String>,
    attach: impl FnOnce(&T) -> Result<(), String>,
) -> ProgramState {
    let result = load().and_then(|object| {
        if INSTEAD_OF_COSTLY.contains(&name) {
            attach(&object).map_err(|error| format!("loaded but not attached: {error}"))?;
        }
        Ok(())
    });
    ProgramState {
        name: name.to_string(),
        section: section.to_string(),
        loaded: result.is_ok(),
        reason: result.err().unwrap_or_default(),
    }
}

/// Leaves out what is not needed: the costly program, or those that do its work elsewhere.
pub fn choose(states: &mut [ProgramState]) {
    let has = |name: &&str| states.iter().any(|state| state.name == **name && state.loaded);
    let costly = !INSTEAD_OF_COSTLY.iter().all(has);
    for state in states.iter_mut().filter(|state| state.loaded) {
        if costly && INSTEAD_OF_COSTLY.contains(&state.name.as_str()) {
            state.loaded = false;
            state.reason = format!("not needed: {COSTLY_PROGRAM} does its work");
        } else if !costly && state.name == COSTLY_PROGRAM {
            state.loaded = false;
            state.reason = format!("not needed: {} do its work", INSTEAD_OF_COSTLY.join(" and "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 4] = ["on_exec", "on_file_open", "on_sys_exit", "on_commit_creds"];

    /// The programs that are used where some are not loaded and some not attached.
    fn used(unloaded: &[&str], unattached: &[&str]) -> (Vec<String>, Vec<ProgramState>) {
        let refusal = |names: &[&str], name: &str| match names.contains(&name) {
            true => Err("EBUSY".to_string()),
            false => Ok(()),
        };
        let mut states: Vec<ProgramState> = ALL
            .iter()
            .map(|name| tried(name, "x", || refusal(unloaded, name), |()| refusal(unattached, name)))
            .collect();
        choose(&mut states);
        (states.iter().filter(|state| state.loaded).map(|state| state.name.clone()).collect(), states)
    }

    #[test]
    fn leaves_the_look_at_system_calls_out_where_others_see_the_same() {
        assert_eq!(used(&[], &[]).0, ["on_exec", "on_file_open", "on_commit_creds"]);
    }

    #[test]
    fn looks_at_system_calls_where_one_of_the_others_is_refused() {
        assert_eq!(used(&["on_commit_creds"], &[]).0, ["on_exec", "on_sys_exit"]);
    }

    #[test]
    fn looks_at_system_calls_where_one_of_the_others_is_loaded_but_not_attached() {
        let (names, states) = used(&[], &["on_file_open"]);
        assert_eq!(names, ["on_exec", "on_sys_exit"]);
        assert_eq!(states[1].reason, "loaded but not attached: EBUSY");
        assert!(states[3].reason.starts_with("not needed"));
    }

    #[test]
    fn attaches_nothing_that_has_no_stand_in() {
        assert_eq!(used(&[], &["on_exec"]).0, ["on_exec", "on_file_open", "on_commit_creds"]);
    }
}
