// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use crate::decoder::{plain, Decoded};
use crate::{Protocol, Start};

pub fn decode(_start: &Start<'_>) -> Decoded {
    Decoded::Done(plain(Protocol::Http2))
}
