// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Workspaces whose sources run on a server, relative to the checkout. The console is built, never copied as source. */
export const RUN_WORKSPACES = [
  'packages/contracts',
  'packages/engine',
  'packages/scan',
  'packages/host',
  'packages/adapters',
  'apps/agent',
  'apps/controller',
  'apps/cli',
] as const;

/** Folders of data that the programs read at run time. */
export const RUN_DATA = ['content', 'deploy'] as const;

/** Folders that root builds the sensor from, beside the programs that run. */
export const NATIVE_SOURCES = ['native'] as const;
/** The workspace that starts that build; a tree without it has no native sources. */
export const NATIVE_BUILDER = 'apps/cli';

const SKIPPED_FOLDERS = new Set([
  'node_modules',
  'testdata',
  'dist',
  'target',
  'build',
  '.cache',
  'coverage',
]);
const isTest = (name: string): boolean => /\.(test|bench)\.tsx?$/.test(name) || name.endsWith('.d.ts');

/** Files below `folder` that belong to a release, sorted, relative to `root`. Links are never followed. */
export function sourceFiles(root: string, folder: string): string[] {
  const found: string[] = [];
  const walk = (relative: string): void => {
    for (const entry of readdirSync(join(root, relative), { withFileTypes: true })) {
      const path = `${relative}/${entry.name}`;
      if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) walk(path);
      else if (entry.isFile() && !isTest(entry.name)) found.push(path);
    }
  };
  if (existsSync(join(root, folder))) walk(folder);
  return found.sort();
}

/** Files of one workspace that run: its package.json and everything below src/. */
export function workspaceFiles(root: string, workspace: string): string[] {
  const manifest = `${workspace}/package.json`;
  if (!existsSync(join(root, manifest))) return [];
  return [manifest, ...sourceFiles(root, `${workspace}/src`)];
}
