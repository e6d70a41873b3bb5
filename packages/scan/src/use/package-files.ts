// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanPackage } from '../catalogers/package.ts';
import { linesOf } from '../catalogers/text-lines.ts';
import { type FileTree, joinPath, parentPath } from '../tree/file-tree.ts';

const MAX_RECORD_BYTES = 8 * 1024 * 1024;
const MAX_RECORD_PATHS = 100_000;
const MAX_TOP_LEVEL = 200;
const ARCHIVE = /\.(?:jar|war|ear|sar|par|nar|jpi|hpi|kar|rar)$/i;
/** What developers leave behind: it says what was wanted, not what lies where. */
const LOCK = /\/(?:go\.mod|go\.sum|Cargo\.lock)$/;

/** `site-packages/../../bin/pip` as a path without dots; undefined when it leads out. */
const resolved = (base: string, relative: string): string | undefined => {
  const parts: string[] = relative.startsWith('/') ? [] : base.split('/').filter((part) => part !== '');
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) return undefined;
  }
  return `/${parts.join('/')}`;
};

/** PEP 376: a line of RECORD is path, hash and size; a path with a comma is quoted. */
const recordPath = (line: string): string =>
  (/^"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"') ?? line.split(',', 1)[0] ?? '').trim();

const readLines = (tree: FileTree, path: string): string[] => {
  const content = tree.read(path, { maxBytes: MAX_RECORD_BYTES });
  return content.ok ? [...linesOf(content.value)] : [];
};

/** Files of a Python distribution, from its RECORD, or the modules that older metadata names. */
const pythonFiles = ({ location }: ScanPackage, tree: FileTree): string[] => {
  const folder = parentPath(location);
  if (folder.endsWith('.dist-info')) {
    const site = parentPath(folder);
    return readLines(tree, joinPath(folder, 'RECORD'))
      .slice(0, MAX_RECORD_PATHS)
      .flatMap((line) => resolved(site, recordPath(line)) ?? []);
  }
  if (!/\.egg-info$|\/EGG-INFO$/.test(folder)) return [];
  const site = parentPath(folder);
  return readLines(tree, joinPath(folder, 'top_level.txt'))
    .slice(0, MAX_TOP_LEVEL)
    .filter((name) => /^\w+$/.test(name))
    .flatMap((name) => [`${joinPath(site, name)}/`, `${joinPath(site, name)}.py`]);
};

/** Where each ecosystem keeps the files of a package, seen from the file that told of it. Empty = not to be known. */
const PLACES: Partial<Record<ScanPackage['type'], (found: ScanPackage, tree: FileTree) => string[]>> = {
  pypi: pythonFiles,
  npm: ({ location }) => (location.endsWith('/package.json') ? [`${parentPath(location)}/`] : []),
  gem: ({ location }) => {
    const [, gems, name] = /^(.*)\/specifications\/([^/]+)\.gemspec$/.exec(location) ?? [];
    return gems === undefined || name === undefined ? [] : [`${gems}/gems/${name}/`];
  },
  composer: ({ location, name }) =>
    location.endsWith('/composer/installed.json') ? [`${parentPath(parentPath(location))}/${name}/`] : [],
  maven: ({ location }) => {
    const outer = location.split('!')[0] ?? location;
    return ARCHIVE.test(outer) ? [outer] : [];
  },
  golang: ({ location }) => (LOCK.test(location) ? [] : [location]),
  cargo: ({ location }) => (LOCK.test(location) ? [] : [location]),
  generic: ({ location }) => [location],
};

/** Files and directories (with a `/` at the end) of a package that no distribution package owns. */
export const filesOf = (found: ScanPackage, tree: FileTree): string[] =>
  PLACES[found.type]?.(found, tree) ?? [];

/** Whether the package is inside of its file: a jar in a jar, a module linked into a program. */
export const isInside = ({ type, location }: ScanPackage): boolean =>
  location.includes('!') || type === 'golang' || type === 'cargo';
