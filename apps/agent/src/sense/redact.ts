// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const SECRET_WORDS = /pass(word|wd|phrase)?|secret|token|api-?_?key|credential|private-?_?key|auth/i;
const REDACTED = '[redacted]';

/** Replaces user and password in a URL. */
const redactUrl = (argument: string): string =>
  argument.replaceAll(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@]{1,512}@/gi, `$1${REDACTED}@`);

/**
 * Replaces what looks like a secret in arguments that were read from /proc: the sensor does this itself for what it
 * sends, with more knowledge of programs; without it, whatever follows a flag with a telling name is replaced.
 */
export const redactArguments = (
  words: readonly string[],
): { readonly arguments: string[]; readonly redacted: boolean } => {
  let isNextSecret = false;
  const replaced = words.map((word) => {
    if (isNextSecret) {
      isNextSecret = false;
      if (!word.startsWith('-')) return REDACTED;
    }
    const named = /^(-{0,2}[A-Za-z0-9_.-]{1,64})([=:])(.+)$/s.exec(word);
    if (named?.[1] && SECRET_WORDS.test(named[1])) return `${named[1]}${named[2]}${REDACTED}`;
    isNextSecret = /^--?[A-Za-z0-9_-]{1,64}$/.test(word) && SECRET_WORDS.test(word);
    return redactUrl(word);
  });
  return { arguments: replaced, redacted: replaced.some((word, index) => word !== words[index]) };
};
