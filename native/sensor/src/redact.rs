// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Removes secrets from arguments before they leave the sensor. Table-driven, no regular expressions, one
//! pass a rule, linear in the length of the text. What it finds is replaced by one fixed mark; only then is
//! something allocated besides the result.

mod commands;
mod names;
mod scripts;
mod shapes;

use commands::Command;
use scripts::{Script, Scripts};
use std::borrow::Cow;

/// What stands in place of a secret.
pub const MARK: &[u8] = b"[redacted]";

/// Gives the text without the secrets of one kind; nothing when there were none.
type Pass = fn(&[u8]) -> Option<Vec<u8>>;

/// A text with the parts that were replaced so far.
struct Edits<'a> {
    text: &'a [u8],
    out: Vec<u8>,
    copied: usize,
}

impl<'a> Edits<'a> {
    fn new(text: &'a [u8]) -> Self {
        Edits { text, out: Vec::new(), copied: 0 }
    }

    /// Puts the mark in place of a part that lies behind those before.
    fn replace(&mut self, from: usize, to: usize) {
        self.out.extend_from_slice(&self.text[self.copied..from]);
        self.out.extend_from_slice(MARK);
        self.copied = to;
    }

    /// The new text; nothing when no part was replaced.
    fn finish(mut self) -> Option<Vec<u8>> {
        if self.copied == 0 {
            return None;
        }
        self.out.extend_from_slice(&self.text[self.copied..]);
        Some(self.out)
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r')
}

/// Writes one argument as it may be shown; whether something was replaced.
fn write_shown(word: &[u8], script: Script, command: &mut Command, out: &mut Vec<u8>) -> bool {
    let is_script = script != Script::No;
    // `-pass` before it may be four options of the shell and no name.
    let of_option = command.secret_of(word).filter(|_| script != Script::Certain);
    // A script that starts with an assignment goes on behind it; any other argument is the value to its end.
    if let Some(from) = of_option.or_else(|| if is_script { None } else { names::value_of_word(word) }) {
        out.extend_from_slice(&word[..from]);
        out.extend_from_slice(MARK);
        return true;
    }
    let mut text = Cow::Borrowed(word);
    let has_words = is_script || word.iter().any(|byte| is_blank(*byte) || *byte == b'\n');
    let nested: Pass = if is_script { commands::nested_script } else { commands::nested };
    let passes: [Pass; 4] = [nested, shapes::tokens, shapes::url_passwords, names::named_values];
    for pass in &passes[usize::from(!has_words)..] {
        if let Some(shown) = pass(&text) {
            text = Cow::Owned(shown);
        }
    }
    out.extend_from_slice(&text);
    matches!(text, Cow::Owned(_))
}

/// Redacts arguments (a zero byte after each). Gives the text and whether anything was replaced.
pub fn redact(arguments: &[u8]) -> (Vec<u8>, bool) {
    let body = arguments.strip_suffix(&[0]).unwrap_or(arguments);
    if body.is_empty() {
        return (arguments.to_vec(), false);
    }
    let mut found = false;
    let mut command = Command::default();
    let mut scripts = Scripts::default();
    let mut out = Vec::with_capacity(arguments.len());
    for (index, word) in body.split(|byte| *byte == 0).enumerate() {
        if index > 0 {
            out.push(0);
        }
        found |= write_shown(word, scripts.takes(word), &mut command, &mut out);
    }
    if arguments.ends_with(&[0]) {
        out.push(0);
    }
    (out, found)
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
