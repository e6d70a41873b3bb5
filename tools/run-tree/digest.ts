// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash, type Hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NATIVE_SOURCES, RUN_DATA, RUN_WORKSPACES, sourceFiles, workspaceFiles } from './parts.ts';

/** Rises when the same inputs give another tree. */
const FORMAT = 'bartizan-run-tree/5';

const addFile = (hash: Hash, root: string, path: string): void => {
  const bytes = readFileSync(join(root, path));
  hash.update(`${path}\0${bytes.length}\0`).update(bytes);
};

/** What of a checkout makes a release. */
export interface DigestOptions {
  readonly consoleDir?: string;
  /** Fewer than all workspaces, for a tree that runs only some programs. */
  readonly workspaces?: readonly string[];
}

/**
 * The name of a release: SHA-256 over everything that decides what runs (sources, data, lock file, Node.js version,
 * the built console, native sources), first 20 hexadecimal digits. The same checkout gives the same digest anywhere.
 */
export function inputsDigest(checkout: string, options: DigestOptions = {}): string {
  const hash = createHash('sha256').update(`${FORMAT}\0${process.version}\0${process.arch}\0`);
  for (const file of ['package-lock.json', 'tools/toolchain.sh']) {
    if (existsSync(join(checkout, file))) addFile(hash, checkout, file);
  }
  for (const workspace of options.workspaces ?? RUN_WORKSPACES) {
    for (const file of workspaceFiles(checkout, workspace)) addFile(hash, checkout, file);
  }
  for (const folder of [...RUN_DATA, ...NATIVE_SOURCES]) {
    for (const file of sourceFiles(checkout, folder)) addFile(hash, checkout, file);
  }
  if (options.consoleDir !== undefined) {
    for (const file of sourceFiles(options.consoleDir, '.')) addFile(hash, options.consoleDir, file);
  }
  return hash.digest('hex').slice(0, 20);
}
