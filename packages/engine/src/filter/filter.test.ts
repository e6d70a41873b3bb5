// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Filter } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  COMPLETIONS,
  complete,
  FILTER_MAX,
  FILTER_TERMS_MAX,
  formatFilter,
  matchesFilter,
  parseFilter,
} from './index.ts';

const run = { seed: 20261125, numRuns: 1000 };
const read = (text: string, fields?: readonly string[]): Filter => {
  const parsed = parseFilter(text, fields);
  if (!parsed.ok) throw new Error(parsed.error.detail);
  return parsed.value;
};
const refusal = (text: string, fields?: readonly string[]): string => {
  const parsed = parseFilter(text, fields);
  return parsed.ok ? 'read' : parsed.error.detail;
};

describe('parseFilter', () => {
  it.each([
    [
      'severity:high,critical',
      [{ field: 'severity', operator: 'in', values: ['high', 'critical'], negated: false }],
    ],
    ['-kind:Host', [{ field: 'kind', operator: 'in', values: ['Host'], negated: true }]],
    [
      'serverPort:>1024',
      [{ field: 'serverPort', operator: 'greater-than', values: ['1024'], negated: false }],
    ],
    ['running:<2', [{ field: 'running', operator: 'less-than', values: ['2'], negated: false }]],
    ['"two words"', [{ field: '', operator: 'in', values: ['two words'], negated: false }]],
    ['-noise', [{ field: '', operator: 'in', values: ['noise'], negated: true }]],
    ['name:"a, b",c', [{ field: 'name', operator: 'in', values: ['a, b', 'c'], negated: false }]],
    ['"a:b"', [{ field: '', operator: 'in', values: ['a:b'], negated: false }]],
    [
      'image:registry.example/web:1',
      [{ field: 'image', operator: 'in', values: ['registry.example/web:1'], negated: false }],
    ],
    ['"say \\"hi\\""', [{ field: '', operator: 'in', values: ['say "hi"'], negated: false }]],
    ['名前', [{ field: '', operator: 'in', values: ['名前'], negated: false }]],
    ['ｓｅｖｅｒｉｔｙ：ｈｉｇｈ', [{ field: 'severity', operator: 'in', values: ['high'], negated: false }]],
    ['   ', []],
    ['-', [{ field: '', operator: 'in', values: ['-'], negated: false }]],
  ])('reads %s', (text, terms) => expect(read(text)).toEqual(terms));

  it('reads what formatFilter wrote, term by term', () => {
    const value = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 8 });
    const term = fc.oneof(
      fc.record({
        field: fc.constantFrom('kind', 'workload.name'),
        operator: fc.constant('in' as const),
        values: fc.array(value, { minLength: 1, maxLength: 3 }),
        negated: fc.boolean(),
      }),
      fc.record({
        field: fc.constant(''),
        operator: fc.constant('in' as const),
        values: value.map((word) => [word]),
        negated: fc.boolean(),
      }),
      fc.record({
        field: fc.constant('port'),
        operator: fc.constantFrom('greater-than' as const, 'less-than' as const),
        values: fc.nat().map((number) => [String(number)]),
        negated: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (filter) => {
        expect(read(formatFilter(filter))).toEqual(filter);
      }),
      run,
    );
  });

  it('answers any text with terms or a refusal, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        const parsed = parseFilter(text);
        if (parsed.ok) expect(parsed.value.length).toBeLessThanOrEqual(FILTER_TERMS_MAX);
        else expect(parsed.error.code).toBe('E_FILTER');
      }),
      { ...run, numRuns: 300 },
    );
  });

  it('refuses what is too long, has too many terms, an open quotation or no value', () => {
    expect(refusal('x'.repeat(FILTER_MAX + 1))).toContain('longer than');
    expect(refusal('x '.repeat(FILTER_TERMS_MAX + 1))).toContain('terms');
    expect(refusal('name:"open')).toContain('not closed');
    expect(refusal('name:')).toContain('value is missing');
    expect(refusal('port:>high')).toContain('needs a number');
    expect(refusal(`a:${'x,'.repeat(65)}`)).toContain('values');
  });

  it('names the fields it knows when one is unknown', () =>
    expect(refusal('colour:red', ['severity', 'kind'])).toBe(
      'there is no field colour; fields: severity, kind',
    ));
});

describe('matchesFilter', () => {
  const record = {
    severity: 'high',
    running: 3,
    knownExploited: true,
    workload: { name: 'Web-1', namespace: 'shop' },
    owasp: { 2022: ['K07'] },
    files: [{ path: '/etc/shadow' }],
  };
  it.each([
    ['severity:high', true],
    ['severity:critical,HIGH', true],
    ['-severity:high', false],
    ['-missing:x', true],
    ['missing:x', false],
    ['running:>2', true],
    ['running:<3', false],
    ['running:3', true],
    ['knownExploited:true', true],
    ['workload.name:web-*', true],
    ['workload.name:eb-*', false],
    ['files.path:*shadow', true],
    ['shadow', true],
    ['-shadow', false],
    ['severity:high running:>5', false],
    ['', true],
  ])('%s gives %s', (text, expected) => expect(matchesFilter(record, read(text))).toBe(expected));

  it('takes a value as it is when asked exactly', () => {
    const asked = (value: string): boolean =>
      matchesFilter({ name: 'A*' }, [
        { field: 'name', operator: 'exactly', values: [value], negated: false },
      ]);
    expect(['a*', '*', 'a*b'].map(asked)).toEqual([true, false, false]);
  });

  it('finds fields where the paths say', () => {
    const paths = { namespace: 'workload.namespace', owasp: ['owasp.2022', 'owasp.2025'] };
    expect(matchesFilter(record, read('namespace:shop owasp:K07'), paths)).toBe(true);
    expect(matchesFilter(record, read('owasp:K01'), paths)).toBe(false);
  });
});

describe('complete', () => {
  it('offers fields, then their values, behind what is typed already', () => {
    expect(complete('event', 'kind:x sev')).toEqual(['severity:']);
    expect(complete('event', 'severity:cr')).toEqual(['severity:critical']);
    expect(complete('event', '-severity:low,me')).toEqual(['-severity:low,medium']);
    expect(complete('event', 'nothing:x')).toEqual([]);
    expect(complete('event', '').length).toBeGreaterThan(3);
  });
  it('has labels in both languages and unique fields for each list', () => {
    for (const fields of Object.values(COMPLETIONS)) {
      expect(new Set(fields.map(({ field }) => field)).size).toBe(fields.length);
      for (const { label } of fields) expect(label.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fffA-Z]/u);
    }
  });
});
