// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileWildcard, isWildcard, WILDCARD_MAX } from './wildcard.ts';

/** The slow, obviously right answer. */
function naive(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const rest = pattern.slice(1);
  if (pattern.startsWith('*')) {
    for (let at = 0; at <= text.length; at += 1) if (naive(rest, text.slice(at))) return true;
    return false;
  }
  return text !== '' && (pattern.startsWith('?') || pattern[0] === text[0]) && naive(rest, text.slice(1));
}

describe('wildcards', () => {
  it.each([
    ['/etc/*', '/etc/cron.d/x', true],
    ['/etc/*', '/etcetera', false],
    ['*.so.?', '/lib/libc.so.6', true],
    ['*.so.?', '/lib/libc.so.10', false],
    ['/etc/*', '/etc/a/b', true],
    ['a?b', 'a.b', true],
    ['bash', 'bash', true],
    ['bash', 'bashful', false],
    ['*', '', true],
    ['a*a', 'a', false],
    ['**x**', 'x', true],
    ['.+', 'ab', false],
  ])('%s on %s gives %s', (pattern, text, expected) => expect(compileWildcard(pattern)(text)).toBe(expected));

  it('match what a naive matcher matches', () => {
    const letters = fc.constantFrom('a', 'b', '*', '?');
    const plain = fc.constantFrom('a', 'b');
    fc.assert(
      fc.property(
        fc.string({ unit: letters, minLength: 1, maxLength: 8 }),
        fc.string({ unit: plain, maxLength: 12 }),
        (pattern, text) => {
          expect(compileWildcard(pattern)(text)).toBe(naive(pattern, text));
        },
      ),
      { seed: 20261125, numRuns: 3000 },
    );
  });

  it('match by the search table what they match by the built-in search', () => {
    const text = `${'ab'.repeat(30_000)}abac${'ab'.repeat(10)}`;
    expect(compileWildcard('*abac*')(text)).toBe(true);
    expect(compileWildcard('*abad*')(text)).toBe(false);
    expect(compileWildcard(`*${'ab'.repeat(40)}*ac*`)(text)).toBe(true);
  });

  it('take linear time on text made to be slow', () => {
    const pattern = `*${'a'.repeat(200)}b*${'a'.repeat(200)}c`;
    const test = compileWildcard(pattern);
    const started = performance.now();
    expect(test('a'.repeat(1_000_000))).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('refuse what is empty, too long, or has long runs with a question mark', () => {
    expect(isWildcard('')).toBe(false);
    expect(isWildcard('a'.repeat(WILDCARD_MAX + 1))).toBe(false);
    expect(isWildcard(`*${'?'.repeat(65)}*`)).toBe(false);
    expect(isWildcard(`*${'?'.repeat(64)}*`)).toBe(true);
  });
});
