// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import type { FieldKind } from './fields.ts';
import { compileFilter } from './filter.ts';

const KINDS: readonly FieldKind[] = ['text', 'number', 'flag', 'list', 'severity'];
const KNOWN = KINDS.map((kind) => ({ name: kind, kind }));
const table = (): Database => {
  const database = new Database(':memory:');
  database.exec(
    'CREATE TABLE t (f_text TEXT, f_number REAL, f_flag INTEGER, f_list TEXT, f_severity TEXT, haystack TEXT)',
  );
  return database;
};
const term = fc.record({
  field: fc.oneof(fc.constantFrom('', ...KINDS), fc.string({ maxLength: 20 })),
  operator: fc.constantFrom('in' as const, 'exactly' as const, 'greater-than' as const, 'less-than' as const),
  values: fc.array(
    fc.oneof(fc.string({ maxLength: 40 }), fc.constantFrom('1', 'true', '*', "'", '%', '\\', '?')),
    {
      maxLength: 4,
    },
  ),
  negated: fc.boolean(),
});

describe('a filter', () => {
  it('is either refused with E_FILTER or valid SQL whose values are all parameters', () => {
    const database = table();
    fc.assert(
      fc.property(fc.array(term, { maxLength: 6 }), (filter) => {
        const compiled = compileFilter(filter, KNOWN);
        if (!compiled.ok) {
          expect(compiled.error.code).toBe('E_FILTER');
          return;
        }
        expect(compiled.value.sql.split('?').length - 1).toBe(compiled.value.params.length);
        database.rows(`SELECT 1 FROM t WHERE ${compiled.value.sql}`, compiled.value.params);
      }),
      { seed: 20261125, numRuns: 500 },
    );
  });

  it('says the opposite when it is negated, also for records without the field', () => {
    const database = table();
    database.exec("INSERT INTO t(f_text) VALUES ('a'), ('b'), (NULL)");
    const count = (negated: boolean): number => {
      const compiled = compileFilter([{ field: 'text', operator: 'in', values: ['a'], negated }], KNOWN);
      if (!compiled.ok) throw new Error(compiled.error.detail);
      return database.number(`SELECT count(*) FROM t WHERE ${compiled.value.sql}`, compiled.value.params);
    };
    expect([count(false), count(true)]).toEqual([1, 2]);
  });

  it.each([
    ['no value', { field: 'text', values: [] }],
    ['too many values', { field: 'text', values: Array.from({ length: 101 }, String) }],
    ['a value that is too long', { field: 'text', values: ['x'.repeat(513)] }],
    ['too many wildcards', { field: 'text', values: ['*a*b*c*d*'] }],
    ['a number that is none', { field: 'number', values: ['1; DROP TABLE t'] }],
    ['a flag that is none', { field: 'flag', values: ['yes'] }],
  ])('is refused for %s', (_name, { field, values }) => {
    const compiled = compileFilter([{ field, operator: 'in', values, negated: false }], KNOWN);
    expect(compiled.ok ? '' : compiled.error.code).toBe('E_FILTER');
  });

  it('is refused for more than 32 terms', () => {
    const one = { field: 'text', operator: 'in' as const, values: ['a'], negated: false };
    expect(
      compileFilter(
        Array.from({ length: 33 }, () => one),
        KNOWN,
      ).ok,
    ).toBe(false);
  });
});
