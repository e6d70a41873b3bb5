// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{CANCEL, ENCRYPTIONS, STARTUP_MAX, VERSION_3};
use crate::decoder::Match;
use crate::{Start, Transport};

pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream || start.client.is_empty() {
        return Match::No;
    }
    let Some(head) = start.client.get(..8) else {
        // The length is below 64 KiB, so it starts with two zeros.
        let could_be = start.client.iter().take(2).all(|byte| *byte == 0);
        return if could_be { Match::Maybe } else { Match::No };
    };
    let number = |at: usize| head[at..at + 4].iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    let is_fine = match number(4) {
        code if ENCRYPTIONS.contains(&code) => number(0) == 8,
        CANCEL => number(0) == 16,
        code if code >> 16 == VERSION_3 => {
            return match (number(0), start.client.get(8)) {
                (9, Some(0)) => Match::Yes,
                // The name of a parameter. A request of Kafka for its topics has the same eight bytes before it.
                (10..=STARTUP_MAX, Some(b'a'..=b'z' | b'_')) => Match::Yes,
                (9..=STARTUP_MAX, None) => Match::Maybe,
                _ => Match::No,
            };
        }
        _ => false,
    };
    if is_fine {
        Match::Yes
    } else {
        Match::No
    }
}
