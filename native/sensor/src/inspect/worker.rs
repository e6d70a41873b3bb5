// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! The worker: reads questions from its one descriptor, recognises, answers. It can do nothing else.

use super::confine::confine;
use super::messages::{read_ask, write_answer, ASK_MAX};
use rustix::io::{read, write, Errno};
use std::io::{Read, Write};

/// Whatever goes wrong ends the worker without a word: it has no place to write to.
fn silence_panics() {
    std::panic::set_hook(Box::new(|_| {}));
}

/// Until the sensor closes its end.
pub fn run() -> Result<(), String> {
    silence_panics();
    let link = std::io::stdin();
    // One byte more than the longest question, so that a longer one is seen to be too long.
    let mut question = vec![0; ASK_MAX + 1];
    let mut answer = Vec::with_capacity(512);
    confine()?;
    loop {
        let count = match read(&link, &mut question) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.to_string()),
        };
        let Some((key, start)) = read_ask(&question[..count]) else {
            return Err("a question cannot be read".into());
        };
        write_answer(key, &bartizan_inspect::recognise(&start), &mut answer);
        while let Err(error) = write(&link, &answer) {
            if error != Errno::INTR {
                return Err(error.to_string());
            }
        }
    }
}

/// Questions from standard input, answers to standard output, each after its length (u32, little-endian): the
/// recognition without a worker, for whoever wants to try it on bytes of their own.
pub fn recognise_stdin() -> Result<(), String> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut length = [0; 4];
    let mut answer = Vec::with_capacity(512);
    while input.read_exact(&mut length).is_ok() {
        let count = u32::from_le_bytes(length) as usize;
        if count > ASK_MAX {
            return Err(format!("a question has {count} bytes, at most {ASK_MAX}"));
        }
        let mut question = vec![0; count];
        input.read_exact(&mut question).map_err(|error| error.to_string())?;
        let (key, start) = read_ask(&question).ok_or("a question cannot be read")?;
        write_answer(key, &bartizan_inspect::recognise(&start), &mut answer);
        let framed = [&(answer.len() as u32).to_le_bytes()[..], &answer].concat();
        output.write_all(&framed).map_err(|error| error.to_string())?;
    }
    output.flush().map_err(|error| error.to_string())
}

/// For the tests: gives everything up as the worker does, then tries what it must not be able to do. Ends with 0
/// when it could, which is a failure of ours.
pub fn escape(attempt: &str) -> Result<(), String> {
    silence_panics();
    confine()?;
    let done = match attempt {
        "nothing" => return Ok(()),
        "open" => std::fs::read("/etc/passwd").is_ok(),
        "socket" => std::net::TcpStream::connect("127.0.0.1:1").is_ok(),
        "exec" => std::process::Command::new("/bin/true").status().is_ok(),
        "write-elsewhere" => write(std::io::stderr(), b"x").is_ok(),
        "duplicate" => rustix::io::dup(std::io::stdin()).is_ok(),
        other => return Err(format!("no such attempt: {other}")),
    };
    Err(format!("{attempt} came back: {done}"))
}
