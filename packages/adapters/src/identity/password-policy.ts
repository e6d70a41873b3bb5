// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { COMMON_WORDS } from './common-passwords.ts';
import { verifyPassword } from './password-hash.ts';

/** Shortest password, in characters. */
export const PASSWORD_MIN_LENGTH = 12;
/** Longest password, in characters: hashing takes time for each. */
export const PASSWORD_MAX_LENGTH = 256;
/** How many earlier passwords may not come back. */
export const PASSWORDS_REMEMBERED = 5;
/** Different characters a password needs at least. */
const DIFFERENT_MIN = 5;

export type PasswordFailure = Failure<'E_PASSWORD_WEAK'>;
type Verdict = Result<void, PasswordFailure>;
const weak = (detail: string): Verdict => err(failure('E_PASSWORD_WEAK', detail));

/** Digits and signs that stand for letters in guessed passwords. */
const LEET: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'l',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

const plainOf = (text: string): string => text.normalize('NFKC').toLowerCase();
const lettersOf = (text: string): string =>
  [...text]
    .map((char) => LEET[char] ?? char)
    .join('')
    .replace(/[^\p{L}]/gu, '');

/** Whether nothing but common words and filler is left. */
function isCommon(plain: string): boolean {
  return [lettersOf(plain), plain.replace(/[^\p{L}]/gu, '')].some((letters) => {
    if (letters === '') return true;
    let rest = letters;
    for (const word of [...COMMON_WORDS].sort((left, right) => right.length - left.length)) {
      rest = rest.replaceAll(word, '');
    }
    return rest.length <= 3 && rest.length < letters.length;
  });
}

/** Whether each character follows the one before, up or down, as in abcdefghijkl. */
function isRun(plain: string): boolean {
  const codes = [...plain].map((char) => char.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

/** Length and guessability (NIST SP 800-63B, 5.1.1.2); no rules about kinds of characters. */
export function checkPassword(password: string, name: string): Verdict {
  const plain = plainOf(password);
  const length = [...plain].length;
  if (length < PASSWORD_MIN_LENGTH) return weak(`it has fewer than ${PASSWORD_MIN_LENGTH} characters`);
  if (length > PASSWORD_MAX_LENGTH) return weak(`it has more than ${PASSWORD_MAX_LENGTH} characters`);
  if (name.length >= 3 && plain.includes(plainOf(name))) return weak('it contains the name');
  if (new Set(plain).size < DIFFERENT_MIN) return weak('it repeats the same few characters');
  if (isRun(plain)) return weak('it is a run of neighbouring characters');
  if (isCommon(plain)) return weak('it is made of common words only');
  return ok(undefined);
}

/** Refuses a password that is, or was among the last five, the one of the user. Each look costs one Argon2id. */
export async function checkNotReused(password: string, hashes: readonly string[]): Promise<Verdict> {
  for (const hash of hashes.slice(0, PASSWORDS_REMEMBERED + 1)) {
    if (await verifyPassword(password, hash)) return weak('it was used before');
  }
  return ok(undefined);
}
