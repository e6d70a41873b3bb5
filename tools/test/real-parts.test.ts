// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ALONE,
  FIRST_CLUSTER_NUMBER,
  faultsOf,
  groupsBeside,
  laneCount,
  laneEnvironment,
  type RealPart,
  realParts,
} from './real-parts.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: ROOT,
})
  .toString()
  .split('\0')
  .filter((path) => /\.real\.test\.tsx?$/.test(path) && existsSync(join(ROOT, path)));
const parts = realParts(ROOT);
const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Numbers and names of clusters that a file has for itself, whatever lane it runs in. */
const fixedClusters = (text: string): { name: string; number: number }[] => [
  ...[...text.matchAll(/new Kubebox\('([^']+)', (\d+)\)/g)].map(([, name = '', number]) => ({
    name,
    number: Number(number),
  })),
  ...[...text.matchAll(/const NAME = '([^']+)';\s+const NUMBER = '(\d+)';/g)].map(
    ([, name = '', number]) => ({
      name,
      number: Number(number),
    }),
  ),
];

describe('the list of real parts', () => {
  it('has each file once, with a reason', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(faultsOf(parts, files)).toEqual([]);
  });

  it('is found short, wrong or silent when it is', () => {
    const [first, ...rest] = parts;
    if (first === undefined) throw new Error('nothing is listed');
    expect(faultsOf(rest, files)).toEqual([expect.stringContaining('has no row')]);
    expect(faultsOf([...parts, { ...first, file: 'x.real.test.ts' }], files)).toEqual([
      'x.real.test.ts is not there',
    ]);
    expect(faultsOf([...parts, first], files)).toEqual([expect.stringContaining('several rows')]);
    expect(faultsOf([{ ...first, reason: '' }, ...rest], files)).toEqual([expect.stringContaining('reason')]);
    expect(faultsOf([{ ...first, group: ALONE }, ...rest], files)).toEqual([
      expect.stringContaining('alone is one'),
    ]);
  });

  it('leaves a file alone that nobody decided about', () => {
    const beside = groupsBeside(parts.slice(1)).flatMap(({ files: of }) => of);
    expect(beside).not.toContain(parts[0]?.file);
  });

  it('starts the longest group first, and none of those that need the machine', () => {
    const row = (file: string, group: string, seconds: number, atOnce = 3): RealPart => ({
      ...{ file, group, seconds, atOnce },
      reason: 'a row of a test',
    });
    const groups = groupsBeside([
      row('a', 'short', 5),
      row('b', 'long', 4),
      row('c', ALONE, 90, 1),
      row('d', 'long', 4, 2),
    ]);
    expect(groups).toEqual([
      { name: 'long', atOnce: 2, files: ['b', 'd'] },
      { name: 'short', atOnce: 3, files: ['a'] },
    ]);
  });

  it('keeps what counts everything the kernel tells alone, and few of what starts the whole product at once', () => {
    const groups = groupsBeside(parts);
    const counting = groups
      .flatMap((group) => group.files)
      .filter((file) => /watching\.ts'/.test(textOf(file)));
    expect(counting).toEqual([]);
    const crowded = groups.filter(
      (group) => group.atOnce > 2 && group.files.some((file) => textOf(file).includes('new Product(')),
    );
    expect(crowded).toEqual([]);
  });

  it('gives every cluster that may run beside another a name and a number of its own', () => {
    const fixed = files.flatMap((file) => fixedClusters(textOf(file)));
    expect(fixed.length).toBeGreaterThanOrEqual(6);
    const lanes = Array.from({ length: laneCount(Number.MAX_SAFE_INTEGER, 64) }, (_, lane) =>
      Number(laneEnvironment(lane)['BARTIZAN_CLUSTER_NUMBER']),
    );
    const numbers = [...lanes, ...fixed.map(({ number }) => number)];
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(Math.max(...numbers)).toBeLessThanOrEqual(40);
    const names = [...lanes.map((number) => `test${number}`), ...fixed.map(({ name }) => name)];
    expect(new Set(names).size).toBe(names.length);
    expect(FIRST_CLUSTER_NUMBER).toBeGreaterThan(0);
  });

  it('runs one lane where there is little memory, and at most three', () => {
    expect([1, 4, 8, 11, 12, 64].map((gib) => laneCount(gib * 1024 ** 3, 8))).toEqual([1, 1, 2, 2, 3, 3]);
    expect([1, 2, 3, 8].map((cores) => laneCount(64 * 1024 ** 3, cores))).toEqual([1, 2, 3, 3]);
  });
});
