// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { readText, writeAtomic } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { keyPath, nextKeyPath } from '../instance/secrets.ts';
import type { Answer } from './maintain.ts';

/** Runs the maintenance program on the data of an instance that is stopped. */
export type Maintain = (operation: {
  readonly operation: 'rotate-key' | 'which-key';
  readonly newDataKey: string;
}) => Promise<Result<Answer, Failure>>;

/** Which of the two keys of a rotation is the key now. */
export type Settled = 'nothing-waited' | 'old-key' | 'new-key';

const KEY_BYTES = 32;

function promote(paths: InstancePaths, key: string): void {
  writeAtomic(keyPath(paths), `${key}\n`);
  rmSync(nextKeyPath(paths), { force: true });
}

/**
 * Ends a key rotation that was cut off: asks the data which key it is sealed with, and makes that one the key. The other
 * file goes only when the answer is certain; as long as it is not, both stay, as each may be the only one that opens it.
 */
export async function settleDataKey(
  paths: InstancePaths,
  maintain: Maintain,
): Promise<Result<Settled, Failure>> {
  const next = readText(nextKeyPath(paths))?.trim();
  if (next === undefined) return ok('nothing-waited');
  // Nothing was ever sealed with what is not a key.
  if (Buffer.from(next, 'base64').length !== KEY_BYTES) {
    rmSync(nextKeyPath(paths), { force: true });
    return ok('old-key');
  }
  const answer = await maintain({ operation: 'which-key', newDataKey: next });
  if (!answer.ok) return answer;
  const { opens } = answer.value;
  if (opens === 'new-data-key') {
    promote(paths, next);
    return ok('new-key');
  }
  if (opens !== 'data-key')
    return err(failure('E_KEY_MISSING', `${keyPath(paths)}, ${nextKeyPath(paths)}: ${String(opens)}`));
  rmSync(nextKeyPath(paths), { force: true });
  return ok('old-key');
}

/**
 * Seals everything with a new key. It is on disk before anything is sealed with it, and stays there until it is known
 * which key the data needs: a program that failed may have committed before it did.
 */
export async function rotateDataKey(
  paths: InstancePaths,
  maintain: Maintain,
): Promise<Result<void, Failure>> {
  const before = await settleDataKey(paths, maintain);
  if (!before.ok) return before;
  const newDataKey = randomBytes(KEY_BYTES).toString('base64');
  writeAtomic(nextKeyPath(paths), `${newDataKey}\n`);
  const rotated = await maintain({ operation: 'rotate-key', newDataKey });
  if (rotated.ok) {
    promote(paths, newDataKey);
    return ok(undefined);
  }
  const after = await settleDataKey(paths, maintain);
  return after.ok && after.value === 'new-key' ? ok(undefined) : rotated;
}
