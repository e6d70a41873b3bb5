// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { fromForeign, StoreFault } from '../failure.ts';
import { Database } from '../sqlite/database.ts';
import { schemaVersion } from '../sqlite/migrations.ts';
import { fileBytes } from '../workers/store-state.ts';
import type { SliceName } from './slice-name.ts';
import { sliceMigrations } from './slice-schema.ts';

/**
 * Looks at each slice before it is used. A damaged one is renamed, so that the rest goes on and nothing is deleted; one
 * written by a newer version stops the start. Slices that were not closed in order are checked page by page.
 */
export function setAsideDamaged(folder: string, slices: readonly SliceName[]): string[] {
  const damaged: string[] = [];
  for (const slice of slices) {
    if (isReadable(folder, slice)) continue;
    for (const suffix of ['', '-wal']) {
      const path = join(folder, `${slice.file}${suffix}`);
      if (fileBytes(path) > 0) renameSync(path, `${path}.damaged`);
    }
    damaged.push(slice.file);
  }
  return damaged;
}

function isReadable(folder: string, slice: SliceName): boolean {
  const path = join(folder, slice.file);
  const wasClosed = fileBytes(`${path}-wal`) === 0;
  try {
    const database = new Database(path, { readOnly: true, cacheBytes: 1 << 20 });
    try {
      const version = schemaVersion(database);
      const newest = sliceMigrations(slice.stream).length;
      if (version > newest) {
        const detail = `${slice.file} has schema ${version}, this program knows up to ${newest}`;
        throw new StoreFault({ code: 'E_STORE_NEWER', detail });
      }
      return wasClosed || database.row('PRAGMA quick_check(1)')?.[0] === 'ok';
    } finally {
      database.close();
    }
  } catch (error) {
    const problem = fromForeign(error, folder).error;
    if (problem.code !== 'E_STORE_CORRUPT') throw error;
    return false;
  }
}
