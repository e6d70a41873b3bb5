// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! What every protocol brings.

use crate::{Known, Protocol, Start};

/// Most facts of one connection.
pub const FACTS_MAX: usize = 4;

/// Whether the bytes are of a protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    No,
    /// Not excluded yet.
    Maybe,
    Yes,
}

/// What was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// On a second look it is not this protocol.
    No,
    /// It is, and more bytes could tell more; what is known by now.
    More(Known),
    Done(Known),
}

/// One protocol.
pub struct Decoder {
    pub detect: fn(&Start<'_>) -> Match,
    pub decode: fn(&Start<'_>) -> Decoded,
}

/// A connection of which only the protocol is known.
pub fn plain(protocol: Protocol) -> Known {
    Known { protocol, host: None, facts: Vec::new() }
}

/// Adds a fact when there is one and room for it.
pub fn add(known: &mut Known, name: &'static str, value: Option<String>) {
    if let Some(value) = value {
        if known.facts.len() < FACTS_MAX {
            known.facts.push((name, value));
        }
    }
}
