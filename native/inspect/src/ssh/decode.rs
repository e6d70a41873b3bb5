// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::BANNER_MAX;
use crate::bytes::visible;
use crate::decoder::{add, plain, Decoded};
use crate::{Protocol, Start};

fn line(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(BANNER_MAX).position(|byte| *byte == b'\n')?;
    Some(bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]))
}

/// The software of the side that was heard: after the second dash, up to the comment.
fn software(line: &[u8]) -> Option<String> {
    let after = line.splitn(3, |byte| *byte == b'-').nth(2)?;
    visible(after.split(|byte| *byte == b' ').next()?, BANNER_MAX)
}

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Ssh);
    let server = if start.server.starts_with(b"SSH-") { line(start.server) } else { None };
    let client = if start.client.starts_with(b"SSH-") { line(start.client) } else { None };
    add(&mut known, "server", server.and_then(software));
    add(&mut known, "client", client.and_then(software));
    if server.is_some() || client.is_some() {
        Decoded::Done(known)
    } else {
        Decoded::More(known)
    }
}
