// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstPlace, lastPlace, splitText } from './search.ts';

describe('the search in texts', () => {
  it('finds what the engine of JavaScript finds, for long parts as well', () => {
    const unit = fc.constantFrom('a', 'b');
    const piece = fc.string({ unit, minLength: 1, maxLength: 4 });
    const texts = fc.tuple(
      piece,
      fc.integer({ min: 17, max: 80 }),
      fc.array(fc.tuple(piece, fc.integer({ min: 1, max: 200 })), { minLength: 1, maxLength: 5 }),
      fc.nat({ max: 500 }),
    );
    let found = 0;
    fc.assert(
      fc.property(texts, ([one, times, others, from]) => {
        const part = one.repeat(times).padEnd(65, one);
        const text = others.map(([other, count]) => other.repeat(count)).join(part.slice(1)) + part + part;
        const at = Math.min(from, text.length);
        expect(firstPlace(text, part, at)).toBe(text.indexOf(part, at));
        expect(lastPlace(text, part, at)).toBe(text.lastIndexOf(part, at));
        expect(splitText(text, part)).toEqual(text.split(part));
        if (text.indexOf(part, at) >= 0) found += 1;
      }),
      { seed: 3, numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(100);
  });

  it('takes time in proportion, whatever the texts are', () => {
    const text = 'a'.repeat(1_000_000);
    const half = 'a'.repeat(250_000);
    const before = performance.now();
    for (const part of [`b${half}`, `${half}b`, `${half}b${half}`, 'a'.repeat(2_000_000)]) {
      expect(firstPlace(text, part, 0)).toBe(-1);
      expect(lastPlace(text, part, text.length)).toBe(-1);
      expect(splitText(text, part)).toHaveLength(1);
    }
    // Minutes, otherwise.
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
