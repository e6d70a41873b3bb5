// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

//! Which argument is a script: `sh -c SCRIPT`, `bash -ci SCRIPT`, `python3 -c SCRIPT`, `perl -eSCRIPT`.
//! `packages/engine/src/audit-log/command-scripts.ts` is held to the same table.

use crate::paths::base_name;

const SHELLS: &[&[u8]] = &[
    b"sh",
    b"bash",
    b"bash-static",
    b"rbash",
    b"dash",
    b"ash",
    b"csh",
    b"bsd-csh",
    b"tcsh",
    b"zsh",
    b"ksh",
    b"ksh93",
    b"mksh",
    b"yash",
];
/// Programs that hand a command to a shell.
const RUNNERS: &[&[u8]] = &[b"su", b"runuser", b"script", b"flock", b"fish"];
/// The same for other languages, with a version behind the name; the second ones have no script in the word of the option.
const LANGUAGES: &[&[u8]] = &[b"python", b"perl", b"ruby", b"lua"];
const LANGUAGES_APART: &[&[u8]] = &[b"php", b"node"];
const LONG: &[&[u8]] = &[b"--command", b"--session-command", b"--eval"];
/// Letters that may stand before `c` or `e` in one word.
const FLAGS: &[u8] = b"abBdfhiIlmnOpPqsStTuvwx0123456789";
/// Options of languages whose value is the next word.
const WITH_VALUE: &[&[u8]] = &[b"-W", b"-X", b"-I", b"-r", b"-l", b"-C"];

#[derive(Clone, Copy, Default, PartialEq)]
enum Interpreter {
    #[default]
    None,
    Shell {
        /// `-oNAME` and not `-o NAME`.
        attaches: bool,
    },
    Runner,
    Language,
    LanguageApart,
}

fn interpreter(word: &[u8]) -> Interpreter {
    let name = base_name(word);
    // A login shell has a dash before its name.
    let name = name.strip_prefix(b"-").unwrap_or(name);
    let is_of = |starts: &[&[u8]]| starts.iter().any(|start| name.starts_with(start));
    if SHELLS.contains(&name) {
        Interpreter::Shell { attaches: name.ends_with(b"ksh") || matches!(name, b"ksh93" | b"zsh" | b"yash") }
    } else if RUNNERS.contains(&name) {
        Interpreter::Runner
    } else if is_of(LANGUAGES) {
        Interpreter::Language
    } else if is_of(LANGUAGES_APART) {
        Interpreter::LanguageApart
    } else {
        Interpreter::None
    }
}

/// Whether a word is a script.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Script {
    No,
    /// It comes behind what looks like the option.
    Likely,
    /// It is what the shell runs, so that nothing before it makes it a secret.
    Certain,
}

/// Looks at the words of a command in their order.
#[derive(Default)]
pub struct Scripts {
    interpreter: Interpreter,
    /// Only options of the interpreter itself came so far.
    is_in_options: bool,
    /// `--` was read: the next word is no option, whatever it begins with.
    is_ended: bool,
    /// How many of the next words are values of options.
    values: usize,
    is_next: bool,
}

impl Scripts {
    pub fn takes(&mut self, word: &[u8]) -> Script {
        let is_in_shell = self.is_in_options && matches!(self.interpreter, Interpreter::Shell { .. });
        let is_option = word.starts_with(b"-") || (is_in_shell && word.starts_with(b"+"));
        if is_option && self.interpreter != Interpreter::None && !self.is_ended {
            return match self.interpreter {
                Interpreter::Shell { attaches } if self.is_in_options => self.shell_option(word, attaches),
                _ => self.other_option(word),
            };
        }
        if is_in_shell && self.values > 0 {
            self.values -= 1;
            return Script::No;
        }
        let script = match std::mem::take(&mut self.is_next) {
            true if is_in_shell => Script::Certain,
            true => Script::Likely,
            false => Script::No,
        };
        self.is_in_options &= self.values > 0;
        self.is_ended = false;
        self.values = 0;
        let next = interpreter(word);
        if next != Interpreter::None {
            (self.interpreter, self.is_in_options) = (next, true);
        }
        script
    }

    /// A shell takes the script from behind all its options: `-ci`, `-c +x`, `-c -o pipefail`.
    fn shell_option(&mut self, word: &[u8], attaches: bool) -> Script {
        if matches!(word, b"-" | b"--") {
            self.is_ended = true;
        } else if word.starts_with(b"--") {
            self.values += usize::from(matches!(word, b"--rcfile" | b"--init-file"));
        } else {
            self.is_next |= word[0] == b'-' && word.contains(&b'c');
            let first = word.iter().position(|byte| matches!(byte, b'o' | b'O'));
            if !attaches || first == Some(word.len() - 1) {
                self.values += word.iter().filter(|byte| matches!(byte, b'o' | b'O')).count();
            }
        }
        Script::No
    }

    fn other_option(&mut self, word: &[u8]) -> Script {
        let has_own = match self.interpreter {
            Interpreter::Runner => true,
            Interpreter::Language | Interpreter::LanguageApart => self.is_in_options,
            _ => false,
        };
        if word.starts_with(b"--") {
            let end = word.iter().position(|byte| *byte == b'=').unwrap_or(word.len());
            // GNU programs take the beginning of a long option for all of it.
            let is_script = end > 2 && LONG.iter().any(|long| long.starts_with(&word[..end]));
            self.is_next |= is_script && end == word.len() && (has_own || LONG.contains(&word));
            return if is_script && has_own && end < word.len() { Script::Likely } else { Script::No };
        }
        if has_own && self.interpreter != Interpreter::LanguageApart && has_script(word) {
            return Script::Likely;
        }
        self.is_next |= matches!(word.last(), Some(b'c' | b'e' | b'r' | b'E'));
        self.values = usize::from(self.interpreter == Interpreter::Language && WITH_VALUE.contains(&word));
        Script::No
    }
}

/// `-cSCRIPT`, `-BcSCRIPT`, `-neSCRIPT`.
fn has_script(word: &[u8]) -> bool {
    let letters = &word[1..];
    letters
        .iter()
        .position(|byte| !FLAGS.contains(byte))
        .is_some_and(|at| matches!(letters[at], b'c' | b'e' | b'E') && at + 1 < letters.len())
}
