// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! MySQL and MariaDB by the greeting of the server (protocol 10), or its refusal.

mod decode;
mod detect;
mod limits;
#[cfg(test)]
mod tests;

use crate::decoder::Decoder;

pub const DECODER: Decoder = Decoder { detect: detect::detect, decode: decode::decode };
