// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsPathPattern } from './path-pattern.ts';

describe('a pattern of paths', () => {
  it.each([
    ['app/a.js', 'app/*', true],
    ['app/a/b.js', 'app/*', false],
    ['app/a/b.js', 'app/**', true],
    ['a/x/y/z.js', '**/z.js', true],
    ['zlib1g', 'zlib*', true],
    ['a.b', 'a?b', false],
    ['a+b', 'a+b', true],
    ['', '*', true],
    ['x', '', false],
  ])('%s against %s is %s', (text, pattern, fits) => {
    expect(fitsPathPattern(text, pattern)).toBe(fits);
  });

  it('says what a regular expression of the same meaning says (property)', () => {
    const pieces = fc.array(fc.constantFrom('a', 'b', '/', '.', '*', '**'), { minLength: 1, maxLength: 6 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.'), maxLength: 8 });
    fc.assert(
      fc.property(pieces, texts, (parts, text) => {
        const pattern = parts.join('');
        const oracle = (pattern.match(/\*\*|[\s\S]/g) ?? [])
          .map((part) => (part === '**' ? '[\\s\\S]*' : part === '*' ? '[^/]*' : part === '.' ? '\\.' : part))
          .join('');
        expect(fitsPathPattern(text, pattern)).toBe(new RegExp(`^(?:${oracle})$`).test(text));
      }),
      { seed: 5, numRuns: 2000 },
    );
  });

  it('takes no longer for a hostile path', () => {
    const startedAtMs = performance.now();
    expect(fitsPathPattern('a'.repeat(8000), '**a**a**a**a**a**a**a**b')).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(1000);
    expect(fitsPathPattern('a'.repeat(9000), '**')).toBe(false);
  });
});
