// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{GREETING_LEAST, GREETING_MAX, VERSION_MAX};
use crate::decoder::Match;
use crate::{Start, Transport};

/// Errors that a server sends instead of a greeting: too many connections, host blocked, host not allowed.
const REFUSALS: [u16; 3] = [1040, 1129, 1130];

fn greeting(packet: &[u8], length: usize) -> bool {
    let Some(end) = packet.iter().take(VERSION_MAX + 1).position(|byte| *byte == 0) else { return false };
    let version = &packet[1..end.max(1)];
    (GREETING_LEAST..=GREETING_MAX).contains(&length)
        && version.first().is_some_and(u8::is_ascii_digit)
        && version.iter().all(|byte| (0x20..0x7f).contains(byte))
}

/// The server speaks first; a client that does is not one of MySQL.
pub fn detect(start: &Start<'_>) -> Match {
    let server = start.server;
    if start.transport != Transport::Stream || server.is_empty() {
        return Match::No;
    }
    let length = server.iter().take(3).rev().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    let Some(packet) = server.get(4..) else {
        return if server.get(2).is_none_or(|byte| *byte == 0) { Match::Maybe } else { Match::No };
    };
    if server[3] != 0 || server[2] != 0 {
        return Match::No;
    }
    if packet.len() < length.min(VERSION_MAX + 1) {
        return match packet.first() {
            Some(10 | 255) | None if length <= GREETING_MAX => Match::Maybe,
            _ => Match::No,
        };
    }
    let is_fine = match packet.first() {
        Some(10) => greeting(packet, length),
        Some(255) => {
            packet.get(1..3).is_some_and(|code| REFUSALS.contains(&u16::from_le_bytes([code[0], code[1]])))
        }
        _ => false,
    };
    if is_fine {
        Match::Yes
    } else {
        Match::No
    }
}
