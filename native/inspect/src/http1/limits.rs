// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// Longest method that is looked for.
pub const METHOD_MAX: usize = 16;
/// Longest request line, in bytes.
pub const REQUEST_LINE_MAX: usize = 2048;
/// Longest header line that may be `Host`.
pub const HEADER_MAX: usize = 512;
/// Most header lines that are read.
pub const HEADERS_MAX: usize = 64;
/// Longest path that is told.
pub const PATH_MAX: usize = 256;
/// Methods (RFC 9110, RFC 5789 and the WebDAV set of RFC 4918).
pub const METHODS: [&[u8]; 16] = [
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"CONNECT",
    b"OPTIONS",
    b"TRACE",
    b"PATCH",
    b"PROPFIND",
    b"PROPPATCH",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"LOCK",
    b"UNLOCK",
];
