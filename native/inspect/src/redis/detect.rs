// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{ARGUMENTS_MAX, COMMANDS, COMMAND_MAX};
use crate::decoder::Match;
use crate::{Start, Transport};

/// A decimal number of at most four digits that ends with CR LF, and where the rest starts. `Err(true)`: cut.
fn number(bytes: &[u8]) -> Result<(usize, usize), bool> {
    let digits = bytes.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 4 || (digits == 0 && !bytes.is_empty()) {
        return Err(false);
    }
    let value = bytes[..digits].iter().fold(0, |sum, byte| sum * 10 + usize::from(byte - b'0'));
    match &bytes[digits..] {
        [b'\r', b'\n', ..] if digits > 0 => Ok((value, digits + 2)),
        [] | [b'\r'] => Err(true),
        _ => Err(false),
    }
}

/// The command of the first array. `Err(true)`: the bytes end before it does.
pub fn command(client: &[u8]) -> Result<&[u8], bool> {
    let rest = client.strip_prefix(b"*").ok_or(client.is_empty())?;
    let (arguments, at) = number(rest)?;
    if !(1..=ARGUMENTS_MAX).contains(&arguments) {
        return Err(false);
    }
    let rest = &rest[at..];
    let rest = rest.strip_prefix(b"$").ok_or(rest.is_empty())?;
    let (length, at) = number(rest)?;
    if !(1..=COMMAND_MAX).contains(&length) {
        return Err(false);
    }
    let word = rest.get(at..at + length).ok_or(true)?;
    let is_known = COMMANDS.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(word));
    if is_known {
        Ok(word)
    } else {
        Err(false)
    }
}

pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream || start.client.is_empty() {
        return Match::No;
    }
    match command(start.client) {
        Ok(_) => Match::Yes,
        Err(true) => Match::Maybe,
        Err(false) if start.client.eq_ignore_ascii_case(b"PING\r\n") => Match::Yes,
        Err(false) => Match::No,
    }
}
