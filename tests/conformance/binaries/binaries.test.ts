// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { catalogTree, DEFAULT_LIMITS, MemoryTree } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { goModule, hasGo, report } from '../outside.ts';

const SNIPPETS = 'syft/pkg/cataloger/binary/testdata/classifiers/snippets';
const MARK = Buffer.from('### byte snippet to follow ###\n');

/** Pieces of real executables, each below `product/version/platform/`; a header says where they were cut. */
const contentOf = (path: string): Buffer => {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(MARK);
  return at < 0 ? bytes : bytes.subarray(at + MARK.length);
};

const versionsIn = (folder: string, files: readonly string[]): string[] => {
  const tree = new MemoryTree('snippets');
  for (const file of files)
    tree.add(`/opt/${file}`, 'file', { content: contentOf(join(folder, file)), mode: 0o755 });
  const catalog = catalogTree({ tree, limits: DEFAULT_LIMITS, now: () => 0 });
  return catalog.packages.filter((found) => found.foundBy === 'binaries').map((found) => found.version);
};

/** Folders named after something other than the version in the file. */
const NAMED_OTHERWISE: Readonly<Record<string, string>> = {
  'erlang/26.2.0.0': '26.2',
  'fluent-bit/1.7.0-dev-3': '1.7.0',
  'go-version-hint/1.15-dev': '1.15',
  'go-version-hint/1.15w': '1.15',
};
/** Two versions stand side by side in this piece; the first is the one before. */
const KNOWN_WRONG = ['istio_pilot-discovery/1.3.8/linux-amd64'];

/** The folder's version, or one that says more: a build number behind it. */
const isIt = (found: string, expected: string): boolean => {
  const plain = found.replace('+security', '-security');
  return plain === expected || (plain.startsWith(expected) && /^[^\w.]/.test(plain.slice(expected.length)));
};

describe.skipIf(!hasGo)('the outside pieces of executables', () => {
  it('give the version of the product they were cut from', { timeout: 600_000 }, () => {
    const root = join(goModule('github.com/anchore/syft@v1.57.0'), SNIPPETS);
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.split('/').length >= 4,
    );
    const folders = Map.groupBy(files, (path) => path.split('/').slice(0, 3).join('/'));
    const missed: string[] = [];
    const wrong: string[] = [];
    for (const [folder, paths] of folders) {
      const names = paths
        .map((path) => path.slice(folder.length + 1))
        .filter(
          (name) =>
            !readdirSync(join(root, folder, dirname(name)), { withFileTypes: true }).some(
              (one) => one.name === basename(name) && one.isDirectory(),
            ),
        );
      const expected = NAMED_OTHERWISE[dirname(folder)] ?? basename(dirname(folder));
      const found = versionsIn(join(root, folder), names);
      if (!found.some((version) => isIt(version, expected))) missed.push(`${folder}: ${found.join(', ')}`);
      if (found.some((version) => !isIt(version, expected))) wrong.push(folder);
    }
    process.stdout.write(`binaries, not recognised: ${missed.join('; ')}\n`);
    report('binaries', folders.size - missed.length, folders.size);
    expect(wrong).toEqual(KNOWN_WRONG);
  });
});
