// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { fits } from './identity.ts';

const exact = (value: string) => ({ kind: 'exact', value }) as const;
const pattern = (value: string) => ({ kind: 'pattern', value }) as const;

describe('identities', () => {
  it('are compared whole', () => {
    expect(fits('a@example.org', exact('a@example.org'))).toBe(true);
    expect(fits('a@example.org.evil', exact('a@example.org'))).toBe(false);
    expect(fits('a*', exact('a*'))).toBe(true);
    expect(fits('ab', exact('a*'))).toBe(false);
  });

  it.each([
    ['https://github.com/acme/app/.github/workflows/ci.yml@refs/tags/v1', 'https://github.com/acme/*', true],
    ['https://github.com/acme-evil/app', 'https://github.com/acme/*', false],
    ['https://evil.example/https://github.com/acme/app', 'https://github.com/acme/*', false],
    ['abc', 'abc', true],
    ['abcd', 'abc', false],
    ['abc', '*', true],
    ['abc', 'a*b*c', true],
    ['abcbd', 'a*b', false],
    ['ab', 'a*ab', false],
    ['aXbYc', '*X*Y*', true],
    ['aYbXc', '*X*Y*', false],
    ['aba', 'ab*ba', false],
    ['a\nb', 'a*b', false],
    ['a.b', 'a?b', false],
  ])('%s fits %s: %s', (text, value, expected) => {
    expect(fits(text, pattern(value))).toBe(expected);
  });

  it('take linear time on a hostile pattern', () => {
    const startMs = performance.now();
    expect(fits(`${'a'.repeat(4000)}b`, pattern(`${'*a'.repeat(500)}*c`))).toBe(false);
    expect(performance.now() - startMs).toBeLessThan(1000);
  });
});
