// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { nixCataloger } from './nix.ts';

const FILES: Record<string, string | Buffer> = {
  '/nix/store/0000000000000000000000000000000a-openssl-3.0.13-bin/bin/openssl': 'x',
  '/nix/store/h0cnbmfcn93xm5dg2x27ixhag1cwndga-glibc-2.34-210-bin/lib/glibc.so': 'x',
  '/nix/store/0000000000000000000000000000000b-python3.11-requests-2.31.0/x': 'x',
  '/nix/store/0000000000000000000000000000000c-source.drv': 'x',
  '/nix/store/0000000000000000000000000000000d-builder.sh': 'x',
};

describe('the nix cataloger', () => {
  it('reads name, version and output from store paths', () => {
    const { packages, problems } = runCataloger(nixCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['openssl 3.0.13', 'python3.11-requests 2.31.0', 'glibc 2.34-210']);
    expect(packages.map((found) => found.purl)).toEqual([
      'pkg:nix/openssl@3.0.13?output=bin&outputhash=0000000000000000000000000000000a',
      'pkg:nix/python3.11-requests@2.31.0?output=out&outputhash=0000000000000000000000000000000b',
      'pkg:nix/glibc@2.34-210?output=bin&outputhash=h0cnbmfcn93xm5dg2x27ixhag1cwndga',
    ]);
    expect(problems).toEqual([]);
  });

  it('finds nothing without a store', () => {
    expect(
      names(
        runCataloger(
          nixCataloger,
          treeOf(
            {
              '/etc/x': 'y',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(nixCataloger, FILES));
});
