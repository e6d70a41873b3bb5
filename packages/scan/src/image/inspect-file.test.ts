// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { type Cataloger, DEFAULT_LIMITS, type ScanLimits } from '../catalogers/cataloger.ts';
import { javaCataloger } from '../catalogers/java/java.ts';
import { npmCataloger } from '../catalogers/npm/npm.ts';
import type { Inspection } from '../catalogers/problem.ts';
import { treeOf, zipOf } from '../testing/trees.ts';
import { inspect } from './inspect-file.ts';
import { isComplete, type LayerEntry } from './layer-facts.ts';

const FACT: Omit<LayerEntry, 'path'> = {
  kind: 'file',
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 1,
  modifiedAtMs: 0,
};

/** What one cataloger reads from one file of a layer, and whether the layer may be kept as read. */
const inspectOne = (
  cataloger: Cataloger,
  path: string,
  content: string | Buffer,
  limits: Partial<ScanLimits>,
): Inspection & { isKept: boolean } => {
  const fact = { ...FACT, path };
  const inspection = inspect(
    cataloger,
    { fact, tree: treeOf({ [path]: content }) },
    {
      limits: { ...DEFAULT_LIMITS, ...limits },
      now: () => 0,
      budget: { inflatedBytes: 0, keptBytes: 0, entries: 0, fileBytes: 0, deadlineMs: 1 },
    },
  );
  const entries = [{ ...fact, inspections: [inspection] }];
  const facts = { diffId: 'sha256:1', entries, whiteouts: [], opaque: [], problems: [] };
  return { ...inspection, isKept: isComplete(facts) };
};

const pom = (artifact: string): [string, string] => [
  `META-INF/maven/g/${artifact}/pom.properties`,
  `groupId=g\nartifactId=${artifact}\nversion=1\n`,
];

describe('a file of a layer', () => {
  it.each<[string, Cataloger, string, string | Buffer, Partial<ScanLimits>]>([
    [
      'packages',
      npmCataloger,
      '/a/yarn.lock',
      'a@1:\n  version "1"\nb@1:\n  version "1"\nc@1:\n  version "1"\n',
      { packages: 2 },
    ],
    [
      'Maven metadata',
      javaCataloger,
      '/a/x.jar',
      zipOf(Object.fromEntries(['a', 'b', 'c'].map(pom))),
      { archiveCount: 2 },
    ],
  ])(
    'with more %s than are kept is told, and never kept as read',
    (_what, cataloger, path, content, limits) => {
      const cut = inspectOne(cataloger, path, content, limits);
      expect(cut.packages).toHaveLength(2);
      expect(cut.problems).toMatchObject([{ code: 'scan.limit', path }]);
      expect(cut.isKept).toBe(false);
      expect(inspectOne(cataloger, path, content, {})).toMatchObject({ problems: [], isKept: true });
    },
  );

  it('is read to its end, however many lines stand before what it holds', () => {
    const content = `${'\n'.repeat(600_000)}a@1:\n  version "1"\n`;
    expect(inspectOne(npmCataloger, '/a/yarn.lock', content, {}).packages).toHaveLength(1);
  });
});
