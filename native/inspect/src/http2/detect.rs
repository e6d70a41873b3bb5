// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::PREFACE;
use crate::bytes::agree;
use crate::decoder::Match;
use crate::{Start, Transport};

pub fn detect(start: &Start<'_>) -> Match {
    if start.transport != Transport::Stream || start.client.is_empty() || !agree(start.client, PREFACE) {
        return Match::No;
    }
    if start.client.len() >= PREFACE.len() {
        Match::Yes
    } else {
        Match::Maybe
    }
}
