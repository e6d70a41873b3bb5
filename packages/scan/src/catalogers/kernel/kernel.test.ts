// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { expectUnharmed } from '../../testing/hostile.ts';
import { names, runCataloger, treeOf } from '../../testing/trees.ts';
import { kernelCataloger } from './kernel.ts';

const FILES: Record<string, string | Buffer> = {
  '/proc/sys/kernel/osrelease': ['6.1.0-18-amd64', ''].join('\n'),
};

const machineOf = (files: Record<string, string | Buffer>) =>
  Object.assign(treeOf(files), { isMachine: true });

describe('the kernel cataloger', () => {
  it('reads the kernel that runs', () => {
    const { packages, problems } = runCataloger(kernelCataloger, machineOf(FILES));
    expect(names(packages)).toEqual(['linux 6.1.0-18-amd64']);
    expect(packages.map((found) => found.purl)).toEqual(['pkg:generic/linux-kernel@6.1.0-18-amd64']);
    expect(problems).toEqual([]);
  });

  it('finds none in an image', () => {
    expect(
      names(
        runCataloger(
          kernelCataloger,
          treeOf({
            '/boot/vmlinuz-6.1.0': 'x',
          }),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('does not take a text for a release', () => {
    expect(
      names(
        runCataloger(
          kernelCataloger,
          machineOf({
            '/proc/sys/kernel/osrelease': ['none', ''].join('\n'),
          }),
        ).packages,
      ),
    ).toEqual([]);
  });

  it('finds none in a container, which shows the kernel of its host', () => {
    expect(runCataloger(kernelCataloger, treeOf(FILES)).packages).toEqual([]);
  });

  it('is unharmed by files that are cut, changed or swollen', () => expectUnharmed(kernelCataloger, FILES));
});
