// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** One file of the directory. */
export interface DirectoryFile {
  /** Path below the directory. */
  readonly path: string;
  readonly bytes: Uint8Array;
}
/** All of its files at one moment. */
export interface DirectoryContent {
  readonly files: readonly DirectoryFile[];
  /** SHA-256 over paths and contents. */
  readonly revision: string;
}

/** What may be read of a directory. */
export const DIRECTORY_LIMITS = {
  files: 5_000,
  depth: 16,
  fileBytes: 4 * 1024 * 1024,
  bytes: 64 * 1024 * 1024,
} as const;

const MANIFEST = /\.(ya?ml|json)$/i;

/** Why the directory cannot be read now. */
export class DirectoryRefusal extends Error {
  override readonly name = 'DirectoryRefusal';
}

interface Seen {
  readonly path: string;
  readonly place: string;
  readonly size: number;
  readonly stamp: string;
}

/** Files below a folder by name; a link counts while it stays inside, hidden names do not. */
async function walk(root: string, folder: string, depth: number, found: Seen[]): Promise<void> {
  if (depth > DIRECTORY_LIMITS.depth) throw new DirectoryRefusal(`deeper than ${DIRECTORY_LIMITS.depth}`);
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  for (const name of names) {
    const path = join(folder, name);
    const own = await lstat(path);
    if (own.isDirectory()) {
      await walk(root, path, depth + 1, found);
      continue;
    }
    if (!MANIFEST.test(name)) continue;
    const place = await realpath(path).catch(() => {
      throw new DirectoryRefusal(`${relative(root, path)} leads nowhere`);
    });
    if (place !== root && !place.startsWith(root + sep)) continue;
    const file = await stat(place);
    const { size, mtimeMs, ino } = file;
    if (!file.isFile()) continue;
    if (size > DIRECTORY_LIMITS.fileBytes)
      throw new DirectoryRefusal(`${relative(root, path)} has more than ${DIRECTORY_LIMITS.fileBytes} bytes`);
    if (found.length >= DIRECTORY_LIMITS.files)
      throw new DirectoryRefusal(`more than ${DIRECTORY_LIMITS.files} files`);
    found.push({ path: relative(root, path), place, size, stamp: `${place} ${size} ${mtimeMs} ${ino}` });
  }
}

async function look(folder: string): Promise<{ readonly seen: readonly Seen[]; readonly stamp: string }> {
  // What a synchroniser swaps is a link: everything below is read of one and the same checkout.
  const root = await realpath(folder);
  const seen: Seen[] = [];
  await walk(root, root, 0, seen);
  const total = seen.reduce((sum, { size }) => sum + size, 0);
  if (total > DIRECTORY_LIMITS.bytes)
    throw new DirectoryRefusal(`more than ${DIRECTORY_LIMITS.bytes} bytes together`);
  return { seen, stamp: [root, ...seen.map(({ stamp }) => stamp)].join('\n') };
}

/**
 * Reads all files, unless somebody writes meanwhile: undefined then, and it is tried again. `before` is what the
 * directory looked like the last time it was read; the same look gives undefined too.
 */
export async function readDirectory(
  folder: string,
  before: string | undefined,
): Promise<
  | { readonly state: 'same' | 'moving'; readonly stamp: string }
  | { readonly state: 'read'; readonly stamp: string; readonly content: DirectoryContent }
> {
  const { seen, stamp } = await look(folder);
  if (stamp === before) return { state: 'same', stamp };
  const hash = createHash('sha256');
  const files: DirectoryFile[] = [];
  for (const { path, place } of seen) {
    const bytes = await readFile(place);
    files.push({ path, bytes });
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  }
  const after = await look(folder);
  if (after.stamp !== stamp) return { state: 'moving', stamp: after.stamp };
  return { state: 'read', stamp, content: { files, revision: hash.digest('hex') } };
}
