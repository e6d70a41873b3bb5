// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Longest record (RFC 8446, 5.2, with the room that older versions allow).
pub const RECORD_MAX: usize = 16_384 + 2048;
/// Most extensions that are read.
pub const EXTENSIONS_MAX: usize = 64;
/// Most names in an ALPN list that are told.
pub const PROTOCOLS_MAX: usize = 8;
/// Longest of them.
pub const PROTOCOL_NAME_MAX: usize = 32;
/// Most offered versions that are read.
pub const VERSIONS_MAX: usize = 16;
