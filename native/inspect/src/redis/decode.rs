// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::detect::command;
use super::limits::COMMAND_MAX;
use crate::bytes::visible;
use crate::decoder::{add, plain, Decoded};
use crate::{Protocol, Start};

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Redis);
    let word = command(start.client).unwrap_or(b"PING").to_ascii_uppercase();
    add(&mut known, "command", visible(&word, COMMAND_MAX));
    Decoded::Done(known)
}
