// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { missingScores } from './missing-scores.ts';

type Row = Parameters<typeof missingScores>[0][number];
const row = (control: string, more: { score?: number; reason?: string }): Row =>
  ({
    control,
    ...(more.score === undefined ? {} : { score: more.score }),
    ...(more.reason === undefined ? {} : { reason: { en: more.reason, ja: more.reason } }),
  }) as unknown as Row;
const words = {
  reasonOf: ({ reason }: Row): string => reason?.en ?? 'none',
  nameOf: ({ control }: Row): string => control,
};

describe('rows without a score', () => {
  it('tell each reason once, with all rows of which it is true', () => {
    const rows = [
      row('k01', { reason: 'half' }),
      row('k02', { score: 0 }),
      row('k03', { reason: 'no check' }),
      row('k04', { reason: 'half' }),
      row('k05', {}),
    ];
    expect(missingScores(rows, words)).toEqual([
      { reason: 'half', items: ['k01', 'k04'] },
      { reason: 'no check', items: ['k03'] },
      { reason: 'none', items: ['k05'] },
    ]);
  });
  it('are none when each has one, also a score of zero', () => {
    expect(missingScores([row('k01', { score: 0 })], words)).toEqual([]);
  });
});
