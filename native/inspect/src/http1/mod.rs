// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! HTTP/1.0 and HTTP/1.1 (RFC 9112).

mod decode;
mod detect;
mod limits;
#[cfg(test)]
mod tests;

use crate::decoder::Decoder;

pub const DECODER: Decoder = Decoder { detect: detect::detect, decode: decode::decode };
