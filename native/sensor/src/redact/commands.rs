// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Secrets in options: `--password VALUE`, `mysql -pVALUE`, `curl -u name:VALUE`; in arguments and in scripts.

use super::names::{closing_quote, is_name_byte, is_secret, value_of_word};
use super::{is_blank, Edits};
use crate::paths::base_name;

/// How the secret follows its option.
enum Follow {
    /// `-pVALUE`
    Attached,
    /// `-p VALUE` and `-pVALUE`
    Either,
    /// `-u name:VALUE`
    AfterColon,
}
/// Programs with an option that holds a secret.
struct Rule {
    programs: &'static [&'static [u8]],
    option: u8,
    long: &'static [u8],
    /// Options that have a value themselves: in `-sSu` they end the cluster. None: an option stands alone in its word.
    with_value: Option<&'static [u8]>,
    follow: Follow,
}
const fn rule(
    programs: &'static [&'static [u8]],
    option: u8,
    with_value: Option<&'static [u8]>,
    follow: Follow,
) -> Rule {
    Rule { programs, option, long: b"", with_value, follow }
}
const MYSQL: &[&[u8]] = &[
    b"mysql",
    b"mysqldump",
    b"mysqladmin",
    b"mysqlimport",
    b"mysqlshow",
    b"mysqlcheck",
    b"mysqlpump",
    b"mariadb",
    b"mariadb-dump",
    b"mariadb-admin",
    b"mariadb-check",
    b"mariadb-import",
];
const MONGO: &[&[u8]] = &[b"mongo", b"mongosh", b"mongodump", b"mongorestore"];
const LDAP: &[&[u8]] = &[
    b"ldapsearch",
    b"ldapmodify",
    b"ldapadd",
    b"ldapdelete",
    b"ldapcompare",
    b"ldapmodrdn",
    b"ldappasswd",
    b"ldapwhoami",
    b"ldapexop",
];
const CURL_WITH_VALUE: Option<&[u8]> = Some(b"AbcCdDeEFhHKmoPQrtTuUwxXyYz");
/// `docker -p` is a port and no secret unless it comes after `login`.
const LOGIN: Rule = rule(&[b"docker", b"podman", b"nerdctl", b"helm"], b'p', Some(b"u"), Follow::Either);
const RULES: &[Rule] = &[
    rule(MYSQL, b'p', Some(b"DehPSTuw#"), Follow::Attached),
    rule(MONGO, b'p', Some(b"cdhoqu"), Follow::Either),
    rule(LDAP, b'w', Some(b"abdDeEfFhHlOoPRsSTUXyYz"), Follow::Either),
    rule(&[b"sshpass"], b'p', Some(b"defP"), Follow::Either),
    rule(&[b"redis-cli"], b'a', None, Follow::Either),
    rule(&[b"sqlcmd"], b'P', None, Follow::Either),
    Rule { long: b"--user", ..rule(&[b"curl"], b'u', CURL_WITH_VALUE, Follow::AfterColon) },
    Rule { long: b"--proxy-user", ..rule(&[b"curl"], b'U', CURL_WITH_VALUE, Follow::AfterColon) },
    Rule { long: b"--user", ..rule(&[b"wget"], 0, None, Follow::AfterColon) },
    LOGIN,
];
/// Options whose value is the name of a thing and no program: `docker run --name mongo -p 27017:27017 mongo`.
const BEFORE_NAMES: &[&[u8]] = &[b"-h", b"--host", b"--hostname", b"--name", b"--network", b"--link"];
/// How deep a script in a script is read: `sh -c "su -c 'mysql -psecret'"`.
const DEPTH_MAX: u8 = 3;

impl Rule {
    /// Where the value starts in a word with this option.
    fn value_in(&self, word: &[u8]) -> Option<usize> {
        if word.starts_with(b"--") {
            return (!self.long.is_empty() && word == self.long).then_some(word.len());
        }
        for (index, byte) in word.iter().enumerate().skip(1) {
            if *byte == self.option {
                return Some(index + 1);
            }
            if !byte.is_ascii_alphanumeric() || self.with_value.is_none_or(|letters| letters.contains(byte)) {
                return None;
            }
        }
        None
    }
}

/// What to do with the word after this one.
#[derive(Default)]
enum Next {
    #[default]
    Keep,
    Secret,
    AfterColon,
    Name,
}

/// What is known of a command from its words so far. Every word that is a known program counts: what comes before it
/// (sudo, env, timeout 5, docker exec c, kubectl exec p --) need not be known.
#[derive(Default)]
pub struct Command {
    /// One bit for each of the rules.
    rules: u32,
    is_login: bool,
    is_begun: bool,
    next: Next,
}

impl Command {
    /// Takes in the next word; gives where in it a secret starts that goes to its end.
    pub fn secret_of(&mut self, word: &[u8]) -> Option<usize> {
        let is_option = word.starts_with(b"-");
        let is_first = !std::mem::replace(&mut self.is_begun, true);
        match std::mem::take(&mut self.next) {
            Next::Secret if !word.is_empty() && !is_option => return Some(0),
            Next::AfterColon => return after_colon(word),
            Next::Name if !is_option => return None,
            _ => {}
        }
        if is_first || !is_option {
            self.see_program(word, is_first);
        }
        if is_option {
            self.option(word)
        } else {
            None
        }
    }

    fn see_program(&mut self, word: &[u8], is_first: bool) {
        let word = word.strip_prefix(b"\\").unwrap_or(word);
        self.is_login |= word == b"login";
        let name = base_name(word);
        let folder = &word[..word.len() - name.len()];
        // /var/lib/mysql is no program.
        if !is_first && !folder.is_empty() && !folder.ends_with(b"bin/") {
            return;
        }
        for (index, rule) in RULES.iter().enumerate() {
            if rule.programs.contains(&name) {
                self.rules |= 1 << index;
            }
        }
    }

    fn option(&mut self, word: &[u8]) -> Option<usize> {
        for (index, rule) in RULES.iter().enumerate() {
            let is_active = self.rules & (1 << index) != 0;
            if !is_active || (index == RULES.len() - 1 && !self.is_login) {
                continue;
            }
            let Some(from) = rule.value_in(word) else { continue };
            let attached = &word[from..];
            match rule.follow {
                Follow::Attached | Follow::Either if !attached.is_empty() => return Some(from),
                Follow::Attached => {}
                Follow::Either => self.next = Next::Secret,
                Follow::AfterColon if attached.is_empty() => self.next = Next::AfterColon,
                Follow::AfterColon => return after_colon(attached).map(|colon| from + colon),
            }
            return None;
        }
        if is_long(word) && !word.contains(&b'=') && is_secret(word) {
            self.next = Next::Secret;
        } else if BEFORE_NAMES.contains(&word) {
            self.next = Next::Name;
        }
        None
    }
}

/// `--password`, and `-password` of programs that have long options with one dash.
fn is_long(word: &[u8]) -> bool {
    word.starts_with(b"--") || (word.len() > 2 && word.iter().all(|byte| is_name_byte(*byte)))
}

fn after_colon(word: &[u8]) -> Option<usize> {
    let from = word.iter().position(|byte| *byte == b':')? + 1;
    (from < word.len()).then_some(from)
}

/// Reads a script word by word and notes the parts that are secrets, in their order.
struct Script<'a> {
    text: &'a [u8],
    /// A shell reads it: `<` and `>` end a word. In any other text they may be part of a secret.
    is_shell: bool,
    secrets: Vec<(usize, usize)>,
}

impl Script<'_> {
    /// Reads the commands between two places.
    fn read(&mut self, from: usize, to: usize, depth: u8) {
        let mut command = Command::default();
        let mut unclosed = [false; 2];
        let mut is_target = false;
        let mut at = from;
        while at < to {
            if is_blank(self.text[at]) {
                at += 1;
            } else if self.is_redirection(at) {
                is_target = true;
                at += 1;
            } else if self.text[at] == b'\\' && at + 1 < to && self.text[at + 1] == b'\n' {
                at += 2;
            } else if self.is_separator(at) {
                // Each command of a script, pipe or list is its own program.
                command = Command::default();
                is_target = false;
                at += 1;
            } else {
                let before = self.secrets.len();
                let end = self.word_end(at, to, depth, &mut unclosed);
                // A file to read or write, or the number before it, is no word of the command.
                if !std::mem::take(&mut is_target) && !self.is_descriptor(at, end, to) {
                    self.note_word(&mut command, before, (at, end));
                }
                at = end;
            }
        }
    }

    fn is_separator(&self, at: usize) -> bool {
        match self.text[at] {
            b'\n' | b';' | b'|' | b'(' | b')' | b'`' => true,
            // 2>&1 and &>file are no ends.
            b'&' => !self.is_joined(at),
            _ => false,
        }
    }

    /// Whether this `&` belongs to a redirection.
    fn is_joined(&self, at: usize) -> bool {
        (at > 0 && matches!(self.text[at - 1], b'<' | b'>')) || self.text.get(at + 1) == Some(&b'>')
    }

    fn is_redirection(&self, at: usize) -> bool {
        self.is_shell
            && (matches!(self.text[at], b'<' | b'>') || (self.text[at] == b'&' && self.is_joined(at)))
    }

    fn is_descriptor(&self, from: usize, end: usize, to: usize) -> bool {
        end < to && self.is_redirection(end) && self.text[from..end].iter().all(u8::is_ascii_digit)
    }

    /// The end of the word that starts here; what it has in quotes may be a script itself.
    fn word_end(&mut self, from: usize, to: usize, depth: u8, unclosed: &mut [bool; 2]) -> usize {
        let mut at = from;
        while at < to {
            let byte = self.text[at];
            if matches!(byte, b'"' | b'\'') && !unclosed[usize::from(byte == b'"')] {
                if let Some(close) = closing_quote(&self.text[..to], at + 1, byte) {
                    self.note_quoted(at + 1, close, depth);
                    at = close;
                } else {
                    unclosed[usize::from(byte == b'"')] = true;
                }
                at += 1;
            } else if byte == b'\\' {
                at += 2;
            } else if is_blank(byte) || self.is_separator(at) || self.is_redirection(at) {
                break;
            } else {
                at += 1;
            }
        }
        at.min(to)
    }

    fn note_quoted(&mut self, from: usize, to: usize, depth: u8) {
        let quoted = &self.text[from..to];
        if let Some(value) = value_of_word(quoted) {
            self.secrets.push((from + value, to));
        } else if depth < DEPTH_MAX && quoted.iter().any(|byte| is_blank(*byte) || *byte == b'\n') {
            self.read(from, to, depth + 1);
        }
    }

    /// Notes the secret of a word; what was found inside it before counts only when the word has none of its own.
    fn note_word(&mut self, command: &mut Command, before: usize, (from, to): (usize, usize)) {
        let word = &self.text[from..to];
        let opening = usize::from(matches!(word[0], b'"' | b'\''));
        let closing = usize::from(opening == 1 && word.len() > 1 && word[word.len() - 1] == word[0]);
        let bare = &word[opening..word.len() - closing];
        let of_option = command.secret_of(bare).map(|start| opening + start);
        let Some(start) = of_option.or_else(|| value_of_word(word)) else { return };
        // NAME=$(command) and NAME="$(command)": the command is no secret.
        let value = &word[start..];
        if value.starts_with(b"\"$(") || (value == b"$" && self.text.get(to) == Some(&b'(')) {
            return;
        }
        let (start, end) = within_quotes(word, start);
        if end > start {
            self.secrets.truncate(before);
            self.secrets.push((from + start, from + end));
        }
    }
}

/// A secret without the quotes around it: they stay, so that what follows can still be read.
fn within_quotes(word: &[u8], start: usize) -> (usize, usize) {
    let Some(quote) = word.last().filter(|byte| matches!(byte, b'"' | b'\'')) else {
        return (start, word.len());
    };
    let is_inside = word[..start].iter().filter(|byte| *byte == quote).count() % 2 == 1;
    let is_whole = word[start] == *quote && word.len() - start > 1;
    match (is_inside, is_whole) {
        (true, _) => (start, word.len() - 1),
        (false, true) => (start + 1, word.len() - 1),
        _ => (start, word.len()),
    }
}

/// Replaces secrets in the options of commands inside one argument that may be a text of any kind.
pub fn nested(text: &[u8]) -> Option<Vec<u8>> {
    replaced(text, false)
}

/// The same in a script, as in `sh -c "mysql -psecret"`.
pub fn nested_script(text: &[u8]) -> Option<Vec<u8>> {
    replaced(text, true)
}

fn replaced(text: &[u8], is_shell: bool) -> Option<Vec<u8>> {
    let mut script = Script { text, is_shell, secrets: Vec::new() };
    script.read(0, text.len(), 0);
    let mut edits = Edits::new(text);
    for (from, to) in script.secrets {
        edits.replace(from, to);
    }
    edits.finish()
}
