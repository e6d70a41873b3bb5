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
