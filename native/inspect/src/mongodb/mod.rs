// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! MongoDB by the header of the first message of the client (wire protocol, OP_MSG and OP_QUERY).

mod decode;
mod detect;
mod limits;
#[cfg(test)]
mod tests;

use crate::decoder::Decoder;

pub const DECODER: Decoder = Decoder { detect: detect::detect, decode: decode::decode };
