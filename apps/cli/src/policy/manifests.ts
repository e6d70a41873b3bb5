// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
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

/** Files of a folder that may hold manifests, in the order of their names; links to folders are not followed. */
function walk(folder: string, depth: number, found: string[]): void {
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const entry of entries.toSorted((one, two) => (one.name < two.name ? -1 : 1))) {
    if (found.length >= FILES_MAX) return;
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEPTH_MAX && !SKIPPED.has(entry.name)) walk(path, depth + 1, found);
    else if (entry.isFile() && MANIFEST.test(entry.name)) found.push(path);
  }
}

/** The files that paths of the command line mean: a folder stands for its manifests, `-` for the standard input. */
export function manifestFiles(paths: readonly string[]): Result<readonly string[], ApiFailure> {
  const found: string[] = [];
  for (const path of paths) {
    try {
      if (path === STDIN) found.push(path);
      else if (statSync(path).isDirectory()) walk(path, 0, found);
      else found.push(path);
    } catch (error) {
      return err(failure('E_POLICY_FILE', path, error));
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
