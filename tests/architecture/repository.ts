// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Root of the checkout. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** Paths of every tracked or new, not ignored file, relative to the root. */
export function repositoryFiles(root: string = ROOT): string[] {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(output.toString().split('\0'))].filter(
    (path) => path !== '' && existsSync(join(root, path)),
  );
}

/** Text of a file of the checkout. */
export const readText = (path: string, root: string = ROOT): string => readFileSync(join(root, path), 'utf8');

/** package.json of every workspace by its folder. */
export function manifests(root: string = ROOT): Record<string, Record<string, never>> {
  const folders = ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  );
  const found: Record<string, Record<string, never>> = {};
  for (const folder of [...folders, 'tests', 'controls', 'bench', 'tools'])
    if (existsSync(join(root, folder, 'package.json')))
      found[folder] = JSON.parse(readText(join(folder, 'package.json'), root));
  return found;
}
