// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from '../ports.ts';

/** Holds a data folder for this process; the kernel lets go when the process ends, however it ends. */
export function lockFolder(dataDir: string): Result<{ readonly release: () => void }, StoreFailure> {
  let connection: DatabaseSync | undefined;
  try {
    connection = new DatabaseSync(join(dataDir, 'lock.db'), { timeout: 0 });
    connection.exec('BEGIN EXCLUSIVE');
    const held = connection;
    return ok({ release: () => held.close() });
  } catch (error) {
    connection?.close();
    const detail = error instanceof Error ? error.message : String(error);
    return err(failure('E_STORE_IO', `the data folder is in use by another process: ${detail}`));
  }
}
