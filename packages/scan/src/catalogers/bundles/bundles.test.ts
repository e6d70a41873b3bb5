// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { bundlesCataloger } from './bundles.ts';

const FILES: Record<string, string | Buffer> = {
  '/snap/core22/current/meta/snap.yaml': [
    'name: core22',
    'version: "20230801"',
    'summary: x',
    'environment:',
    '  version: 9',
    '',
  ].join('\n'),
  '/var/lib/flatpak/app/org.gimp.GIMP/current/active/export/share/metainfo/org.gimp.GIMP.xml':
    '<component><releases><release version="2.10.36" date="2023-11-07"/><release version="2.10.34"/></releases></component>',
  '/etc/cos-package-info.json':
    '{"installedPackages":[{"category":"app-arch","name":"gzip","version":"1.9","ebuildVersion":"1.9-r1"}]}',
};

describe('the bundles cataloger', () => {
  it('reads snaps, flatpaks and the list of Container-Optimized OS', () => {
    const { packages, problems } = runCataloger(bundlesCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['app-arch/gzip 1.9-r1', 'core22 20230801', 'org.gimp.GIMP 2.10.36']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:cos/app-arch/gzip@1.9-r1',
      'pkg:generic/snap/core22@20230801',
      'pkg:generic/flatpak/org.gimp.GIMP@2.10.36',
    ]);
    expect(problems).toEqual([]);
  });

  it('finds nothing in other YAML', () => {
    expect(
      names(
        runCataloger(
          bundlesCataloger,
          treeOf(
            {
              '/x/snap.yaml': ['name: a', 'version: 1', ''].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(bundlesCataloger, FILES));
});
