// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { type Comparison, manifestReportOf, ratio, reportOf, secretReportOf } from './report.ts';

const cost = (userSeconds: number, maxRssMb: number) => ({ userSeconds, systemSeconds: 0, maxRssMb });

const COMPARISON: Comparison = {
  date: '2026-11-28',
  machine: 'a machine',
  commit: 'abc',
  loadAverage: 1.25,
  image: { packedMb: 600, plainMb: 1900 },
  results: [
    {
      name: 'bartizan',
      version: 'this commit',
      rounds: [cost(5, 100), cost(6, 110), cost(9, 90)],
      packages: 4,
    },
    {
      name: 'peer',
      version: '1.0',
      rounds: [cost(20, 400), cost(20, 400), cost(90, 900)],
      packages: 5,
      agreement: {
        ...{ both: 3, onlyOurs: ['a'], onlyTheirs: ['b', 'c'], otherVersion: ['b'], unexplained: ['c'] },
        explained: [
          { only: 'ours', why: 'theirs cannot', packages: 1 },
          { only: 'peer', why: 'a copy', packages: 1 },
        ],
      },
    },
  ],
  notRun: [{ name: 'third', version: '2.0', why: 'it could not be built' }],
};

describe('the report of a comparison', () => {
  it('compares round by round, so that a loaded one does not tip the balance', () => {
    const [ours, theirs] = COMPARISON.results.map(({ rounds }) => rounds);
    expect(ratio(ours ?? [], theirs ?? [], ({ userSeconds }) => userSeconds)).toBe(0.25);
  });

  it('shows costs, agreement, and who was not run', () => {
    const text = reportOf(COMPARISON);
    expect(text).toContain('| bartizan this commit | 4 | 6.0 s | 100 MB | - | - |');
    expect(text).toContain('| peer 1.0 | 5 | 20.0 s | 400 MB | 0.25 | 0.25 |');
    expect(text).toContain('| peer | 3 | 1 | 75.0 % | 1 | 2 | 1 |');
    expect(text).toContain('| bartizan | peer | 1 | theirs cannot |');
    expect(text).toContain('| peer | peer | 1 | a copy |');
    expect(text).toContain('- third 2.0: it could not be built');
  });
});

describe('the report of searches for secrets', () => {
  it('shows what each found of the planted ones, and the ratio of one round', () => {
    const text = secretReportOf({
      ...{ date: '2026-11-28', machine: 'a machine', commit: 'abc', loadAverage: 1.25 },
      ...{ files: 10, bytes: 48e6, planted: 140 },
      results: [
        { name: 'bartizan', version: 'x', rounds: [cost(1, 100)], planted: 140, others: 2 },
        { name: 'peer', version: '1', rounds: [cost(40, 80)], planted: 120, others: 9 },
      ],
    });
    expect(text).toContain('10 files of text, 48 MB');
    expect(text).toContain('| bartizan x | 140 of 140 | 2 | 1.00 s | 100 MB | - |');
    expect(text).toContain('| peer 1 | 120 of 140 | 9 | 40.00 s | 80 MB | 0.025 |');
  });
});

describe('the report of judges of manifests', () => {
  it('counts the whole CPU time of each, and the ratio of one round', () => {
    const spent = (userSeconds: number) => ({ userSeconds, systemSeconds: 0.5, maxRssMb: 100 });
    const text = manifestReportOf({
      ...{ date: '2026-11-28', machine: 'a machine', commit: 'abc', loadAverage: 1.25 },
      ...{ objects: 840, bytes: 2.5e6, rules: 300 },
      results: [
        { name: 'bartizan', version: 'x', rounds: [spent(0.5)], results: 25_000, kinds: 90 },
        { name: 'peer', version: '1', rounds: [spent(1.5)], results: 8191, kinds: 19 },
      ],
    });
    expect(text).toContain('| bartizan x | 25000 | 90 | 1.00 s | 840 | 100 MB | - |');
    expect(text).toContain('| peer 1 | 8191 | 19 | 2.00 s | 420 | 100 MB | 0.50 |');
    expect(text).toContain('asks 300 rules');
  });
});
