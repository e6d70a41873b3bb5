// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from '../ports.ts';
import { type Database, textOf } from './database.ts';

const NAME = 'seal-key-id';

/** Notes with which key the settings are sealed from now on. */
export function storeKeyId(database: Database, keyId: string): void {
  database.run(
    'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value',
    [NAME, keyId],
  );
}

/** Id of the key the settings are sealed with; undefined before the first one. */
export function readKeyId(database: Database): string | undefined {
  const row = database.row('SELECT value FROM meta WHERE name=?', [NAME]);
  return row === undefined ? undefined : textOf(row[0]);
}

/** Compares the key at hand with the key of the data; notes the first one. */
export function checkKey(database: Database, keyId: string): Result<undefined, StoreFailure> {
  const known = readKeyId(database);
  if (known === undefined) storeKeyId(database, keyId);
  else if (known !== keyId) {
    return err(failure('E_KEY_MISSING', `the data is sealed with key ${known}, the key at hand is ${keyId}`));
  }
  return ok(undefined);
}
