// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, compactCount, count, countsOf, cutMiddle, decimal, percent } from './numbers.ts';

describe('numbers', () => {
  it('groups counts and shortens large ones in each language', () => {
    expect(count(1_284_113, 'en')).toBe('1,284,113');
    expect(compactCount(12_300, 'en')).toBe('12.3K');
    expect(compactCount(12_300, 'ja')).toBe('1.2万');
    expect(compactCount(4_716, 'ja')).toBe('4,716');
  });
  it('writes bytes in binary units', () => {
    expect(bytes(0, 'en')).toBe('0\u00A0B');
    expect(bytes(1_023, 'en')).toBe('1,023\u00A0B');
    expect(bytes(1_024, 'en')).toBe('1\u00A0KiB');
    expect(bytes(121 * 1024 ** 2, 'en')).toBe('121\u00A0MiB');
    expect(bytes(9 * 1024 ** 5, 'en')).toBe('9,216\u00A0TiB');
  });
  it('writes shares and scores with at most one digit', () => {
    expect(percent(90, 'en')).toBe('90%');
    expect(decimal(9.8 - 4, 'en')).toBe('5.8');
  });
  it('leaves counts out that are no numbers', () => {
    expect(countsOf({ high: '3', low: 'many' })).toEqual({ high: 3 });
  });
});

describe('names cut in the middle', () => {
  it('keep both ends', () => {
    expect(cutMiddle('registry.example.com/shop/web:2.14.1', 20)).toBe('registry.exa…:2.14.1');
  });
  it('are never longer than asked and whole when they fit', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), fc.integer({ min: 4, max: 80 }), (text, most) => {
        const cut = cutMiddle(text, most);
        expect(cut.length).toBeLessThanOrEqual(Math.max(most, 0) || text.length);
        if (text.length <= most) expect(cut).toBe(text);
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
});
