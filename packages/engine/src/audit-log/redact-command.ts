// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const REDACTED = '[redacted]';
const TELLING = '(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|credential|private[-_]?key|auth)';

/** A name that tells of a secret and its value, anywhere in a word: `sh -c` has a whole script in one. */
const NAMED = new RegExp(
  `([A-Za-z0-9_.-]{0,64}${TELLING}[A-Za-z0-9_.-]{0,64}[=:] ?)("[^"]{1,512}"|'[^']{1,512}'|[^\\s;&|"']{1,512})`,
  'gi',
);
/** User and password in a URL. */
const IN_URL = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi;
/** A flag whose value is the next word. */
const FLAG = new RegExp(`^--?[A-Za-z0-9_-]{0,64}${TELLING}[A-Za-z0-9_-]{0,64}$`, 'i');

/** Replaces what looks like a secret in the command of exec: an API server records it as it was typed. */
export function redactCommand(words: readonly string[]): string[] {
  return words.map((word, at) => {
    const before = words[at - 1];
    if (before !== undefined && FLAG.test(before) && !word.startsWith('-')) return REDACTED;
    return word.replaceAll(IN_URL, `$1${REDACTED}@`).replaceAll(NAMED, `$1${REDACTED}`);
  });
}
