// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Secrets that show by their own shape, without a name: tokens, private keys, passwords in addresses.

use super::names::plain_end;
use super::Edits;
use std::cell::LazyCell;

/// What a private key begins with, and what its first line says then.
const BEGINNING: &[u8] = b"-----BEGIN ";
const PRIVATE_KEY: &[u8] = b"PRIVATE KEY";

/// Token shapes: prefix, least number of token characters after it.
const TOKENS: &[(&str, usize)] = &[
    ("AKIA", 16),
    ("ASIA", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghu_", 20),
    ("ghs_", 20),
    ("ghr_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 10),
    ("xoxp-", 10),
    ("xoxa-", 10),
    ("xoxr-", 10),
    ("xoxs-", 10),
    ("AIza", 30),
    ("npm_", 30),
    ("pypi-", 40),
    ("dop_v1_", 40),
    ("hvs.", 20),
    ("sk_live_", 16),
    ("rk_live_", 16),
    ("sk-ant-", 20),
    ("sk-proj-", 20),
    ("SG.", 30),
    ("eyJ", 30),
];

fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=' | b'~')
}

/// How many bytes at `at` are a token of a known kind.
fn token_length(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let (prefix, least) = TOKENS.iter().find(|(prefix, _)| rest.starts_with(prefix.as_bytes()))?;
    let length = rest.iter().position(|byte| !is_token_byte(*byte)).unwrap_or(rest.len());
    (length >= prefix.len() + least).then_some(length)
}

/// Replaces tokens that show their kind by their first letters, bearer tokens and private keys.
pub fn tokens(text: &[u8]) -> Option<Vec<u8>> {
    let mut edits = Edits::new(text);
    // Searched once, by the first beginning: a text of nothing but beginnings must not be read once for each.
    let last_key =
        LazyCell::new(|| text.windows(PRIVATE_KEY.len()).rposition(|window| window == PRIVATE_KEY));
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(BEGINNING) && last_key.is_some_and(|key_at| key_at > at) {
            edits.replace(at, text.len());
            break;
        }
        let mut to = at;
        if at == 0 || !text[at - 1].is_ascii_alphanumeric() {
            if rest.len() > 7 && rest[..7].eq_ignore_ascii_case(b"bearer ") {
                at += 7;
                to = plain_end(text, at);
            } else if let Some(length) = token_length(text, at) {
                to = at + length;
            }
        }
        if to > at {
            edits.replace(at, to);
        }
        at = to.max(at + 1);
    }
    edits.finish()
}

/// Replaces the password of `scheme://user:password@host`.
pub fn url_passwords(text: &[u8]) -> Option<Vec<u8>> {
    let mut edits = Edits::new(text);
    let mut start = 0;
    while let Some(length) = text[start..].windows(3).position(|window| window == b"://") {
        let from = start + length + 3;
        let end = text[from..]
            .iter()
            .position(|byte| matches!(byte, b'/' | b' ' | b'"' | b'\'' | b'?' | b'#'))
            .map_or(text.len(), |length| from + length);
        let authority = &text[from..end];
        let at = authority.iter().rposition(|byte| *byte == b'@');
        let colon = at.and_then(|at| authority[..at].iter().position(|byte| *byte == b':'));
        if let (Some(at), Some(colon)) = (at, colon) {
            if at > colon + 1 {
                edits.replace(from + colon + 1, from + at);
            }
        }
        start = end;
    }
    edits.finish()
}
