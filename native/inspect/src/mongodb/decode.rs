// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{COMMAND_MAX, HEADER, OP_MSG, OP_QUERY};
use crate::bytes::{visible, Bytes};
use crate::decoder::{add, plain, Decoded};
use crate::{Protocol, Start};

/// The name of the first element of a document: of a command, what it does.
fn first_name(bytes: &mut Bytes<'_>) -> Option<String> {
    bytes.u32_le()?;
    bytes.u8()?;
    visible(bytes.text_to_zero(COMMAND_MAX)?, COMMAND_MAX)
}

fn command(client: &[u8]) -> Option<String> {
    let mut bytes = Bytes::new(client);
    bytes.take(HEADER - 4)?;
    match bytes.u32_le()? {
        OP_MSG => {
            bytes.u32_le()?;
            (bytes.u8()? == 0).then(|| first_name(&mut bytes))?
        }
        OP_QUERY => {
            bytes.u32_le()?;
            bytes.text_to_zero(128)?;
            bytes.take(8)?;
            first_name(&mut bytes)
        }
        _ => None,
    }
}

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Mongodb);
    add(&mut known, "command", command(start.client));
    Decoded::Done(known)
}
