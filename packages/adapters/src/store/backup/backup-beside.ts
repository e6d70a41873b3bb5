// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts/result';
import { fromForeign, storeErr } from '../failure.ts';
import { SCRATCH_BACKUP, SCRATCH_PREFIX } from '../leftovers.ts';
import type { Stored } from '../ports.ts';
import { diskOf, fileBytes } from '../workers/store-state.ts';

/** A whole backup: an open file, and what is called when it was sent and closed. */
export interface BackupBeside {
  readonly file: number;
  readonly sizeBytes: number;
  readonly remove: () => void;
}

/** What is left free besides: others write meanwhile. */
const SPARE_BYTES = 64 * 1024 ** 2;

/** Room that a backup takes: all of the data, uncompressed, and the largest of its files a second time while that is copied. */
function neededBytes(dataDir: string): number {
  const slices = join(dataDir, 'slices');
  const files = ['core.db', 'core.db-wal'].map((name) => join(dataDir, name));
  if (existsSync(slices)) files.push(...readdirSync(slices).map((name) => join(slices, name)));
  const sizes = files.map(fileBytes);
  return sizes.reduce(
    (total, bytes) => total + bytes,
    sizes.reduce((most, bytes) => Math.max(most, bytes), 0),
  );
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

/**
 * Makes a backup beside the data: a temporary folder may be memory, or limited so that a pod is evicted with all that
 * it holds. Where there is no room for it, it is refused before it takes any: retention would make room of what is to
 * be saved. What a crash leaves goes when the store is opened next.
 */
export async function backupBeside(
  dataDir: string,
  write: (path: string) => Stored<{ readonly sizeBytes: number }>,
  freeBytes = (): number => diskOf(dataDir).freeBytes,
): Stored<BackupBeside> {
  let folder: string | undefined;
  const remove = (): void => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const needed = neededBytes(dataDir) + SPARE_BYTES;
    const free = freeBytes();
    if (free < needed)
      return storeErr(
        'E_STORE_FULL',
        `a backup needs ${inMegabytes(needed)} beside the data, ${inMegabytes(free)} are free`,
      );
    folder = mkdtempSync(join(dataDir, SCRATCH_PREFIX));
    const path = join(folder, SCRATCH_BACKUP);
    const written = await write(path);
    if (written.ok) return ok({ ...written.value, file: openSync(path, 'r'), remove });
    remove();
    return written;
  } catch (error) {
    remove();
    return fromForeign(error, dataDir);
  }
}
