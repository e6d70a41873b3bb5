// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { kernelCataloger } from './kernel.ts';

const FILES: Record<string, string | Buffer> = {
  '/proc/sys/kernel/osrelease': ['6.1.0-18-amd64', ''].join('\n'),
};

describe('the kernel cataloger', () => {
  it('reads the kernel that runs', () => {
    const { packages, problems } = runCataloger(kernelCataloger, treeOf(FILES, 0o755));
    expect(names(packages)).toEqual(['linux 6.1.0-18-amd64']);
    expect(packages.map((found) => found.purl)).toEqual(['pkg:generic/linux-kernel@6.1.0-18-amd64']);
    expect(problems).toEqual([]);
  });

  it('finds none in an image', () => {
    expect(
      names(
        runCataloger(
          kernelCataloger,
          treeOf(
            {
              '/boot/vmlinuz-6.1.0': 'x',
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('does not take a text for a release', () => {
    expect(
      names(
        runCataloger(
          kernelCataloger,
          treeOf(
            {
              '/proc/sys/kernel/osrelease': ['none', ''].join('\n'),
            },
            0o755,
          ),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(kernelCataloger, FILES));
});
