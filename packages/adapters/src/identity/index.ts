// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Who somebody is: password hashes, password policy, secrets and their hashes, lockout. In: what a person or a program
 * sends; out: yes, no and why. Pure but for randomness and Argon2id. Serves k06 (authentication) and k08 (secrets).
 */
export {
  afterFailure,
  FAILURES_BEFORE_LOCK,
  LOCK_MS,
  type LockState,
  lockEndMs,
  UNLOCKED,
} from './lockout.ts';
export { hashPassword, needsRehash, verifyPassword } from './password-hash.ts';
export {
  checkNotReused,
  checkPassword,
  PASSWORD_MAX_LENGTH,
  PASSWORD_MIN_LENGTH,
  PASSWORDS_REMEMBERED,
  type PasswordFailure,
} from './password-policy.ts';
export { hashToken, isApiKey, newApiKey, newOneTimePassword, newSecret, sameSecret } from './secrets.ts';
