// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::RECORD_MAX;
use crate::decoder::Match;
use crate::{Start, Transport};

const HANDSHAKE: u8 = 22;

/// Whether the bytes start a handshake record that carries a message of this type.
fn starts_with(bytes: &[u8], message: u8) -> Match {
    let mut parts = [true; 6];
    for (index, byte) in bytes.iter().take(6).enumerate() {
        parts[index] = match index {
            0 => *byte == HANDSHAKE,
            1 => *byte == 3,
            2 => *byte <= 4,
            3 => usize::from(*byte) << 8 <= RECORD_MAX,
            4 => true,
            _ => *byte == message,
        };
    }
    match (parts.iter().all(|fits| *fits), bytes.len()) {
        (false, _) | (_, 0) => Match::No,
        (true, 1..=5) => Match::Maybe,
        (true, _) => Match::Yes,
    }
}

/// ClientHello, or ServerHello when the client was not seen.
pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream {
        return Match::No;
    }
    if start.client.is_empty() {
        return starts_with(start.server, 2);
    }
    starts_with(start.client, 1)
}
