// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Removes secrets from arguments before they leave the sensor. Table-driven, no regular expressions, one
//! pass a rule, linear in the length of the text. What it finds is replaced by one fixed mark.

use crate::paths::base_name;

/// What stands in place of a secret.
pub const MARK: &[u8] = b"[redacted]";

/// A name that contains one of these (lower case, '-' as '_') holds a secret.
const SECRET_PARTS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "access_key",
    "accesskey",
    "private_key",
    "credential",
    "passcode",
    "client_key_data",
    "encryption_key",
    "signing_key",
    "auth_key",
];
/// A name that is exactly one of these holds a secret.
const SECRET_NAMES: &[&str] =
    &["pass", "pwd", "auth", "authorization", "mysql_pwd", "pgpass", "bearer", "sig", "signature", "cookie"];
/// Names that look secret but hold a place or a kind.
const PLAIN_ENDINGS: &[&str] = &["_file", "_path", "_dir", "_name", "_type", "_ttl", "_url", "_stdin", "_id"];

/// Programs whose short option holds a secret: names, option, how the value follows.
enum Follow {
    /// `-pVALUE`
    Attached,
    /// `-p VALUE` and `-pVALUE`
    Either,
    /// `-u name:VALUE`
    AfterColon,
}
type ShortRule = (&'static [&'static str], &'static str, Follow);
const SHORT_OPTIONS: &[ShortRule] = &[
    (
        &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlshow",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
        ],
        "-p",
        Follow::Attached,
    ),
    (&["sshpass"], "-p", Follow::Either),
    (&["redis-cli"], "-a", Follow::Either),
    (
        &["mongo", "mongosh", "mongodump", "mongorestore", "docker", "podman", "nerdctl", "helm"],
        "-p",
        Follow::Either,
    ),
    (&["ldapsearch", "ldapmodify", "ldapadd", "ldapdelete"], "-w", Follow::Either),
    (&["sqlcmd"], "-P", Follow::Either),
    (&["curl"], "-u", Follow::AfterColon),
    (&["curl", "wget"], "--user", Follow::AfterColon),
];
/// `docker -p` is a port and not a secret unless the first word is this.
const LOGIN_ONLY: &[&str] = &["docker", "podman", "nerdctl", "helm"];

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

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Whether a variable, option or key of this name holds a secret.
fn is_secret_name(raw: &[u8]) -> bool {
    let mut name = String::with_capacity(raw.len());
    let mut previous_lower = false;
    for byte in raw {
        // camelCase is read as snake_case.
        if byte.is_ascii_uppercase() && previous_lower {
            name.push('_');
        }
        previous_lower = byte.is_ascii_lowercase();
        name.push(if matches!(byte, b'-' | b'.') { '_' } else { byte.to_ascii_lowercase() as char });
    }
    let name = name.trim_matches('_');
    if PLAIN_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return false;
    }
    SECRET_NAMES.contains(&name)
        || SECRET_PARTS.iter().any(|part| name.contains(part))
        || name.rsplit('_').next().is_some_and(|last| matches!(last, "pass" | "pwd" | "pw" | "auth"))
}

/// Replaces in `NAME=VALUE`, `NAME: VALUE`, `"NAME":"VALUE"`, `?NAME=VALUE&`.
fn named_values(text: &[u8], found: &mut bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut name_start = 0;
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if !matches!(byte, b'=' | b':') {
            if !is_name_byte(byte) && !matches!(byte, b'"' | b'\'' | b' ') {
                name_start = at + 1;
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let before = text[name_start..at].trim_ascii_end();
        let name = trim_quotes(before);
        let word = name.rsplit(|b| !is_name_byte(*b)).next().unwrap_or(name);
        out.push(byte);
        at += 1;
        name_start = at;
        // "scheme://" is no name and value.
        if !is_secret_name(word) || (byte == b':' && text[at..].starts_with(b"//")) {
            continue;
        }
        while at < text.len() && matches!(text[at], b' ' | b'"' | b'\'') {
            out.push(text[at]);
            at += 1;
        }
        at = replace_value(text, at, &mut out, found);
        name_start = at;
    }
    out
}

fn trim_quotes(text: &[u8]) -> &[u8] {
    let is_quote = |byte: &u8| matches!(byte, b'"' | b'\'');
    let start = text.iter().position(|byte| !is_quote(byte)).unwrap_or(text.len());
    let end = text.iter().rposition(|byte| !is_quote(byte)).map_or(start, |last| last + 1);
    &text[start..end.max(start)]
}

fn value_end(text: &[u8], from: usize) -> usize {
    text[from..]
        .iter()
        .position(|byte| matches!(byte, b' ' | b'"' | b'\'' | b'&' | b';' | b',' | b'\n' | b'}' | b'\t'))
        .map_or(text.len(), |length| from + length)
}

/// Writes the mark in place of the value that starts at `at`; a word like Bearer before it stays.
fn replace_value(text: &[u8], at: usize, out: &mut Vec<u8>, found: &mut bool) -> usize {
    let mut start = at;
    for scheme in [&b"bearer "[..], b"basic ", b"token ", b"apikey "] {
        if text[at..].len() > scheme.len() && text[at..at + scheme.len()].eq_ignore_ascii_case(scheme) {
            start = at + scheme.len();
            out.extend_from_slice(&text[at..start]);
        }
    }
    let end = value_end(text, start);
    if end > start {
        out.extend_from_slice(MARK);
        *found = true;
    }
    end
}

/// Replaces the password of `scheme://user:password@host`.
fn url_passwords(text: &[u8], found: &mut bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(mark) = rest.windows(3).position(|window| window == b"://") {
        let (head, tail) = rest.split_at(mark + 3);
        out.extend_from_slice(head);
        let end = tail
            .iter()
            .position(|b| matches!(b, b'/' | b' ' | b'"' | b'\'' | b'?' | b'#'))
            .unwrap_or(tail.len());
        let authority = &tail[..end];
        let at = authority.iter().rposition(|byte| *byte == b'@');
        let colon = at.and_then(|at| authority[..at].iter().position(|byte| *byte == b':'));
        if let (Some(at), Some(colon)) = (at, colon) {
            out.extend_from_slice(&authority[..=colon]);
            if at > colon + 1 {
                out.extend_from_slice(MARK);
                *found = true;
            }
            out.extend_from_slice(&authority[at..]);
        } else {
            out.extend_from_slice(authority);
        }
        rest = &tail[end..];
    }
    out.extend_from_slice(rest);
    out
}

/// Replaces tokens that show their kind by their first letters, bearer tokens and private keys.
fn shaped_tokens(text: &[u8], found: &mut bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(b"-----BEGIN ") && rest.windows(11).any(|window| window == b"PRIVATE KEY") {
            out.extend_from_slice(MARK);
            *found = true;
            return out;
        }
        let fresh = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        if fresh && rest.len() > 7 && rest[..7].eq_ignore_ascii_case(b"bearer ") {
            out.extend_from_slice(&rest[..7]);
            at = replace_value(text, at + 7, &mut out, found);
            continue;
        }
        let shape = TOKENS.iter().filter(|_| fresh).find(|(prefix, _)| rest.starts_with(prefix.as_bytes()));
        if let Some((prefix, least)) = shape {
            let length = rest.iter().position(|byte| !is_token_byte(*byte)).unwrap_or(rest.len());
            if length >= prefix.len() + least {
                out.extend_from_slice(MARK);
                *found = true;
                at += length;
                continue;
            }
        }
        out.push(text[at]);
        at += 1;
    }
    out
}

fn short_rule(program: &[u8], words: &[&[u8]], word: &[u8]) -> Option<&'static ShortRule> {
    let program = std::str::from_utf8(base_name(program)).ok()?;
    let is_login = words.iter().any(|other| *other == b"login");
    SHORT_OPTIONS.iter().find(|(programs, option, _)| {
        programs.contains(&program)
            && word.starts_with(option.as_bytes())
            && (is_login || !LOGIN_ONLY.contains(&program))
    })
}

/// What to do with the word after this one.
enum Next {
    Keep,
    Replace,
    AfterColon,
}

fn after_colon(word: &[u8], found: &mut bool) -> Vec<u8> {
    match word.iter().position(|byte| *byte == b':') {
        Some(colon) if colon + 1 < word.len() => {
            *found = true;
            [&word[..=colon], MARK].concat()
        }
        _ => word.to_vec(),
    }
}

/// Options: `--password VALUE`, `-pVALUE`. Gives the word as it may be shown.
fn option(words: &[&[u8]], at: usize, next: &mut Next, found: &mut bool) -> Option<Vec<u8>> {
    let word = words[at];
    match std::mem::replace(next, Next::Keep) {
        Next::Replace if !word.is_empty() && !word.starts_with(b"-") => {
            *found = true;
            return Some(MARK.to_vec());
        }
        Next::AfterColon => return Some(after_colon(word, found)),
        _ => {}
    }
    if !word.starts_with(b"-") {
        return None;
    }
    let program = words.first().copied().unwrap_or_default();
    if let Some((_, option, follow)) = short_rule(program, words, word) {
        let attached = &word[option.len()..];
        match follow {
            Follow::Attached | Follow::Either if !attached.is_empty() && !option.starts_with("--") => {
                *found = true;
                return Some([option.as_bytes(), MARK].concat());
            }
            Follow::Either if attached.is_empty() => *next = Next::Replace,
            Follow::AfterColon if attached.is_empty() => *next = Next::AfterColon,
            Follow::AfterColon => return Some([option.as_bytes(), &after_colon(attached, found)].concat()),
            _ => {}
        }
    } else if !word.contains(&b'=') && word.starts_with(b"--") && is_secret_name(word) {
        *next = Next::Replace;
    }
    None
}

/// A command inside one argument, as in `sh -c "mysql -psecret"`: its words, separators kept.
fn nested(text: &[u8], found: &mut bool) -> Vec<u8> {
    let words: Vec<&[u8]> = text.split(|byte| matches!(byte, b' ' | b'\t' | b'\n')).collect();
    let mut out = Vec::with_capacity(text.len());
    let mut next = Next::Keep;
    let mut start = 0;
    let mut from = 0;
    for (index, word) in words.iter().enumerate() {
        // Each command of a pipe or list is its own program.
        if matches!(*word, b"|" | b";" | b"&&" | b"||") {
            start = index + 1;
            next = Next::Keep;
        }
        let command = &words[start.min(index)..];
        match option(command, index - start.min(index), &mut next, found) {
            Some(shown) => out.extend_from_slice(&shown),
            None => out.extend_from_slice(word),
        }
        from += word.len();
        if let Some(separator) = text.get(from) {
            out.push(*separator);
            from += 1;
        }
    }
    out
}

/// Redacts arguments (a zero byte after each). Gives the text and whether anything was replaced.
pub fn redact(arguments: &[u8]) -> (Vec<u8>, bool) {
    let body = arguments.strip_suffix(&[0]).unwrap_or(arguments);
    if body.is_empty() {
        return (arguments.to_vec(), false);
    }
    let words: Vec<&[u8]> = body.split(|byte| *byte == 0).collect();
    let mut found = false;
    let mut next = Next::Keep;
    let mut out = Vec::with_capacity(arguments.len());
    for index in 0..words.len() {
        if index > 0 {
            out.push(0);
        }
        if let Some(shown) = option(&words, index, &mut next, &mut found) {
            out.extend_from_slice(&shown);
            continue;
        }
        let word = words[index];
        let mut text = if word.contains(&b' ') { nested(word, &mut found) } else { word.to_vec() };
        text = shaped_tokens(&text, &mut found);
        text = url_passwords(&text, &mut found);
        out.extend_from_slice(&named_values(&text, &mut found));
    }
    if arguments.ends_with(&[0]) {
        out.push(0);
    }
    (out, found)
}

#[cfg(test)]
#[path = "redact_tests.rs"]
mod tests;
