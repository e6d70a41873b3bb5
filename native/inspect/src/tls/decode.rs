// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{EXTENSIONS_MAX, PROTOCOLS_MAX, PROTOCOL_NAME_MAX, VERSIONS_MAX};
use crate::bytes::{visible, Bytes};
use crate::decoder::{add, plain, Decoded};
use crate::{host, Known, Protocol, Start};

const SERVER_NAME: u16 = 0;
const ALPN: u16 = 16;
const SUPPORTED_VERSIONS: u16 = 43;

fn version_name(version: u16) -> Option<&'static str> {
    match version {
        0x0300 => Some("SSL 3.0"),
        0x0301 => Some("TLS 1.0"),
        0x0302 => Some("TLS 1.1"),
        0x0303 => Some("TLS 1.2"),
        0x0304 => Some("TLS 1.3"),
        _ => None,
    }
}

/// The first host name of the list (RFC 6066, 3).
fn server_name(body: &[u8]) -> Option<String> {
    let mut bytes = Bytes::new(body);
    bytes.u16()?;
    let kind = bytes.u8()?;
    let length = bytes.u16()?;
    let name = bytes.take(usize::from(length))?;
    if kind == 0 {
        host::clean(name)
    } else {
        None
    }
}

/// The protocols that the client offers (RFC 7301), joined by commas.
fn protocols(body: &[u8]) -> Option<String> {
    let mut bytes = Bytes::new(body);
    bytes.u16()?;
    let mut names = Vec::new();
    while names.len() < PROTOCOLS_MAX && bytes.left() > 0 {
        let length = bytes.u8()?;
        names.push(visible(bytes.take(usize::from(length))?, PROTOCOL_NAME_MAX)?);
    }
    (!names.is_empty()).then(|| names.join(","))
}

/// The newest version that the client offers; values made to be ignored (RFC 8701) are.
fn newest(body: &[u8]) -> Option<u16> {
    let mut bytes = Bytes::new(body);
    bytes.u8()?;
    let offered = (0..VERSIONS_MAX).map_while(|_| bytes.u16());
    offered.filter(|version| version_name(*version).is_some()).max()
}

#[derive(Default)]
struct Hello {
    host: Option<String>,
    alpn: Option<String>,
    version: u16,
}

/// Reads as far as the bytes go. `Some(true)`: to the end; `None`: it is not a hello.
fn read(client: &[u8], hello: &mut Hello) -> Option<bool> {
    let mut bytes = Bytes::new(client);
    bytes.take(5)?;
    bytes.u8()?;
    let long = bytes.take(3)?;
    let length = usize::from(long[0]) << 16 | usize::from(long[1]) << 8 | usize::from(long[2]);
    let is_whole = bytes.left() >= length;
    let mut bytes = Bytes::new(bytes.take_up_to(length));
    hello.version = bytes.u16()?;
    version_name(hello.version)?;
    let Some(_random) = bytes.take(32) else { return Some(false) };
    let Some(session) = bytes.u8() else { return Some(false) };
    if session > 32 {
        return None;
    }
    if bytes.take(usize::from(session)).is_none() {
        return Some(false);
    }
    let Some(ciphers) = bytes.u16() else { return Some(false) };
    if ciphers == 0 || ciphers % 2 != 0 {
        return None;
    }
    if bytes.take(usize::from(ciphers)).is_none() {
        return Some(false);
    }
    let Some(methods) = bytes.u8() else { return Some(false) };
    if bytes.take(usize::from(methods)).is_none() {
        return Some(false);
    }
    Some(read_extensions(&mut bytes, hello, is_whole))
}

/// True when all of them were there.
fn read_extensions(bytes: &mut Bytes<'_>, hello: &mut Hello, is_whole: bool) -> bool {
    // A hello without extensions ends here.
    let Some(total) = bytes.u16() else { return is_whole && bytes.left() == 0 };
    let mut left = usize::from(total);
    for _ in 0..EXTENSIONS_MAX {
        if left == 0 {
            return true;
        }
        let (Some(kind), Some(length)) = (bytes.u16(), bytes.u16()) else { return false };
        let Some(body) = bytes.take(usize::from(length)) else { return false };
        left = left.saturating_sub(4 + body.len());
        match kind {
            SERVER_NAME => hello.host = server_name(body),
            ALPN => hello.alpn = protocols(body),
            SUPPORTED_VERSIONS => hello.version = newest(body).unwrap_or(hello.version),
            _ => {}
        }
    }
    true
}

fn known_of(hello: Hello) -> Known {
    let mut known = plain(Protocol::Tls);
    known.host = hello.host;
    add(&mut known, "version", version_name(hello.version).map(str::to_string));
    add(&mut known, "alpn", hello.alpn);
    known
}

pub fn decode(start: &Start<'_>) -> Decoded {
    if start.client.is_empty() {
        return Decoded::Done(plain(Protocol::Tls));
    }
    let mut hello = Hello::default();
    match read(start.client, &mut hello) {
        Some(true) => Decoded::Done(known_of(hello)),
        Some(false) => Decoded::More(known_of(hello)),
        // The length and the version have not come yet.
        None if start.client.len() < 11 => Decoded::More(plain(Protocol::Tls)),
        None => Decoded::No,
    }
}
