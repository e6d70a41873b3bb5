// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import { SCRATCH_COPY, SCRATCH_PREFIX } from '../leftovers.ts';
import type { StoreFailure } from '../ports.ts';
import { slicesIn } from '../slices/slice-name.ts';
import { Database } from '../sqlite/database.ts';
import { writeEnd, writeEntry, writeFileEntry } from './archive.ts';
import type { BackupRequest } from './backup-request.ts';
import { ContainerWriter } from './container.ts';

/** Entry that carries the sealed settings in the clear. */
export const SECRETS_ENTRY = 'secrets.json';
/** Entry that describes the backup. */
export const ABOUT_ENTRY = 'about.json';

/**
 * Writes a consistent copy of each file of the store. Writers go on meanwhile: core.db is copied first, so that a
 * mark never claims an event that the copy of its slice does not have.
 */
export function writeBackup(request: BackupRequest): Result<{ readonly sizeBytes: number }, StoreFailure> {
  let container: ContainerWriter | undefined;
  let scratch: string | undefined;
  try {
    // Copies are made beside the data, where the rights are the same, and are gone when the backup is done; what a
    // crash leaves goes when the store is opened next.
    scratch = mkdtempSync(join(request.dataDir, SCRATCH_PREFIX));
    container = new ContainerWriter(request.path, request.passphrase);
    const about = { format: 1, files: 'core.db, slices, secrets' };
    writeEntry(container, ABOUT_ENTRY, Buffer.from(JSON.stringify(about)));
    copyInto(container, 'core.db', { from: join(request.dataDir, 'core.db'), scratch });
    const sliceDir = join(request.dataDir, 'slices');
    for (const slice of existsSync(sliceDir) ? slicesIn(readdirSync(sliceDir)) : []) {
      const from = join(sliceDir, slice.file);
      if (existsSync(from)) copyInto(container, `slices/${slice.file}`, { from, scratch });
    }
    writeEntry(container, SECRETS_ENTRY, Buffer.from(JSON.stringify(request.secrets)));
    writeEnd(container);
    return ok({ sizeBytes: container.finish() });
  } catch (error) {
    container?.abort();
    if (container !== undefined) rmSync(request.path, { force: true });
    return fromForeign(error, dirname(request.path));
  } finally {
    if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
  }
}

function copyInto(
  container: ContainerWriter,
  name: string,
  place: { readonly from: string; readonly scratch: string },
): void {
  const copy = join(place.scratch, SCRATCH_COPY);
  const database = new Database(place.from, { readOnly: true });
  try {
    database.run('VACUUM INTO ?', [copy]);
  } finally {
    database.close();
  }
  writeFileEntry(container, name, { path: copy, sizeBytes: statSync(copy).size });
  rmSync(copy);
}
