// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! DNS questions over datagrams and streams (RFC 1035, RFC 7766). Answers are not read.

mod decode;
mod detect;
mod limits;
#[cfg(test)]
mod tests;

use crate::decoder::Decoder;

pub const DECODER: Decoder = Decoder { detect: detect::detect, decode: decode::decode };
