// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileRegex, Regex } from './match.ts';

const find = (pattern: string, text: string): string | undefined => {
  const regex = compileRegex(pattern);
  if (typeof regex === 'string') return `refused: ${regex}`;
  const found = regex.find(text);
  return found === undefined ? undefined : text.slice(...found);
};

describe('patterns', () => {
  it.each([
    ['abc', 'xxabcx', 'abc'],
    ['a|ab', 'ab', 'a'],
    ['ab|a', 'ab', 'ab'],
    ['a*?b', 'aaab', 'aaab'],
    ['(a+)(b+)?', 'xaab', 'aab'],
    ['a{2,3}', 'aaaa', 'aaa'],
    ['a{2,3}?', 'aaaa', 'aa'],
    ['^$', '', ''],
    ['^b', 'ab', undefined],
    ['(?m)^b$', 'a\nb\nc', 'b'],
    ['(?i)straße', 'STRAßE', 'STRAßE'],
    ['(?i:A)b', 'ab', 'ab'],
    ['(?i:A)b', 'aB', undefined],
    ['.', '\n', undefined],
    ['(?s).', '\n', '\n'],
    ['[[:alpha:]-]+', '12a-b3', 'a-b'],
    ['[^a-c]', 'abcd', 'd'],
    ['[]a]+', 'x]a', ']a'],
    ['\\d+\\.\\w', 'v1.x', '1.x'],
    ['\\pN+', 'a١٢', '١٢'],
    ['\\p{Greek}+', 'aαβb', 'αβ'],
    ['\\P{^Greek}', 'aα', 'α'],
    ['\\bfoo\\b', 'a foo.', 'foo'],
    ['\\Qa.b\\E+', 'xa.b', 'a.b'],
    ['\\x{1F600}', '😀', '😀'],
    ['a{,2}', 'a{,2}', 'a{,2}'],
    ['(?P<name>x)y', 'xy', 'xy'],
  ])('%s finds in %s', (pattern, text, found) => {
    expect(find(pattern, text)).toBe(found);
  });

  it.each([
    '(',
    ')',
    '[a',
    'a**',
    '*',
    '(?=a)',
    '\\1',
    'a{1001}',
    'a{3,2}',
    '[z-a]',
    '\\p{Nothing}',
    '(?<!a)',
    '\\',
  ])('%s is refused', (pattern) => {
    expect(typeof compileRegex(pattern)).toBe('string');
  });

  it.each([
    ['^(([a-z0-9]{1,63}\\.){1,20})$', false],
    ['((a{2}){501})', false],
    ['((a{2}){500})', true],
    ['(a{2,}){501}', false],
    ['((a{1000})*)+', true],
    ['(a{1000}){0}', true],
    ['(a{1000}){2}', false],
    ['(a{500}|b{2}){2}', true],
    ['(a{500}|b{501}){2}', false],
    ['([a-z]([a-z0-9-]{0,61}[a-z0-9])?\\.){1,16}', true],
    ['([a-z]([a-z0-9-]{0,61}[a-z0-9])?\\.){1,17}', false],
  ])('are bounded in the product of nested repetitions, as in Go: %s', (pattern, isTaken) => {
    expect(typeof compileRegex(pattern) !== 'string').toBe(isTaken);
  });

  it.each([`(?i)${'a'.repeat(9_000)}`, '[b-y]'.repeat(3_200), `(?i)${'[b-y]'.repeat(3_200)}`])(
    'of thousands of sets are compiled soon',
    (pattern) => {
      const before = performance.now();
      const regex = compileRegex(pattern);
      // A table for each took most of a second.
      expect(performance.now() - before).toBeLessThan(300);
      expect(regex).toBeInstanceOf(Regex);
    },
  );

  it('find letters of either case where they shall, beyond ASCII as well', () => {
    for (const [pattern, text] of [
      ['(?i)k', '\u212a'],
      ['(?i)[a-c]+', 'aBC'],
      ['(?i)[^k]', 'K'],
      ['(?i)é', 'É'],
    ] as const)
      expect(find(pattern, text), pattern).toBe(pattern.includes('^') ? undefined : text);
  });

  it('of hostile shape are refused or take time in proportion', () => {
    expect(typeof compileRegex('((a{100}){100}){100}')).toBe('string');
    expect(typeof compileRegex('(((){1000}){1000}){1000}')).toBe('string');
    const text = `${'a'.repeat(20_000)}!`;
    const before = performance.now();
    for (const pattern of ['^(a+)+$', '(a|a)*$b', '(a|aa)+$', '(.*)*x', '(?:a?){30}a{30}$'])
      expect((compileRegex(pattern) as Regex).test(text)).toBe(false);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('agree with the engine of the platform where both read a pattern alike', () => {
    const atom = fc.constantFrom('a', 'b', '[ab]', '[^a]', '.', '(a|b)', '(?:ab)', '\\d', '^', '$', '\\b');
    const piece = fc.tuple(atom, fc.constantFrom('', '*', '+', '?', '{1,2}', '*?', '+?'));
    const pattern = fc.array(piece, { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        pattern,
        fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 12 }),
        (parts, text) => {
          // JavaScript does not repeat an assertion.
          const source = parts.map(([one, times]) => (/^[\^$]|\\b/.test(one) ? one : one + times)).join('');
          const match = new RegExp(source).exec(text);
          expect(find(source, text), source).toBe(match?.[0]);
        },
      ),
      { seed: 6, numRuns: 3000 },
    );
  });

  it('never make it throw', () => {
    const piece = fc.constantFrom(...'abc()[]{}|*+?.^$\\-:,01<>P!=i', '[[:', '(?', '\\p{', '\\x');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.string({ maxLength: 10 }), (parts, text) => {
        const regex = compileRegex(parts.join(''));
        if (regex instanceof Regex) expect(typeof regex.test(text)).toBe('boolean');
        else expect(regex).not.toBe('');
      }),
      { seed: 7, numRuns: 5000 },
    );
  });
});
