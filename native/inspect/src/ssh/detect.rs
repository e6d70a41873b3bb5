// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::bytes::agree;
use crate::decoder::Match;
use crate::{Start, Transport};

fn banner(bytes: &[u8]) -> Match {
    if bytes.is_empty() || !agree(bytes, b"SSH-") {
        return Match::No;
    }
    match bytes.get(4) {
        Some(b'1' | b'2') => Match::Yes,
        Some(_) => Match::No,
        None => Match::Maybe,
    }
}

pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream {
        return Match::No;
    }
    match (banner(start.client), banner(start.server)) {
        (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
        (Match::Maybe, _) | (_, Match::Maybe) => Match::Maybe,
        _ => Match::No,
    }
}
