// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::decode::question;
use super::limits::{LEAST, MESSAGE_MAX};
use crate::decoder::Match;
use crate::{Start, Transport};

/// The message of a stream without its length; `None` when the length cannot be one.
pub fn message<'a>(start: &Start<'a>) -> Option<&'a [u8]> {
    match start.transport {
        Transport::Datagram => Some(start.client),
        Transport::Stream => {
            let length = usize::from(u16::from_be_bytes([*start.client.first()?, *start.client.get(1)?]));
            let rest = &start.client[2..];
            // Of a pipeline only the first question is looked at.
            (LEAST..=MESSAGE_MAX).contains(&length).then(|| &rest[..rest.len().min(length)])
        }
    }
}

/// The whole question must be there and make sense: a few odd bytes are not DNS.
pub fn detect(start: &Start<'_>) -> Match {
    let Some(message) = message(start) else {
        let is_short = start.transport == Transport::Stream && start.client.len() == 1 && start.client[0] < 4;
        return if is_short { Match::Maybe } else { Match::No };
    };
    match question(message) {
        Ok(_) => Match::Yes,
        Err(true) if start.transport == Transport::Stream => Match::Maybe,
        Err(_) => Match::No,
    }
}
