// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Secrets with a name before them: `NAME=VALUE`, `"name": "value"`, `Name: scheme value`, `?name=value&`.

use super::{is_blank, Edits, MARK};

/// A name that contains one of these (lower case, '-' as '_') holds a secret.
const SECRET_PARTS: &[&[u8]] = &[
    b"password",
    b"passwd",
    b"passphrase",
    b"secret",
    b"token",
    b"api_key",
    b"apikey",
    b"access_key",
    b"accesskey",
    b"private_key",
    b"credential",
    b"passcode",
    b"client_key_data",
    b"encryption_key",
    b"signing_key",
    b"auth_key",
];
/// A name that is exactly one of these holds a secret.
const SECRET_NAMES: &[&[u8]] = &[b"mysql_pwd", b"pgpass", b"sig", b"signature", b"cookie", AUTHORIZATION];
/// A name whose last part is one of these holds a secret.
const SECRET_ENDINGS: &[&[u8]] = &[b"pass", b"pwd", b"pw", b"auth", b"bearer", AUTHORIZATION];
/// Names that look secret but hold a place or a kind.
const PLAIN_ENDINGS: &[&[u8]] =
    &[b"_file", b"_path", b"_dir", b"_name", b"_type", b"_ttl", b"_url", b"_stdin", b"_id"];
const AUTHORIZATION: &[u8] = b"authorization";
/// Words before the secret that tell its kind and may be shown.
const SCHEMES: &[&[u8]] = &[
    b"bearer",
    b"basic",
    b"token",
    b"apikey",
    b"digest",
    b"negotiate",
    b"ntlm",
    b"splunk",
    b"geniekey",
    b"ssws",
    b"bot",
];
/// How much of a long name is looked at, from its end.
const NAME_MAX: usize = 128;

pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// Whether a variable, option or key of this name holds a secret.
pub fn is_secret(raw: &[u8]) -> bool {
    let mut snake = [0; 2 * NAME_MAX];
    let mut length = 0;
    let mut previous_lower = false;
    for byte in &raw[raw.len().saturating_sub(NAME_MAX)..] {
        // camelCase is read as snake_case.
        if byte.is_ascii_uppercase() && previous_lower {
            snake[length] = b'_';
            length += 1;
        }
        previous_lower = byte.is_ascii_lowercase();
        snake[length] = if matches!(byte, b'-' | b'.') { b'_' } else { byte.to_ascii_lowercase() };
        length += 1;
    }
    let mut name = &snake[..length];
    while let Some(shorter) = name.strip_prefix(b"_") {
        name = shorter;
    }
    while let Some(shorter) = name.strip_suffix(b"_") {
        name = shorter;
    }
    if PLAIN_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return false;
    }
    let last = name.rsplit(|byte| *byte == b'_').next().unwrap_or(name);
    SECRET_NAMES.contains(&name)
        || SECRET_ENDINGS.contains(&last)
        || SECRET_PARTS.iter().any(|part| name.windows(part.len()).any(|window| window == *part))
}

fn is_authorization(name: &[u8]) -> bool {
    name.len() >= AUTHORIZATION.len()
        && name[name.len() - AUTHORIZATION.len()..].eq_ignore_ascii_case(AUTHORIZATION)
}

/// Where the secret starts in a value that may begin with one word like Bearer.
fn after_scheme(text: &[u8], at: usize) -> usize {
    let rest = &text[at..];
    let scheme = SCHEMES.iter().find(|scheme| {
        rest.len() > scheme.len() + 1
            && is_blank(rest[scheme.len()])
            && rest[..scheme.len()].eq_ignore_ascii_case(scheme)
    });
    scheme.map_or(at, |scheme| skip_blanks(text, at + scheme.len()))
}

fn skip_blanks(text: &[u8], from: usize) -> usize {
    text[from..].iter().position(|byte| !is_blank(*byte)).map_or(text.len(), |length| from + length)
}

/// Where the secret starts in a word that is itself `NAME=VALUE`, `--option=NAME=VALUE` or `Name: value`: it goes to
/// the end of the word, whatever characters it has.
pub fn value_of_word(word: &[u8]) -> Option<usize> {
    let mut start = 0;
    loop {
        let length = word[start..].iter().position(|byte| !is_name_byte(*byte))?;
        let at = start + length;
        let is_header = word[at] == b':' && start == 0;
        if length == 0 || !(word[at] == b'=' || is_header) || word[at..].starts_with(b"://") {
            return None;
        }
        if is_secret(&word[start..at]) {
            let value = if is_header { skip_blanks(word, at + 1) } else { at + 1 };
            let from = after_scheme(word, value);
            return (from < word.len()).then_some(from);
        }
        if is_header {
            return None;
        }
        start = at + 1;
    }
}

/// Where an unquoted value ends inside a longer text.
pub fn plain_end(text: &[u8], from: usize) -> usize {
    let mut at = from;
    while at < text.len() {
        match text[at] {
            b'\\' => at += 2,
            b' ' | b'"' | b'\'' | b'&' | b';' | b',' | b'\n' | b'}' | b'\t' => return at,
            _ => at += 1,
        }
    }
    text.len()
}

/// Where the quote that was opened before `from` is closed.
pub fn closing_quote(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    while at < text.len() {
        if text[at] == quote {
            return Some(at);
        }
        at += if text[at] == b'\\' && quote == b'"' { 2 } else { 1 };
    }
    None
}

/// The name that ends the text, quotes around it left out.
fn last_name(text: &[u8]) -> &[u8] {
    let mut text = text.trim_ascii_end();
    while let [shorter @ .., b'"' | b'\'' | b'\\'] = text {
        text = shorter;
    }
    let start = text.iter().rposition(|byte| !is_name_byte(*byte)).map_or(0, |last| last + 1);
    &text[start..]
}

/// A value inside a longer text: where it starts and what is around it.
struct Value {
    from: usize,
    quote: Option<u8>,
    is_escaped: bool,
    is_spaced: bool,
}

impl Value {
    /// The value that follows a name and its separator.
    fn after(text: &[u8], separator: usize) -> Self {
        let mut from = skip_blanks(text, separator);
        let is_spaced = from > separator;
        // A quote inside a quoted text: \"name\": \"value\".
        let is_escaped = text[from..].starts_with(b"\\\"") || text[from..].starts_with(b"\\'");
        from += usize::from(is_escaped);
        let quote = text.get(from).copied().filter(|byte| is_quote(*byte));
        from += usize::from(quote.is_some());
        Self { from: after_scheme(text, from), quote, is_escaped, is_spaced }
    }

    /// Where it ends. `is_header`: it has several words.
    fn end(&self, text: &[u8], is_header: bool) -> usize {
        let from = self.from;
        let ends_at = |is_end: fn(u8) -> bool| {
            text[from..].iter().position(|byte| is_end(*byte)).map_or(text.len(), |length| from + length)
        };
        match self.quote {
            Some(_) if self.is_escaped => ends_at(|byte| byte == b'\\' || is_quote(byte)),
            Some(quote) => closing_quote(text, from, quote).unwrap_or(text.len()),
            // What a command says behind a header stays in sight.
            None if is_header && self.is_spaced => {
                ends_at(|byte| is_quote(byte) || matches!(byte, b'\n' | b';' | b'|' | b'&'))
            }
            None => plain_end(text, from),
        }
    }
}

/// Replaces in `NAME=VALUE`, `NAME: VALUE`, `"NAME":"VALUE"`, `?NAME=VALUE&`, anywhere in a text.
pub fn named_values(text: &[u8]) -> Option<Vec<u8>> {
    let mut edits = Edits::new(text);
    let mut start = 0;
    while let Some(length) = text[start..].iter().position(|byte| matches!(byte, b'=' | b':')) {
        let at = start + length + 1;
        let name = last_name(&text[start..at - 1]);
        start = at;
        // "scheme://" is no name and value.
        if name.is_empty() || text[at - 1..].starts_with(b"://") || !is_secret(name) {
            continue;
        }
        let is_header = text[at - 1] == b':' && is_authorization(name);
        let value = Value::after(text, at);
        let from = value.from;
        if text[from..].starts_with(MARK) && !is_header {
            start = from + MARK.len();
            continue;
        }
        // NAME=$(command) is no secret but a command that gives one.
        if text[at - 1] == b'=' && text[from..].starts_with(b"$(") {
            continue;
        }
        // Searched only for what is replaced, so that no part is read again and again.
        let to = value.end(text, is_header);
        if to > from {
            edits.replace(from, to);
            start = to;
        }
    }
    edits.finish()
}
