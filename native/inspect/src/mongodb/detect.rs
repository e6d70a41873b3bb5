// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{HEADER, MESSAGE_MAX, OP_COMPRESSED, OP_MSG, OP_QUERY};
use crate::bytes::Bytes;
use crate::decoder::Match;
use crate::{Start, Transport};

/// The four numbers of a header make sense together with the bytes after it.
fn is_message(client: &[u8]) -> Option<bool> {
    let mut bytes = Bytes::new(client);
    let (length, _id, answer_to, code) = (bytes.u32_le()?, bytes.u32_le()?, bytes.u32_le()?, bytes.u32_le()?);
    if !(HEADER as u32 + 5..=MESSAGE_MAX).contains(&length) || answer_to != 0 {
        return Some(false);
    }
    let body = bytes.u32_le()?;
    Some(match code {
        // Flags of which only three are defined; then the kind of the first section.
        OP_MSG => body & !0x1_0003 == 0 && bytes.u8()? <= 1,
        // Flags, then a name that ends with the collection of commands.
        OP_QUERY => body & !0xfe == 0 && bytes.text_to_zero(128)?.ends_with(b".$cmd"),
        // The code of what was compressed.
        OP_COMPRESSED => body == OP_MSG || body == OP_QUERY,
        _ => false,
    })
}

pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream || start.client.is_empty() {
        return Match::No;
    }
    match is_message(start.client) {
        Some(true) => Match::Yes,
        Some(false) => Match::No,
        None => {
            let is_possible = start.client.get(8..12).is_none_or(|answer| answer == [0; 4])
                && start.client.get(3).is_none_or(|byte| *byte <= 3);
            if is_possible {
                Match::Maybe
            } else {
                Match::No
            }
        }
    }
}
