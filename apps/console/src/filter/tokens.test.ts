// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FilterTerm } from '@bartizan/contracts';
import { parseFilter as readByController } from '@bartizan/engine';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asWords,
  FILTER_MAX,
  freeText,
  joinFilters,
  parseFilter,
  printFilter,
  splitTokens,
  withField,
} from './tokens.ts';

const field = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,11}$/);
const value = fc
  .stringMatching(/^[A-Za-z0-9_./:@*\- ,"\\]{1,20}$/)
  .filter((text) => text.trim() === text && text !== '' && !/^[<>]/.test(text));
const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  fc.record({
    field,
    operator: fc.constant('in' as const),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
    negated: fc.boolean(),
  }),
  fc.record({
    field,
    operator: fc.constantFrom('greater-than' as const, 'less-than' as const),
    values: fc.stringMatching(/^[0-9]{1,9}$/).map((number) => [number]),
    negated: fc.boolean(),
  }),
  fc.record({
    field: fc.constant(''),
    operator: fc.constant('in' as const),
    values: value.map((word) => [word]),
    negated: fc.boolean(),
  }),
);

describe('the filter grammar', () => {
  it('reads values, negation, comparisons and free text', () => {
    expect(parseFilter('severity:high,critical -state:fixed score:>7 "reverse shell" nginx')).toEqual([
      { field: 'severity', operator: 'in', values: ['high', 'critical'], negated: false },
      { field: 'state', operator: 'in', values: ['fixed'], negated: true },
      { field: 'score', operator: 'greater-than', values: ['7'], negated: false },
      { field: '', operator: 'in', values: ['reverse shell'], negated: false },
      { field: '', operator: 'in', values: ['nginx'], negated: false },
    ]);
  });
  it('reads full-width digits and half-width katakana as their common forms', () => {
    expect(parseFilter('score:>７ ｺﾝﾃﾅｰ')).toEqual([
      { field: 'score', operator: 'greater-than', values: ['7'], negated: false },
      { field: '', operator: 'in', values: ['コンテナー'], negated: false },
    ]);
  });
  it('reads negated words, as the controller does', () => {
    expect(parseFilter('-shell -"two words" "-literal" -')).toEqual([
      { field: '', operator: 'in', values: ['shell'], negated: true },
      { field: '', operator: 'in', values: ['two words'], negated: true },
      { field: '', operator: 'in', values: ['-literal'], negated: false },
      { field: '', operator: 'in', values: ['-'], negated: false },
    ]);
  });
  it('writes words that look like a field or like negated ones in quotes', () => {
    expect(printFilter(parseFilter('"nginx:1.25" "-x" -shell'))).toBe('"nginx:1.25" "-x" -shell');
  });
  it('takes what was typed into a search as words, whatever it looks like', () => {
    expect(asWords('nginx:1.25')).toBe('"nginx:1.25"');
    expect(asWords('sha256:4f53cda1 web')).toBe('"sha256:4f53cda1" web');
    expect(asWords('-x "reverse shell" a,b')).toBe('"-x" "reverse shell" "a,b"');
    expect(asWords('"abc')).toBe('"\\"abc"');
  });
  it('keeps a value with spaces in quotes together', () => {
    expect(splitTokens('name:"a b" c')).toEqual(['name:"a b"', 'c']);
    expect(parseFilter('name:"a b",c')[0]?.values).toEqual(['a b', 'c']);
  });
  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.array(term, { maxLength: 5 }), (terms) => {
        expect(parseFilter(printFilter(terms))).toEqual(terms);
      }),
      { seed: 20261125, numRuns: 400 },
    );
  });
  it('writes free text with a colon so that the controller reads no field in it', () => {
    const free = (text: string) => ({ field: '', operator: 'in', values: [text], negated: false });
    for (const text of ['org.apache.logging.log4j:log4j-core', 'pkg:npm/left-pad', 'a "b":c\\d', 'nginx']) {
      expect(readByController(freeText(text))).toEqual({ ok: true, value: [free(text)] });
      expect(parseFilter(freeText(text))).toEqual([free(text)]);
      expect(parseFilter(withField(freeText(text), 'state', ['open']))[0]).toEqual(free(text));
    }
  });
  it('takes any text without an error and within its limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3_000 }), (text) => {
        expect(splitTokens(text).join('').length).toBeLessThanOrEqual(FILTER_MAX * 18);
        expect(Array.isArray(parseFilter(text))).toBe(true);
      }),
      { seed: 20261125, numRuns: 300 },
    );
  });
  it('reads a long run of quotes and backslashes in linear time', () => {
    const started = performance.now();
    parseFilter('a:"\\'.repeat(20_000));
    expect(performance.now() - started).toBeLessThan(500);
  });
  it('replaces the terms of one field and leaves the others', () => {
    expect(withField('severity:low name:x', 'severity', ['high'])).toBe('name:x severity:high');
    expect(withField('severity:low name:x', 'severity', [])).toBe('name:x');
  });
  it('joins only what is there', () => {
    expect(joinFilters(undefined, 'a:1', '', 'b')).toBe('a:1 b');
  });
});
