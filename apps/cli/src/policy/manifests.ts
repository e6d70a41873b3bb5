// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { type YamlDocument, YamlReader, type YamlReading } from '@bartizan/scan/yaml';
import type { ApiFailure } from '../api/client.ts';

/** Documents of one file that hold one definition and nothing else: bytes by the line they begin in. */
export type DefinitionsAlone = ReadonlyMap<number, number>;

/** Name of the standard input on the command line, and in reports. */
export const STDIN = '-';

const PIECE_BYTES = 1024 * 1024;
const FILES_MAX = 100_000;
const DEPTH_MAX = 32;
const MANIFEST = /\.(ya?ml|json)$/i;
/** Folders that hold no manifests of the project itself. */
const SKIPPED = new Set(['node_modules', '.git', '.terraform']);

/** How much of folders is looked through. What is more ends it: nothing is left out without a word. */
interface Limits {
  readonly files: number;
  readonly depth: number;
}
const LIMITS: Limits = { files: FILES_MAX, depth: DEPTH_MAX };

class TooMuch extends Error {}

interface Found {
  readonly path: string;
  readonly isLink: boolean;
}

/** Whether a link is read as a file; one that leads nowhere is, so that the reader tells of it. */
function isFileBehind(link: string): boolean {
  try {
    return statSync(link).isFile();
  } catch {
    return true;
  }
}

/** Files of a folder that may hold manifests, in the order of their names; links to folders are not followed. */
function walk(folder: string, limits: Limits, depth: number, found: Found[]): void {
  if (depth > limits.depth) throw new TooMuch(`${folder}: more than ${limits.depth} folders deep`);
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((one, two) => (one.name < two.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const isLink = entry.isSymbolicLink();
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) walk(path, limits, depth + 1, found);
    } else if (MANIFEST.test(entry.name) && (entry.isFile() || (isLink && isFileBehind(path))))
      found.push({ path, isLink });
    if (found.length > limits.files) throw new TooMuch(`more than ${limits.files} manifests`);
  }
}

const realPath = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
};

/** Leaves out links to what is read anyway: a ConfigMap is mounted as links to files in a folder beside them. */
function withoutAgain(found: readonly Found[]): readonly string[] {
  if (!found.some(({ isLink }) => isLink)) return found.map(({ path }) => path);
  const known = new Set(found.flatMap(({ path, isLink }) => (isLink ? [] : [realPath(path)])));
  return found
    .filter(({ path, isLink }) => {
      if (!isLink) return true;
      const real = realPath(path);
      const isNew = !known.has(real);
      known.add(real);
      return isNew;
    })
    .map(({ path }) => path);
}

function filesOf(folder: string, limits: Limits): readonly string[] {
  const found: Found[] = [];
  walk(folder, limits, 0, found);
  return withoutAgain(found);
}

/** The files that paths of the command line mean: a folder stands for its manifests, `-` for the standard input. */
export function manifestFiles(
  paths: readonly string[],
  limits: Limits = LIMITS,
): Result<readonly string[], ApiFailure> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      if (path !== STDIN && statSync(path).isDirectory())
        for (const file of filesOf(path, limits)) found.push(file);
      else found.push(path);
    } catch (error) {
      return err(failure('E_POLICY_FILE', error instanceof TooMuch ? error.message : path, error));
    }
  }
  return ok([...new Set(found)]);
}

/** The pieces of a file, each in the place of the one before. */
export function* piecesOf(path: string): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    const room = Buffer.allocUnsafeSlow(PIECE_BYTES);
    for (let length = readSync(file, room); length > 0; length = readSync(file, room))
      yield room.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** What the standard input holds. */
export type ManifestInput = AsyncIterable<Uint8Array>;

/** The documents of one file, read piece by piece: no file is ever held whole. */
export async function* documentsOf(
  path: string,
  input?: ManifestInput,
  isWanted?: YamlReading['isWanted'],
): AsyncGenerator<YamlDocument> {
  const reader = new YamlReader({}, { places: true, isWanted });
  if (path === STDIN) for await (const piece of input ?? process.stdin) yield* reader.push(piece);
  else for (const piece of piecesOf(path)) yield* reader.push(piece);
  yield* reader.end();
}
