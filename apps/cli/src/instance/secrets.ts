// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { readText, writeAtomic } from './files.ts';
import type { InstancePaths } from './paths.ts';

/** Secrets of an instance. They are never in the data folder, in a backup, in an argument or in a log. */
export interface InstanceSecrets {
  /** 32 random bytes, base64: seals secrets in the store. */
  readonly dataKey: string;
  /** Bearer token with which root on this machine is administrator. */
  readonly localRootToken: string;
}

const LOCAL_ROOT_TOKEN = /^bzl_[A-Za-z0-9_-]{43}$/;
const ONE_TIME_PASSWORD_LIFE_MS = 24 * 60 * 60 * 1000;
/** No letters or digits that look alike; 20 of them carry 114 bits. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** The key that seals the data. */
export const keyPath = (paths: InstancePaths): string => join(paths.etc, 'data.key');
/** The key of a rotation under way: it may already be the one that seals the data. */
export const nextKeyPath = (paths: InstancePaths): string => join(paths.etc, 'data.key.next');
const tokenPath = (paths: InstancePaths): string => join(paths.etc, 'local-root.token');
/** The one-time password waits here until a person has seen it. */
export const passwordPath = (paths: InstancePaths): string => join(paths.etc, 'one-time-password');

/** Makes the secrets that are missing; a key that exists is never replaced. */
export function makeSecrets(paths: InstancePaths): void {
  if (readText(keyPath(paths)) === undefined)
    writeAtomic(keyPath(paths), `${randomBytes(32).toString('base64')}\n`);
  if (readText(tokenPath(paths)) === undefined)
    writeAtomic(tokenPath(paths), `bzl_${randomBytes(32).toString('base64url')}\n`);
}

/** Reads the secrets; E_KEY_MISSING when one is missing or damaged. */
export function readSecrets(paths: InstancePaths): Result<InstanceSecrets, Failure<'E_KEY_MISSING'>> {
  const dataKey = readText(keyPath(paths))?.trim() ?? '';
  const localRootToken = readText(tokenPath(paths))?.trim() ?? '';
  if (Buffer.from(dataKey, 'base64').length !== 32) return err(failure('E_KEY_MISSING', keyPath(paths)));
  if (!LOCAL_ROOT_TOKEN.test(localRootToken)) return err(failure('E_KEY_MISSING', tokenPath(paths)));
  return ok({ dataKey, localRootToken });
}

/** A password that is easy to type and cannot be guessed. */
export function makePassword(length = 20): string {
  let password = '';
  while (password.length < length) {
    for (const byte of randomBytes(64)) {
      // 224 is the largest multiple of the alphabet's 56 below 256: no letter is likelier than another.
      if (byte < 224 && password.length < length) password += PASSWORD_ALPHABET[byte % 56] ?? '';
    }
  }
  return password;
}

/** Writes a new one-time password (or one that the controller made) to its 0600 file and returns it. */
export function writeOneTimePassword(paths: InstancePaths, password = makePassword()): string {
  writeAtomic(passwordPath(paths), `${password}\n`);
  return password;
}

/** The one-time password that still waits, unless its 24 hours are over (then the file goes). */
export function readOneTimePassword(paths: InstancePaths, nowMs: number): string | undefined {
  const password = readText(passwordPath(paths))?.trim();
  if (password === undefined || password === '') return undefined;
  if (nowMs - statSync(passwordPath(paths)).mtimeMs > ONE_TIME_PASSWORD_LIFE_MS) {
    removeOneTimePassword(paths);
    return undefined;
  }
  return password;
}

/** Forgets the one-time password. */
export const removeOneTimePassword = (paths: InstancePaths): void =>
  rmSync(passwordPath(paths), { force: true });
