// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patternFault } from './pattern-guard.ts';

describe('patternFault', () => {
  it.each([
    'ghp_[A-Za-z0-9]{36}',
    '(?:a|b)?c{1,40}',
    String.raw`\b(?<secret>[a-z\]]{3,9})(?![a-z])`,
    '[{}]x{3}',
    'a{2,3}?b?',
    '(?=abc)a{3}',
    'x{',
  ])('lets %s run', (pattern) => {
    expect(patternFault(pattern)).toBeUndefined();
    expect(() => new RegExp(pattern)).not.toThrow();
  });

  it.each([
    ['a*', 'an unbounded repetition at 1'],
    ['a+', 'an unbounded repetition at 1'],
    ['[a-z]+?', 'an unbounded repetition at 5'],
    ['a{3,}', 'an unbounded repetition at 1'],
    ['a{1,99999}', 'a repetition of more than 16384 at 1'],
    ['(?:a{1,9}){1,9}', 'a nested repetition at 10'],
    ['(?:a?){50}', 'a nested repetition at 6'],
    ['(?:a|ab){1,50}', 'a nested repetition at 8'],
    ['(?:(?:a|b)c){2,9}', 'a nested repetition at 12'],
    [String.raw`(a)\1`, 'a back reference at 3'],
    [String.raw`(?<x>a)\k<x>`, 'a back reference at 7'],
    ['(?<=a)b', 'a group of a kind that is not allowed at 0'],
    ['(?<!a)b', 'a group of a kind that is not allowed at 0'],
    ['(a', 'a group without an end'],
    ['a)', 'a group without a begin at 1'],
    ['[a', 'a class without an end at 0'],
  ])('refuses %s', (pattern, fault) => {
    expect(patternFault(pattern)).toBe(fault);
  });

  it('answers for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'ab()[]{}|?+*\\^,0129:<=!'), maxLength: 30 }),
        (text) => {
          const fault = patternFault(text);
          expect(fault === undefined || fault.length > 0).toBe(true);
        },
      ),
      { seed: 20_261_125, numRuns: 500 },
    );
  });
});
