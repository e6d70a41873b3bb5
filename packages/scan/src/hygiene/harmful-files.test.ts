// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../catalogers/cataloger.ts';
import { readTree } from '../scan/read-tree.ts';
import { makeSignatureSet } from '../testing/signatures.ts';
import { treeOf } from '../testing/trees.ts';
import type { HarmReport } from './harmful-files.ts';
import { KnownFileSet } from './known-files.ts';

const SCRIPT = '#!/bin/sh\n';
const search = (
  files: Readonly<Record<string, string>>,
  more: { readonly fileBytes?: number; readonly listed?: string; readonly entries?: number } = {},
): HarmReport | undefined => {
  const known = new KnownFileSet();
  if (more.listed !== undefined)
    known.add(createHash('sha256').update(more.listed).digest('hex'), 'a listed file');
  return readTree({
    tree: treeOf(files),
    now: () => 0,
    harm: {
      rules: { signatures: makeSignatureSet(), known },
      limits: { ...DEFAULT_LIMITS, entries: more.entries ?? DEFAULT_LIMITS.entries },
      fileBytes: more.fileBytes ?? 1024 * 1024,
    },
  }).harm;
};

describe('harmful files of a tree', () => {
  it('are those that a signature or the list of checksums names', () => {
    const report = search(
      {
        '/tmp/a.sh': `${SCRIPT}harmful-words`,
        '/tmp/b.txt': 'harmful-words',
        '/tmp/c.sh': `${SCRIPT}plain`,
        '/tmp/d': 'listed',
      },
      { listed: 'listed' },
    );
    expect(
      report?.files.map(({ path, signature, knownAs }) => [path, signature !== undefined, knownAs]),
    ).toEqual([
      ['/tmp/a.sh', true, undefined],
      ['/tmp/d', false, 'a listed file'],
    ]);
    expect(report?.incomplete).toEqual([]);
  });

  it('are found over the borders of what is read at once', () => {
    const long = `${SCRIPT}${' '.repeat(1024 * 1024 - SCRIPT.length - 5)}harmful-words`;
    expect(search({ '/tmp/a.sh': long }, { fileBytes: 4 * 1024 * 1024 })?.files).toHaveLength(1);
  });

  it('say what of a large file was not looked at, and where the walk ended', () => {
    const large = search({ '/tmp/a.sh': `${SCRIPT}${' '.repeat(500)}harmful-words` }, { fileBytes: 100 });
    expect(large).toMatchObject({
      files: [],
      incomplete: [
        { code: 'scan.limit', path: '/tmp/a.sh', detail: 'only the first 100 of 523 bytes are looked at' },
      ],
    });
    const cut = search({ '/a': 'x', '/b': 'x', '/c': 'x' }, { entries: 2 });
    expect(cut?.incomplete).toMatchObject([
      { code: 'scan.limit', path: '/', detail: 'stopped after 3 names' },
    ]);
  });
});
