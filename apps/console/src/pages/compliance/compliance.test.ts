// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FrameworkAssessment } from '@bartizan/contracts/compliance';
import { describe, expect, it } from 'vitest';
import { byCheck, byPlace, hasWords } from './assessment-views.ts';
import { diffLines, isDiff } from './diff-lines.ts';

const mapping = (ref: string, state: 'pass' | 'fail' | 'no-data', failed = 0) => ({ ref, state, failed });
const AT = 1_780_000_000_000;
const answer = (ref: string, outcome: 'pass' | 'fail', subject: string, node?: string) => ({
  at: AT,
  ref,
  outcome,
  subject,
  ...(node === undefined ? {} : { node }),
});
const assessment = {
  at: AT,
  controls: [
    { id: 'A', mappings: [mapping('x', 'pass'), mapping('y', 'fail', 2)] },
    { id: 'B', mappings: [mapping('y', 'fail', 2), mapping('z', 'no-data')] },
  ],
  answers: [answer('y', 'fail', 'pod', 'n-2'), answer('x', 'pass', 'n-1'), answer('y', 'fail', 'n-1')],
} as unknown as FrameworkAssessment;

describe('views of a framework', () => {
  it('by check name each once, failing first, with its controls', () => {
    expect(byCheck(assessment).map(({ mapping: { ref }, controls }) => [ref, controls])).toEqual([
      ['y', ['A', 'B']],
      ['z', ['B']],
      ['x', ['A']],
    ]);
  });
  it('by place take the node where one is named, else the subject', () => {
    expect(byPlace(assessment).map(({ place, failed, passed }) => [place, failed, passed])).toEqual([
      ['n-1', 1, 1],
      ['n-2', 1, 0],
    ]);
  });
  it('by place count evidence that is too old as unknown, whatever it said', () => {
    const old = { at: AT - 8 * 24 * 3_600_000 };
    const answers = [
      { ...answer('x', 'pass', 'n-1'), ...old },
      { ...answer('y', 'fail', 'n-1'), ...old },
      { ...answer('x', 'pass', 'n-2'), ...old },
      answer('y', 'pass', 'n-2'),
    ];
    const views = byPlace({ ...assessment, answers } as unknown as FrameworkAssessment);
    expect(views).toMatchObject([
      { place: 'n-1', state: 'stale', failed: 0, passed: 0, unknown: 2 },
      { place: 'n-2', state: 'unknown', failed: 0, passed: 1, unknown: 1 },
    ]);
  });
});

describe('the search for controls', () => {
  it('finds every word, in whatever width and case it was typed', () => {
    expect(hasWords('AC-6 特権の最小化', 'ＡＣ-6　最小')).toBe(true);
    expect(hasWords('AC-6 Least privilege', 'least ac-6')).toBe(true);
    expect(hasWords('AC-6 Least privilege', 'least ac-7')).toBe(false);
    expect(hasWords('anything')).toBe(true);
  });
});

describe('a repair', () => {
  it('is a diff when it looks like one, and a command otherwise', () => {
    expect(isDiff('--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n')).toBe(true);
    expect(isDiff('chmod 600 /etc/kubernetes/admin.conf')).toBe(false);
  });
  it('keeps every line with what becomes of it', () => {
    expect(diffLines('@@ -1 +1 @@\n-x\n+y\n z\n').map(({ kind }) => kind)).toEqual([
      'place',
      'removed',
      'added',
      'same',
    ]);
  });
});
