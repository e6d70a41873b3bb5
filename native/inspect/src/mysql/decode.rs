// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::VERSION_MAX;
use crate::bytes::{visible, Bytes};
use crate::decoder::{add, plain, Decoded};
use crate::{Protocol, Start};

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Mysql);
    let mut bytes = Bytes::new(start.server);
    if bytes.take(4).is_some() && bytes.u8() == Some(10) {
        let version = bytes.text_to_zero(VERSION_MAX);
        add(&mut known, "version", version.and_then(|text| visible(text, VERSION_MAX)));
    }
    Decoded::Done(known)
}
