// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Start of the name of a folder in which a backup, or its copies, are made. */
export const SCRATCH_PREFIX = 'backup-';
/** A copy in such a folder. */
export const SCRATCH_COPY = 'copy.db';
/** A backup in such a folder, until it was sent. */
export const SCRATCH_BACKUP = 'backup';
/** End of the name of an undo copy that is not whole yet. */
export const UNFINISHED = '.part';

/** `mkdtemp` puts six letters or digits behind the start. */
const SCRATCH = new RegExp(`^${SCRATCH_PREFIX}[A-Za-z0-9]{6}$`);
const SCRATCH_FILES: readonly string[] = [
  SCRATCH_BACKUP,
  ...['', '-journal', '-wal', '-shm'].map((end) => `${SCRATCH_COPY}${end}`),
];
const UNDO_PART = /^core-before-schema-\d+\.db\.part(-journal)?$/;

/**
 * Removes what a process that ended at once left in the data folder, each as large as the data. Only for the holder of
 * the folder's lock, before its first backup. A folder with anything else in it is somebody's, and stays.
 */
export function removeLeftovers(dataDir: string): void {
  for (const entry of readdirSync(dataDir, { withFileTypes: true })) {
    const path = join(dataDir, entry.name);
    try {
      if (entry.isFile() && UNDO_PART.test(entry.name)) rmSync(path, { force: true });
      else if (entry.isDirectory() && SCRATCH.test(entry.name)) removeScratch(path);
    } catch {
      // What cannot be removed, for instance because another user made it, takes room and does nothing else.
    }
  }
}

function removeScratch(path: string): void {
  const entries = readdirSync(path, { withFileTypes: true });
  if (!entries.every((entry) => entry.isFile() && SCRATCH_FILES.includes(entry.name))) return;
  for (const { name } of entries) rmSync(join(path, name), { force: true });
  rmdirSync(path);
}

/** Bytes of backups, and of their copies, that are made or sent just now: they go by themselves. */
export function scratchBytes(dataDir: string): number {
  let total = 0;
  for (const { name } of readdirSync(dataDir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && SCRATCH.test(entry.name),
  ))
    for (const file of SCRATCH_FILES)
      total += statSync(join(dataDir, name, file), { throwIfNoEntry: false })?.size ?? 0;
  return total;
}
