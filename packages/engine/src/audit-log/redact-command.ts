// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Scripts } from './command-scripts.ts';

const REDACTED = '[redacted]';
const TELLING =
  '(?:pass(?:word|wd|phrase|code)?|secret|token|(?:api|access|private|signing|encryption)[-_]?key|credential|auth|cookie)';
/** It starts where a name starts: not at each letter of a long one. */
const NAME = `(?<![A-Za-z0-9_.-])[A-Za-z0-9_.-]{0,128}${TELLING}[A-Za-z0-9_.-]{0,64}`;
/** A word before the secret that tells its kind and may be shown. */
const SCHEME = '(?:(?:bearer|basic|token|apikey|digest|negotiate|ntlm|splunk|geniekey|ssws|bot)[ \\t]+)?';

/** A word that is itself `NAME=VALUE`, `--option=NAME=VALUE` or `Name: value`: the value is all the rest of it. */
const WHOLE = new RegExp(
  `^((?:[A-Za-z0-9_.-]{1,64}=){0,4}${NAME}=${SCHEME}|${NAME}:(?!//)[ \\t]*${SCHEME})[^]+$`,
  'i',
);
/** The same in quotes inside a longer text: `curl -H "Authorization: Splunk 1234"`. */
const QUOTED = new RegExp(`(["'])(${NAME}[=:][ \\t]*${SCHEME})((?:(?!\\1)[^\\\\]|\\\\[^])+)`, 'gi');
/** A value in quotes: the opening one is held by a group, so that both stay. */
const IN_QUOTES = '(")(?:[^"\\\\]|\\\\[^])+|(\')[^\']+';
/** A name and its value anywhere in a text: `sh -c` has a whole script in one word. $(command) is no secret. */
const NAMED = new RegExp(
  `(${NAME}["']?[ \\t]?[=:][ \\t]?${SCHEME}|(?<![A-Za-z0-9_.-])--?[A-Za-z0-9_-]{0,64}${TELLING}[A-Za-z0-9_-]{0,64}[ \\t]+(?!-))(?!(?<==)(?:"?\\$\\(|\\[redacted\\])|//)(?:${IN_QUOTES}|[^\\s;&|,}"']+)`,
  'gi',
);
/** The same at the start of a word of a script: it ends where the word does, also at a redirection. */
const ASSIGNED = new RegExp(`((?:^|[\\s;&|(])${NAME}=)(?!"?\\$\\()(?:${IN_QUOTES}|[^\\s;&|<>"']+)`, 'gi');
/** User and password in a URL. */
const IN_URL = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi;
/** A flag whose value is the next word. */
const FLAG = new RegExp(`^--?[A-Za-z0-9_-]{0,64}${TELLING}[A-Za-z0-9_-]{0,64}$`, 'i');

/**
 * Replaces what looks like a secret in the words of a command, with names and addresses as the only signs: an API server
 * records exec as it was typed, and without the sensor arguments are read from /proc. The sensor knows more of programs.
 */
export function redactCommand(words: readonly string[]): string[] {
  const scripts = new Scripts();
  return words.map((word, at) => {
    const before = words[at - 1];
    const script = scripts.takes(word);
    // `-pass` before a script may be four options of the shell and no name.
    const isValue = before !== undefined && FLAG.test(before) && !word.startsWith('-');
    if (isValue && script !== 'certain') return REDACTED;
    const isScript = script !== 'no';
    const whole = isScript ? undefined : WHOLE.exec(word)?.[1];
    if (whole !== undefined) return `${whole}${REDACTED}`;
    return (isScript ? word.replaceAll(ASSIGNED, `$1$2$3${REDACTED}`) : word)
      .replaceAll(IN_URL, `$1${REDACTED}@`)
      .replaceAll(QUOTED, `$1$2${REDACTED}`)
      .replaceAll(NAMED, `$1$2$3${REDACTED}`);
  });
}
