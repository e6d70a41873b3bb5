// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  fieldTime,
  isRelativeRange,
  parseRange,
  rangeOfFields,
  rangeText,
  relativeTime,
  spanText,
} from './time.ts';

const NOW = Date.UTC(2026, 10, 25, 3, 0, 0);

describe('relative time', () => {
  it('takes the largest unit that gives at least one', () => {
    expect(relativeTime(NOW - 3 * 60_000, NOW, 'en')).toBe('3 min. ago');
    expect(relativeTime(NOW - 26 * 3_600_000, NOW, 'en')).toBe('yesterday');
    expect(relativeTime(NOW - 3 * 60_000, NOW, 'ja')).toBe('3 分前');
  });
  it('says now for less than a second, also when a clock runs ahead', () => {
    expect(relativeTime(NOW + 400, NOW, 'en')).toBe('now');
    expect(relativeTime(NOW + 120_000, NOW, 'en')).toBe('in 2 min.');
  });
});

describe('a span', () => {
  it.each([
    [6 * 86_400_000 + 5, '6 days', '6 日'],
    [3_600_000, '1 hour', '1 時間'],
    [90_000, '1 minute', '1 分'],
    [0, '1 second', '1 秒'],
  ])('of %d ms is said in its largest unit', (lengthMs, en, ja) => {
    expect([spanText(lengthMs, 'en'), spanText(lengthMs, 'ja')]).toEqual([en, ja]);
  });
});

describe('time ranges', () => {
  it('reads spans that move with the clock', () => {
    expect(parseRange('15m', NOW)).toEqual({ fromMs: NOW - 900_000, toMs: NOW });
    expect(parseRange('7d', NOW)).toEqual({ fromMs: NOW - 7 * 86_400_000, toMs: NOW });
  });
  it('reads back exact ranges it wrote', () => {
    const range = { fromMs: NOW - 5_000, toMs: NOW };
    expect(parseRange(rangeText(range), NOW + 99)).toEqual(range);
  });
  it.each(['', '0h', '9x', '2000000000000-1000000000000', '-1h', '99999h', 'NaN'])(
    'takes the last day for %j',
    (text) => {
      expect(parseRange(text, NOW)).toEqual({ fromMs: NOW - 86_400_000, toMs: NOW });
    },
  );
  it('come out of two fields as they went in, to the minute', () => {
    const range = { fromMs: NOW - 7_200_000, toMs: NOW };
    expect(rangeOfFields(fieldTime(range.fromMs), fieldTime(range.toMs))).toEqual(range);
    expect(fieldTime(NOW + 59_999)).toBe(fieldTime(NOW));
  });
  it.each([
    ['', '2026-11-25T03:00'],
    ['2026-11-25T03:00', ''],
    ['2026-11-25T03:00', '2026-11-25T03:00'],
    ['2026-11-25T03:01', '2026-11-25T03:00'],
  ])('are none from %j to %j', (from, to) => {
    expect(rangeOfFields(from, to)).toBeUndefined();
  });
  it('knows which ranges move', () => {
    expect(isRelativeRange('24h')).toBe(true);
    expect(isRelativeRange('1764039600000-1764043200000')).toBe(false);
  });
});
