// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import type { BenchResult } from '../bench/results.ts';
import { benchTable, withBenchTable } from './readme.ts';

const result: BenchResult = {
  id: 'x',
  title: { en: 'Something', ja: '何か' },
  unit: 's',
  goal: '<= 1',
  value: 2,
  n: 3,
  spread: [1, 3],
  machine: 'test',
  date: '2026-11-25',
  met: false,
};

describe('numbers of the README', () => {
  it('show a missed goal as missed, in both languages', () => {
    expect(benchTable([result], 'en')).toContain('**missed**');
    expect(benchTable([result], 'ja')).toContain('**未達**');
  });

  it('show units and conditions in the language of the table', () => {
    const loaded = { ...result, unit: 'events/s', goal: '>= 50000, below 400 MB, no loss' };
    expect(benchTable([loaded], 'en')).toContain('| >= 50000, below 400 MB, no loss | 2 events/s |');
    expect(benchTable([loaded], 'ja')).toContain('| >= 50000、400 MB 未満、損失なし | 2 イベント/秒 |');
    expect(benchTable([{ ...result, unit: '1' }], 'ja')).toContain('| <= 1 | 2 |');
  });

  it('say that nothing was measured instead of showing an empty table', () => {
    expect(benchTable([], 'en')).toBe('Not measured yet.');
  });

  it('replace only what is between the marks', () => {
    const text =
      'a\n<!-- bench:begin (written by tools/readme.ts from bench/results.json) -->\nold\n<!-- bench:end -->\nb\n';
    expect(withBenchTable(text, 'new')).toBe(text.replace('old', 'new'));
    expect(withBenchTable('no marks', 'new')).toBe('no marks');
  });
});
