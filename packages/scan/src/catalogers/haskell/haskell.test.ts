// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { haskellCataloger } from './haskell.ts';

const FILES: Record<string, string | Buffer> = {
  '/a/stack.yaml.lock': [
    'packages:',
    '- completed:',
    '    hackage: HTTP-4000.4.1@sha256:0a1b,2',
    '  original:',
    '    hackage: HTTP-4000.4.1',
    '',
  ].join('\n'),
  '/b/cabal.project.freeze': [
    'active-repositories: hackage.haskell.org:merge',
    'constraints: any.aeson ==2.1.2.1,',
    '             aeson -cffi,',
    '             any.base ==4.18.0.0',
    '',
  ].join('\n'),
  '/c/stack.yaml': ['resolver: lts-20.0', 'extra-deps:', '- network-3.1.2.9', '- git: https://x', ''].join(
    '\n',
  ),
};

describe('the haskell cataloger', () => {
  it('reads what stack and cabal fixed', () => {
    const { packages, problems } = runCataloger(haskellCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['HTTP 4000.4.1', 'aeson 2.1.2.1', 'base 4.18.0.0', 'network 3.1.2.9']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:hackage/HTTP@4000.4.1',
      'pkg:hackage/aeson@2.1.2.1',
      'pkg:hackage/base@4.18.0.0',
      'pkg:hackage/network@3.1.2.9',
    ]);
    expect(problems).toEqual([]);
  });

  it('finds nothing in other files', () => {
    expect(
      names(
        runCataloger(
          haskellCataloger,
          treeOf(
            {
              '/x.cabal': 'build-depends: base',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(haskellCataloger, FILES));
});
