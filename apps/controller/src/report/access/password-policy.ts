// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';

/** Shortest password, in characters. */
export const PASSWORD_MIN = 12;
/** Earlier passwords that may not come back. */
export const PASSWORDS_REMEMBERED = 5;

/** Beginnings and cores of the passwords people pick first; compared without digits and signs at the ends. */
const COMMON = [
  'password',
  'passw0rd',
  'administrator',
  'administrators',
  'changeme',
  'letmein',
  'welcome',
  'qwertyuiop',
  'qwerty',
  'iloveyou',
  'bartizan',
  'kubernetes',
  'container',
  'security',
  'correcthorsebatterystaple',
  'abcdefghijkl',
  'default',
  'superman',
  'monkey',
  'dragon',
  'football',
  'sunshine',
  'princess',
];

/** Whether a password may be used: NIST SP 800-63B, 5.1.1.2: length and guessability, no composition rules. */
export function checkPassword(password: string, name: string): Result<void, ApiFailure> {
  const plain = password.normalize('NFKC').toLowerCase();
  if ([...plain].length < PASSWORD_MIN) return weak(`it has fewer than ${PASSWORD_MIN} characters`);
  if (plain.includes(name.toLowerCase()) && name.length >= 3) return weak('it contains the name');
  const core = plain.replaceAll(/^[^a-z]+|[^a-z]+$/gu, '').replaceAll(/[\s._-]/gu, '');
  if (COMMON.some((word) => core === word || core === word + word)) return weak('it is a common password');
  if (/^\d+$/u.test(plain)) return weak('it is only digits');
  if (new Set(plain).size < 5) return weak('it repeats the same few characters');
  if (isRun(plain)) return weak('it is a run of neighbouring characters');
  return ok(undefined);
}

/** Whether each character follows the one before, up or down, e.g. abcdefghijkl. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, at) => code - (codes[at] ?? 0));
  return steps.every((step) => step === 1) || steps.every((step) => step === -1);
}

const weak = (detail: string): Result<never, ApiFailure> => err(failure('E_PASSWORD_WEAK', detail));
