// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! bartizan-sensor: loads the eBPF programs, turns their records into frames for the node agent.

mod attach;
mod choice;
mod command;
mod descriptor;
mod engine;
#[rustfmt::skip]
mod frames;
#[cfg(test)]
mod golden_tests;
mod inspect;
mod json;
mod kernel;
mod levels;
mod listeners;
mod listening;
mod outlet;
mod paths;
mod privileges;
mod processes;
mod procfs;
mod redact;
mod self_test;
mod session;
mod sockets;
mod watch;

use std::process::ExitCode;

const USAGE: &str =
    "usage: bartizan-sensor run | probe [--json] | levels [--json] | recognise --stdin | version
  run      speaks frames on descriptor 3 until it closes
  probe    loads each kernel program alone and says whether the kernel takes it
  levels   tries, per action, how far protection reaches on this node
  recognise  says what the first bytes of connections speak; questions and answers each after their length
  version  prints the version";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["run"] => session::run(),
        ["probe"] => kernel::print_probe(false),
        ["probe", "--json"] => kernel::print_probe(true),
        ["levels"] => levels::print(false),
        ["levels", "--json"] => levels::print(true),
        ["recognise", "--stdin"] => inspect::recognise_stdin(),
        ["inspect-worker"] => inspect::run_worker(),
        ["inspect-escape", attempt] => inspect::escape(attempt),
        ["self-test", folder, action] => return self_test::main(folder, action),
        ["version"] => {
            println!("{}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bartizan-sensor: {error}");
            ExitCode::FAILURE
        }
    }
}
