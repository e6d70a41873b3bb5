// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::detect::first_line;
use super::limits::{HEADERS_MAX, HEADER_MAX, PATH_MAX};
use crate::bytes::visible;
use crate::decoder::{add, plain, Decoded};
use crate::{host, Known, Protocol, Start};

/// The path of a request target: no query, no fragment, no scheme and authority. Secrets live in queries.
fn path(target: &[u8]) -> &[u8] {
    let target = match target.windows(3).position(|three| three == b"://") {
        Some(at) if target.first() != Some(&b'/') => {
            let rest = &target[at + 3..];
            let start = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
            &rest[start..]
        }
        _ => target,
    };
    let end = target.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(target.len());
    &target[..end]
}

fn put_request_line(known: &mut Known, line: &[u8]) {
    let mut words = line.split(|byte| *byte == b' ');
    add(known, "method", words.next().and_then(|word| visible(word, 16)));
    add(known, "path", words.next().and_then(|word| visible(path(word), PATH_MAX)));
}

/// Looks for `Host` in whole header lines. True when the headers have ended or it was found.
fn put_host(known: &mut Known, client: &[u8]) -> bool {
    let mut rest = client;
    for _ in 0..HEADERS_MAX {
        let Some(end) = rest.iter().position(|byte| *byte == b'\n') else { return false };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = &rest[end + 1..];
        if line.is_empty() {
            return true;
        }
        if line.len() > HEADER_MAX || line.len() < 5 || !line[..5].eq_ignore_ascii_case(b"host:") {
            continue;
        }
        known.host = host::clean(line[5..].trim_ascii());
        return true;
    }
    true
}

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Http1);
    let Some(line) = first_line(start.client) else {
        return if start.client.is_empty() { Decoded::Done(known) } else { Decoded::More(known) };
    };
    put_request_line(&mut known, line);
    let is_whole = put_host(&mut known, start.client);
    if is_whole {
        Decoded::Done(known)
    } else {
        Decoded::More(known)
    }
}
