// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';

/**
 * Packages of very many small modules. Finding, reading and linking the 683 of typebox took 0.3 s of every start of
 * every program, and 30 MB; as four files they take 0.01 s.
 */
const FLATTENED: ReadonlySet<string> = new Set(['typebox']);

const TIMEOUT_MS = 120_000;

/** Makes few files of the modules of a package, each export where it was. In a process of its own: the bundler waits. */
export function flattenPackage(folder: string): void {
  const program = join(import.meta.dirname, 'flatten-package.ts');
  execFileSync(process.execPath, [program, folder], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: TIMEOUT_MS,
  });
}

/** Flattens those of the packages of a tree that need it. */
export function flattenPackages(root: string, packages: readonly string[]): void {
  for (const folder of packages) if (FLATTENED.has(basename(folder))) flattenPackage(join(root, folder));
}
