// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { integer, object, parser, text } from './index.ts';

const parse = parser(
  object('Sample', 'A sample', { name: text('Name', 4), size: integer('Size', 'bytes', { maximum: 9 }) }),
);

describe('a parser', () => {
  it('returns the value when it has the form', () => {
    expect(parse({ name: 'abcd', size: 9 })).toEqual({ ok: true, value: { name: 'abcd', size: 9 } });
  });

  it.each([
    [{ name: 'abcde', size: 1 }, '/name'],
    [{ name: 'a', size: 10 }, '/size'],
    [{ name: 'a', size: 1, more: 1 }, ''],
    [null, ''],
  ])('refuses %j and names the place', (value, pointer) => {
    const parsed = parse(value);
    expect(parsed.ok).toBe(false);
    if (!parsed.ok) expect(parsed.error.map((fault) => fault.pointer)).toContain(pointer);
  });
});
