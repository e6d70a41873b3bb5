// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

use super::limits::{NAME_MAX, PARAMETERS_MAX, VALUE_MAX, VERSION_3};
use crate::bytes::{visible, Bytes};
use crate::decoder::{add, plain, Decoded};
use crate::{Protocol, Start};

/// Of the parameters only the name of the database is told. `Err(true)`: the bytes end before they do.
fn database(parameters: &mut Bytes<'_>) -> Result<Option<String>, bool> {
    for _ in 0..PARAMETERS_MAX {
        let name = parameters.text_to_zero(NAME_MAX).ok_or(parameters.left() <= NAME_MAX)?;
        if name.is_empty() {
            return Ok(None);
        }
        let value = parameters.text_to_zero(VALUE_MAX).ok_or(parameters.left() <= VALUE_MAX)?;
        if name == b"database" {
            return Ok(visible(value, 63));
        }
    }
    Ok(None)
}

pub fn decode(start: &Start<'_>) -> Decoded {
    let mut known = plain(Protocol::Postgresql);
    let mut bytes = Bytes::new(start.client);
    let (length, code) = (bytes.u32(), bytes.u32());
    if code.is_none_or(|code| code >> 16 != VERSION_3) {
        return Decoded::Done(known);
    }
    let mut parameters = Bytes::new(bytes.take_up_to((length.unwrap_or(8) as usize).saturating_sub(8)));
    match database(&mut parameters) {
        Ok(name) => {
            add(&mut known, "database", name);
            Decoded::Done(known)
        }
        Err(true) => Decoded::More(known),
        Err(false) => Decoded::No,
    }
}
