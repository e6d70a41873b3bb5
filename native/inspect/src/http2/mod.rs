// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! HTTP/2 by its connection preface (RFC 9113, 3.4). Header fields are compressed and not read.

mod decode;
mod detect;
mod limits;
#[cfg(test)]
mod tests;

use crate::decoder::Decoder;

pub const DECODER: Decoder = Decoder { detect: detect::detect, decode: decode::decode };
