// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! The little JSON that the sensor writes.

use crate::kernel::ProgramState;

/// JSON text of the programs' states.
pub fn programs_json(states: &[ProgramState]) -> String {
    let rows: Vec<String> = states
        .iter()
        .map(|state| {
            format!(
                "{{\"name\":{},\"section\":{},\"loaded\":{},\"reason\":{}}}",
                json_text(&state.name),
                json_text(&state.section),
                state.loaded,
                json_text(&state.reason)
            )
        })
        .collect();
    format!("[{}]", rows.join(","))
}

/// A JSON string.
pub fn json_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if (c as u32) < 0x20 => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
