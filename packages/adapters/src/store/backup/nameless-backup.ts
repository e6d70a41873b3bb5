// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import { SCRATCH_BACKUP, SCRATCH_PREFIX } from '../leftovers.ts';
import type { Stored } from '../ports.ts';

/** An open file that is gone when it is closed. */
export interface NamelessBackup {
  readonly file: number;
  readonly sizeBytes: number;
}

/**
 * Makes a backup beside the data: there is room for data, while a temporary folder may be memory, or limited so that a
 * pod is evicted with all that it holds. The name goes as soon as the file is open, so that nothing is left of a
 * download that is cut off; what a crash leaves of one that is not whole goes when the store is opened next.
 */
export async function namelessBackup(
  dataDir: string,
  write: (path: string) => Stored<{ readonly sizeBytes: number }>,
): Stored<NamelessBackup> {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(dataDir, SCRATCH_PREFIX));
    const path = join(folder, SCRATCH_BACKUP);
    const written = await write(path);
    return written.ok ? ok({ ...written.value, file: openSync(path, 'r') }) : written;
  } catch (error) {
    return fromForeign(error, dataDir);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}
