// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';

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
/** Names of files that are no manifests, nor folders: a name with another dot may be that of a folder. */
const NO_MANIFEST = /\.(md|txt|rst|adoc|html?|pdf|png|jpe?g|gif|svg|sh|toml|lock)$/i;
/** As many links as Linux follows. */
const LINKS_MAX = 40;

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

interface Walk {
  readonly root: string;
  readonly found: Seen[];
  /** Folders that were looked into, by where they really are: links may lead in circles, or to one folder twice. */
  readonly entered: Set<string>;
}
interface Folder {
  readonly real: string;
  /** Path below the directory, as names and links give it. */
  readonly shown: string;
  readonly depth: number;
}

/**
 * Files below a folder by name; a link to a file or folder counts while it stays inside, hidden names do not. What a link
 * leads to may be hidden: git-sync and ConfigMaps show a link to a folder of theirs, and swap it.
 */
async function walk(now: Walk, { real, shown, depth }: Folder): Promise<void> {
  if (depth > DIRECTORY_LIMITS.depth) throw new DirectoryRefusal(`deeper than ${DIRECTORY_LIMITS.depth}`);
  if (now.entered.has(real)) return;
  now.entered.add(real);
  const names = (await readdir(real)).filter((name) => !name.startsWith('.')).sort();
  for (const name of names) {
    const own = await lstat(join(real, name));
    if (!own.isDirectory() && !own.isSymbolicLink() && !MANIFEST.test(name)) continue;
    const path = join(shown, name);
    const place = own.isSymbolicLink() ? await targetOf(now.root, join(real, name), path) : join(real, name);
    if (place === undefined) continue;
    const file = await stat(place);
    if (file.isDirectory()) await walk(now, { real: place, shown: path, depth: depth + 1 });
    else if (file.isFile() && MANIFEST.test(name)) note(now, path, place, file);
  }
}

/** Where a link leads, if it stays inside. One that leads nowhere inside may have been to a file or folder of policies. */
async function targetOf(root: string, link: string, path: string): Promise<string | undefined> {
  const place = await realpath(link).catch(() => undefined);
  if (place !== undefined) return isInside(root, place) ? place : undefined;
  if (NO_MANIFEST.test(link) || !isInside(root, await nowhereOf(link))) return undefined;
  throw new DirectoryRefusal(`${path} leads nowhere`);
}

const isInside = (root: string, place: string): boolean => place === root || place.startsWith(root + sep);

/** The place that is missing at the end of a link. */
async function nowhereOf(link: string): Promise<string> {
  let at = link;
  for (let links = 0; links < LINKS_MAX; links += 1) {
    const target = await readlink(at).catch(() => undefined);
    if (target === undefined) break;
    const next = resolve(dirname(at), target);
    const folder = dirname(next);
    at = join(await realpath(folder).catch(() => folder), basename(next));
  }
  return at;
}

function note({ found }: Walk, path: string, place: string, { size, mtimeMs, ino }: Stats): void {
  if (size > DIRECTORY_LIMITS.fileBytes)
    throw new DirectoryRefusal(`${path} has more than ${DIRECTORY_LIMITS.fileBytes} bytes`);
  if (found.length >= DIRECTORY_LIMITS.files)
    throw new DirectoryRefusal(`more than ${DIRECTORY_LIMITS.files} files`);
  found.push({ path, place, size, stamp: `${path} ${place} ${size} ${mtimeMs} ${ino}` });
}

async function look(folder: string): Promise<{ readonly seen: readonly Seen[]; readonly stamp: string }> {
  // What a synchroniser swaps is a link: everything below is read of one and the same checkout.
  const root = await realpath(folder);
  const seen: Seen[] = [];
  await walk({ root, found: seen, entered: new Set() }, { real: root, shown: '', depth: 0 });
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
