// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{METHODS, METHOD_MAX, REQUEST_LINE_MAX};
use crate::bytes::agree;
use crate::decoder::Match;
use crate::{Start, Transport};

/// The method that the bytes start with; `Maybe` when they end inside one.
fn method(client: &[u8]) -> Match {
    let word = client.iter().take(METHOD_MAX + 1).position(|byte| *byte == b' ');
    match word {
        Some(end) if METHODS.contains(&&client[..end]) => Match::Yes,
        Some(_) => Match::No,
        None if METHODS.iter().any(|name| client.len() <= name.len() && agree(client, name)) => Match::Maybe,
        None => Match::No,
    }
}

/// The first line without its end; `None` when it has not ended.
pub fn first_line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(REQUEST_LINE_MAX).position(|byte| *byte == b'\n')?;
    Some(bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]))
}

/// `HTTP/1.` and a digit.
fn is_version(text: &[u8]) -> bool {
    text.strip_prefix(b"HTTP/1.").is_some_and(|digit| matches!(digit, [b'0' | b'1']))
}

fn is_answer(server: &[u8]) -> Match {
    const LEAST: usize = 12;
    if server.len() < LEAST {
        return if agree(server, b"HTTP/1.") && !server.is_empty() { Match::Maybe } else { Match::No };
    }
    let is_fine =
        is_version(&server[..8]) && server[8] == b' ' && server[9..12].iter().all(u8::is_ascii_digit);
    if is_fine {
        Match::Yes
    } else {
        Match::No
    }
}

/// A request line, or a status line when the request was not seen or is longer than what is looked at.
pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream {
        return Match::No;
    }
    if start.client.is_empty() {
        return is_answer(start.server);
    }
    match method(start.client) {
        Match::No => Match::No,
        Match::Maybe => Match::Maybe,
        Match::Yes => match first_line(start.client) {
            Some(line) => {
                let version = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
                if is_version(version) {
                    Match::Yes
                } else {
                    Match::No
                }
            }
            None if is_answer(start.server) == Match::Yes => Match::Yes,
            None if start.client.iter().all(|byte| (0x20..0x80).contains(byte)) => Match::Maybe,
            None => Match::No,
        },
    }
}
