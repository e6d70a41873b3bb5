// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! First bytes of a connection in, its application protocol out. Pure: no I/O, no clock, no state between calls.
//!
//! Each protocol has a folder of the same shape: `detect` (is it this one?), `decode` (what do we tell of it?),
//! `limits` (every bound in one place), `tests`. A port is never a reason.

#![forbid(unsafe_code)]

mod bytes;
mod decoder;
mod dns;
mod host;
mod http1;
mod http2;
mod mongodb;
mod mysql;
mod postgresql;
mod protocol;
mod redis;
mod ssh;
mod tls;

pub use host::clean as clean_host;
pub use protocol::Protocol;

use decoder::{Decoded, Decoder, Match};

/// Bytes that are looked at, per direction; what is longer is cut.
pub const INPUT_MAX: usize = 2048;

/// How the bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Stream,
    /// One datagram of the client.
    Datagram,
}

/// What has been seen of the start of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    pub transport: Transport,
    /// From the side that asked for the connection.
    pub client: &'a [u8],
    pub server: &'a [u8],
    /// Nothing more will come.
    pub complete: bool,
}

/// A recognised connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub protocol: Protocol,
    /// Name that the client asked for: Host, SNI or the name in a DNS question. Lower case, without port.
    pub host: Option<String>,
    /// What else was decoded: name and value, none of them a secret. At most `decoder::FACTS_MAX`.
    pub facts: Vec<(&'static str, String)>,
}

/// What the bytes say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Too little to tell.
    More,
    /// None of the protocols we know.
    Unknown,
    Known(Known),
}

const DECODERS: [&Decoder; 9] = [
    &http1::DECODER,
    &http2::DECODER,
    &tls::DECODER,
    &ssh::DECODER,
    &dns::DECODER,
    &postgresql::DECODER,
    &mysql::DECODER,
    &redis::DECODER,
    &mongodb::DECODER,
];

/// Recognises the protocol. Time and memory are linear in the input, which is cut at `INPUT_MAX`.
pub fn recognise(start: &Start<'_>) -> Outcome {
    let start = Start {
        client: &start.client[..start.client.len().min(INPUT_MAX)],
        server: &start.server[..start.server.len().min(INPUT_MAX)],
        ..*start
    };
    let mut is_open = start.client.is_empty() && start.server.is_empty();
    for decoder in DECODERS {
        match (decoder.detect)(&start) {
            Match::No => {}
            Match::Maybe => is_open = true,
            Match::Yes => match (decoder.decode)(&start) {
                Decoded::Done(known) => return Outcome::Known(known),
                Decoded::More(_) if !start.complete => return Outcome::More,
                Decoded::More(known) => return Outcome::Known(known),
                Decoded::No => {}
            },
        }
    }
    if is_open && !start.complete {
        Outcome::More
    } else {
        Outcome::Unknown
    }
}

#[cfg(test)]
mod fuzz_tests;
#[cfg(test)]
mod samples;
