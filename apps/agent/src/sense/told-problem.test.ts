// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { scanProblem } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { problemReason, toldProblem } from './told-problem.ts';

describe('a problem of a scan', () => {
  it('is told with whom it is about, in both languages', () => {
    expect(toldProblem('web', { en: 'cannot be read: at all', ja: '読み取れません' })).toEqual({
      en: 'web: cannot be read: at all',
      ja: 'web：読み取れません',
    });
  });

  it('stays as it is in a record that has it in English only', () => {
    expect(toldProblem('web', 'the worker ended')).toEqual({
      en: 'web: the worker ended',
      ja: 'web：the worker ended',
    });
  });

  it('keeps its code, and to what a record holds', () => {
    const problem = scanProblem('scan.limit', '/x', { en: 'a'.repeat(600), ja: '長い' });
    expect(problem.detail).toHaveLength(512);
    expect(problemReason(problem).ja).toBe('scan.limit：長い');
    expect(problemReason(problem).en).toHaveLength(512);
  });
});
