// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::detect::message;
use super::limits::{LABELS_MAX, LABEL_MAX, NAME_MAX};
use crate::bytes::Bytes;
use crate::decoder::{add, plain, Decoded};
use crate::{host, Protocol, Start};

const ANSWER_BIT: u16 = 0x8000;
const OPCODE: u16 = 0x7800;

/// The first question of a message.
pub struct Question {
    pub name: Vec<u8>,
    pub kind: u16,
}

/// The name without compression, which no question needs: nothing can loop.
fn name(bytes: &mut Bytes<'_>) -> Result<Vec<u8>, bool> {
    let mut name = Vec::with_capacity(64);
    for _ in 0..LABELS_MAX {
        let length = usize::from(bytes.u8().ok_or(true)?);
        if length == 0 {
            return Ok(name);
        }
        if length > LABEL_MAX || name.len() + length + 1 > NAME_MAX {
            return Err(false);
        }
        name.extend_from_slice(bytes.take(length).ok_or(true)?);
        name.push(b'.');
    }
    Err(false)
}

/// The NetBIOS name service uses the same messages: its names are 32 letters from A to P, its kinds 32 and 33.
fn is_netbios(name: &[u8], kind: u16) -> bool {
    let label = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    matches!(kind, 32 | 33) && label.len() == 32 && label.iter().all(|byte| (b'A'..=b'P').contains(byte))
}

/// A standard question. `Err(true)`: the bytes end before it does; `Err(false)`: it is none.
pub fn question(message: &[u8]) -> Result<Question, bool> {
    let mut bytes = Bytes::new(message);
    let mut next = || bytes.u16().ok_or(true);
    let (_id, flags) = (next()?, next()?);
    if flags & (ANSWER_BIT | OPCODE | 0xf) != 0 {
        return Err(false);
    }
    let (questions, answers, authorities, more) = (next()?, next()?, next()?, next()?);
    if questions != 1 || answers != 0 || authorities != 0 || more > 2 {
        return Err(false);
    }
    let name = name(&mut bytes)?;
    let kind = bytes.u16().ok_or(true)?;
    let class = bytes.u16().ok_or(true)? & 0x7fff;
    if kind == 0 || !matches!(class, 1 | 3 | 4 | 255) || is_netbios(&name, kind) {
        return Err(false);
    }
    // What follows is announced.
    if more == 0 && bytes.left() > 0 {
        return Err(false);
    }
    Ok(Question { name, kind })
}

fn kind_name(kind: u16) -> String {
    let name = match kind {
        1 => "A",
        2 => "NS",
        5 => "CNAME",
        6 => "SOA",
        10 => "NULL",
        12 => "PTR",
        15 => "MX",
        16 => "TXT",
        28 => "AAAA",
        33 => "SRV",
        65 => "HTTPS",
        252 => "AXFR",
        255 => "ANY",
        other => return other.to_string(),
    };
    name.to_string()
}

pub fn decode(start: &Start<'_>) -> Decoded {
    let Some(Ok(question)) = message(start).map(question) else { return Decoded::No };
    let mut known = plain(Protocol::Dns);
    known.host = host::clean(&question.name);
    add(&mut known, "type", Some(kind_name(question.kind)));
    Decoded::Done(known)
}
