// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Starts of connections for the tests, built and not captured.

use crate::{recognise, Known, Outcome, Protocol, Start, Transport};

pub fn stream<'a>(client: &'a [u8], server: &'a [u8]) -> Start<'a> {
    Start { transport: Transport::Stream, client, server, complete: false }
}

pub fn datagram(client: &[u8]) -> Start<'_> {
    Start { transport: Transport::Datagram, client, server: b"", complete: true }
}

/// What is known; panics when nothing is.
pub fn known(start: &Start<'_>) -> Known {
    match recognise(start) {
        Outcome::Known(known) => known,
        other => panic!("{other:?}"),
    }
}

fn with_length(length_bytes: usize, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32).to_be_bytes();
    [&length[4 - length_bytes..], body].concat()
}

pub fn client_hello(name: &str, protocols: &[&str]) -> Vec<u8> {
    let extension = |kind: u16, body: &[u8]| [&kind.to_be_bytes()[..], &with_length(2, body)].concat();
    let names = with_length(2, &[&[0][..], &with_length(2, name.as_bytes())].concat());
    let offered: Vec<u8> = protocols.iter().flat_map(|name| with_length(1, name.as_bytes())).collect();
    let extensions = [
        extension(0, &names),
        if offered.is_empty() { Vec::new() } else { extension(16, &with_length(2, &offered)) },
        extension(43, &[5, 0x3a, 0x3a, 3, 4, 3]),
    ]
    .concat();
    let body = [
        &[3, 3][..],
        &[7; 32],
        &with_length(1, &[9; 32]),
        &with_length(2, &[0x13, 1, 0x13, 2]),
        &[1, 0],
        &with_length(2, &extensions),
    ]
    .concat();
    let message = [&[1][..], &with_length(3, &body)].concat();
    [&[22, 3, 1][..], &with_length(2, &message)].concat()
}

pub fn dns_question(name: &str, kind: u16) -> Vec<u8> {
    let labels: Vec<u8> = name.split('.').flat_map(|label| with_length(1, label.as_bytes())).collect();
    [&[0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &labels, &[0], &kind.to_be_bytes(), &[0, 1]].concat()
}

pub fn postgresql_startup() -> Vec<u8> {
    let body = [&[0, 3, 0, 0][..], b"user\0alice\0database\0shop\0\0"].concat();
    [&(body.len() as u32 + 4).to_be_bytes()[..], &body].concat()
}

pub fn mysql_greeting() -> Vec<u8> {
    let body = [&[10][..], b"8.0.36\0", &[1, 0, 0, 0], &[5; 8], &[0], &[0xff; 70]].concat();
    [&(body.len() as u32).to_le_bytes()[..3], &[0], &body].concat()
}

pub fn mongodb_hello() -> Vec<u8> {
    let document =
        [&[29, 0, 0, 0, 16][..], b"hello\0", &[1, 0, 0, 0], &[2], b"$db\0", &[2, 0, 0, 0], b"a\0", &[0]]
            .concat();
    let head = [16 + 5 + document.len() as u32, 7, 0, 2013].map(u32::to_le_bytes).concat();
    [&head[..], &[0; 5], &document].concat()
}

/// One start of each protocol: client, server.
pub fn all() -> Vec<(Protocol, Vec<u8>, Vec<u8>)> {
    vec![
        (
            Protocol::Http1,
            b"POST /a HTTP/1.1\r\nHost: a.example\r\n\r\n".to_vec(),
            b"HTTP/1.1 200 OK\r\n\r\n".to_vec(),
        ),
        (Protocol::Http2, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), Vec::new()),
        (Protocol::Tls, client_hello("a.example", &["h2"]), vec![22, 3, 3, 0, 90, 2]),
        (Protocol::Ssh, b"SSH-2.0-client\r\n".to_vec(), b"SSH-2.0-server\r\n".to_vec()),
        (Protocol::Dns, with_length(2, &dns_question("a.example", 1)), Vec::new()),
        (Protocol::Postgresql, postgresql_startup(), b"R".to_vec()),
        (Protocol::Mysql, Vec::new(), mysql_greeting()),
        (Protocol::Redis, b"*1\r\n$4\r\nPING\r\n".to_vec(), b"+PONG\r\n".to_vec()),
        (Protocol::Mongodb, mongodb_hello(), Vec::new()),
    ]
}
