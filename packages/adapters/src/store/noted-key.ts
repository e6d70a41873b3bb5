// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok, type Result } from '@bartizan/contracts/result';
import { guarded, storeErr } from './failure.ts';
import type { StoreFailure } from './ports.ts';
import { Database } from './sqlite/database.ts';
import { lockFolder } from './sqlite/folder-lock.ts';
import { readKeyId } from './sqlite/key-id.ts';

/**
 * Id of the key that the settings of a data folder nobody uses are sealed with, as `sealKeyId` makes it; undefined before
 * the first one. Changes nothing: what an interrupted rotation left is read as it was committed.
 */
export function notedKeyId(dataDir: string): Result<string | undefined, StoreFailure> {
  const path = join(dataDir, 'core.db');
  return guarded<string | undefined>(dataDir, () => {
    if (!existsSync(path)) return storeErr('E_STORE_IO', `${path} is not there`);
    const lock = lockFolder(dataDir);
    if (!lock.ok) return lock;
    try {
      const database = new Database(path);
      try {
        return ok(readKeyId(database));
      } finally {
        database.close();
      }
    } finally {
      lock.value.release();
    }
  });
}
