// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! A reader over bytes that never goes beyond their end.

/// Reads from the front; `None` when there is too little.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a> {
    rest: &'a [u8],
}

impl<'a> Bytes<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub fn left(&self) -> usize {
        self.rest.len()
    }

    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    /// What is there of `count` bytes.
    pub fn take_up_to(&mut self, count: usize) -> &'a [u8] {
        let (head, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        head
    }

    pub fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    pub fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_be_bytes)
    }

    pub fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_be_bytes)
    }

    pub fn u32_le(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// The bytes before the next zero, which is consumed; `None` when there is none within `limit`.
    pub fn text_to_zero(&mut self, limit: usize) -> Option<&'a [u8]> {
        let at = self.rest.iter().take(limit + 1).position(|byte| *byte == 0)?;
        let text = self.take(at)?;
        self.take(1)?;
        Some(text)
    }
}

/// Visible ASCII of at most `limit` bytes, else nothing: what comes from outside is shown whole or not at all.
pub fn visible(bytes: &[u8], limit: usize) -> Option<String> {
    let is_fine = !bytes.is_empty() && bytes.len() <= limit && bytes.iter().all(|b| (0x20..0x7f).contains(b));
    is_fine.then(|| bytes.iter().map(|byte| char::from(*byte)).collect())
}

/// Whether two byte strings agree as far as both go.
pub fn agree(one: &[u8], other: &[u8]) -> bool {
    one.iter().zip(other).all(|(a, b)| a == b)
}
