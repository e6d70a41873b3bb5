// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { condaCataloger } from './conda.ts';

const FILES: Record<string, string | Buffer> = {
  '/opt/conda/conda-meta/openssl-3.1.3-hd590300_0.json':
    '{"name":"openssl","version":"3.1.3","build":"hd590300_0","channel":"https://conda.anaconda.org/conda-forge/linux-64","subdir":"linux-64"}',
  '/opt/conda/conda-meta/history': 'x',
};

describe('the conda cataloger', () => {
  it('reads conda-meta', () => {
    const { packages, problems } = runCataloger(condaCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['openssl 3.1.3']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:conda/openssl@3.1.3?build=hd590300_0&channel=conda-forge&subdir=linux-64',
    ]);
    expect(problems).toEqual([]);
  });

  it('finds nothing in other JSON', () => {
    expect(
      names(
        runCataloger(
          condaCataloger,
          treeOf(
            {
              '/opt/x.json': '{"name":"a","version":"1"}',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(condaCataloger, FILES));
});
