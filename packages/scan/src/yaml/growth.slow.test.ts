// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readYaml } from './read.ts';

describe('hostile documents', () => {
  it.each([
    ['brackets that never close', (size: number) => '[a,'.repeat(199) + 'b,'.repeat(size)],
    ['comments', (size: number) => `${'# x\n'.repeat(size)}a: 1`],
    ['empty lines in quotes', (size: number) => `"${'\n'.repeat(size)}"`],
    ['empty lines in text', (size: number) => `a: |\n${'\n'.repeat(size)}  b`],
    ['markers that are none', (size: number) => `a: |\n  b${'\n---x'.repeat(size)}`],
    ['documents without an end', (size: number) => '---\n'.repeat(size)],
    ['colons', (size: number) => `a${':a'.repeat(size)}`],
    ['anchors', (size: number) => '- &a\n'.repeat(size)],
    ['merges', (size: number) => `a: &x {b: 1}\nc:\n${'  <<: *x\n'.repeat(size)}`],
    [
      'one line of keys',
      (size: number) => `{${Array.from({ length: size }, (_, at) => `k${at}: 1`).join(',')}}`,
    ],
  ])('take no more than twice the work for twice the size: %s', (_, make) => {
    const cost = (text: string): number => {
      const start = process.cpuUsage();
      let documents = 0;
      for (const _ of readYaml(text)) documents++;
      expect(documents).toBeGreaterThan(0);
      const { user, system } = process.cpuUsage(start);
      return user + system;
    };
    const best = (text: string): number => Math.min(cost(text), cost(text), cost(text));
    const small = best(make(20_000));
    // Quadratic work would be 64 times as much; noise and caches stay far below half of that.
    expect(best(make(160_000))).toBeLessThan(32 * small + 100_000);
  });
});
