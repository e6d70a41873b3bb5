// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Filter, type FilterTerm, failure, ok, type Result } from '@bartizan/contracts';
import type { StoreFailure } from '../ports.ts';
import type { SqlValue } from './database.ts';
import { columnOf, type FieldKind, fieldNames, foldText, type KnownField, LIST_SEPARATOR } from './fields.ts';

/** A condition in SQL with its parameters. */
export interface Where {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}
type Known = readonly KnownField[];
type Compiled = Result<Where, StoreFailure>;

const TERMS_MAX = 32;
const VALUES_MAX = 100;
const VALUE_LENGTH_MAX = 512;
/** Wildcards in one value: each multiplies the work of LIKE. */
const WILDCARDS_MAX = 4;

const refuse = (detail: string): Compiled => err(failure('E_FILTER', detail));
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (char) => `\\${char}`);
const likePattern = (value: string): string => value.split('*').map(escapeLike).join('%');

/** Turns a filter into SQL over an allow-list of fields. Values only ever travel as parameters. */
export function compileFilter(filter: Filter, known: Known): Compiled {
  if (filter.length > TERMS_MAX) return refuse(`at most ${TERMS_MAX} terms`);
  const parts: Where[] = [];
  for (const term of filter) {
    const part = compileTerm(term, known);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return ok(both(parts));
}

/** Joins conditions: all must hold. */
export function both(parts: readonly Where[]): Where {
  const held = parts.filter((part) => part.sql !== '');
  return {
    sql: held.map((part) => `(${part.sql})`).join(' AND ') || '1',
    params: held.flatMap((part) => part.params),
  };
}

function compileTerm(term: FilterTerm, known: Known): Compiled {
  if (term.values.length === 0) return refuse(`${term.field || 'text'}: a value is missing`);
  if (term.values.length > VALUES_MAX) return refuse(`${term.field}: at most ${VALUES_MAX} values`);
  for (const value of term.operator === 'exactly' ? [] : term.values) {
    if (value.length > VALUE_LENGTH_MAX)
      return refuse(`a value has more than ${VALUE_LENGTH_MAX} characters`);
    if (value.split('*').length - 1 > WILDCARDS_MAX) return refuse(`at most ${WILDCARDS_MAX} * in one value`);
  }
  const positive = term.field === '' ? freeText(term) : fieldTerm(term, known);
  if (!positive.ok || !term.negated) return positive;
  return ok({ sql: `NOT COALESCE((${positive.value.sql}),0)`, params: positive.value.params });
}

/** The values as patterns of LIKE. */
const patternOf = ({ operator }: FilterTerm): ((value: string) => string) =>
  operator === 'exactly' ? escapeLike : likePattern;

function freeText(term: FilterTerm): Compiled {
  const { values } = term;
  const asPattern = patternOf(term);
  return ok({
    sql: values.map(() => "haystack LIKE ? ESCAPE '\\'").join(' OR '),
    params: values.map((value) => `%${asPattern(foldText(value))}%`),
  });
}

function fieldTerm(term: FilterTerm, known: Known): Compiled {
  const field = known.find((candidate) => candidate.name === term.field);
  if (field === undefined) {
    return refuse(`unknown field "${term.field.slice(0, 64)}"; known fields: ${fieldNames(known)}`);
  }
  const compiled = columnTerm(term, field.kind, field.column ?? columnOf(field.name));
  if (!compiled.ok || field.among === undefined) return compiled;
  return ok({ sql: field.among(compiled.value.sql), params: compiled.value.params });
}

function columnTerm(term: FilterTerm, kind: FieldKind, column: string): Compiled {
  if (term.operator === 'greater-than' || term.operator === 'less-than')
    return comparison(term, kind, column);
  if (kind === 'number') return numbers(term, column);
  if (kind === 'flag') return flags(term, column);
  return ok(texts(term, column, kind === 'list'));
}

function parseNumber(value: string): number | undefined {
  const number = Number(value);
  return value.trim() !== '' && Number.isFinite(number) ? number : undefined;
}

function comparison(term: FilterTerm, kind: FieldKind, column: string): Compiled {
  if (kind !== 'number') return refuse(`${term.field}: only numbers can be compared with > and <`);
  const number = parseNumber(term.values[0] ?? '');
  if (number === undefined || term.values.length > 1) return refuse(`${term.field}: one number is expected`);
  return ok({ sql: `${column} ${term.operator === 'greater-than' ? '>' : '<'} ?`, params: [number] });
}

function numbers(term: FilterTerm, column: string): Compiled {
  const params: number[] = [];
  for (const value of term.values) {
    const number = parseNumber(value);
    if (number === undefined) return refuse(`${term.field}: "${value.slice(0, 64)}" is not a number`);
    params.push(number);
  }
  return ok({ sql: `${column} IN (${params.map(() => '?').join(',')})`, params });
}

function flags(term: FilterTerm, column: string): Compiled {
  const params: number[] = [];
  for (const value of term.values) {
    if (value !== 'true' && value !== 'false') return refuse(`${term.field}: true or false is expected`);
    params.push(value === 'true' ? 1 : 0);
  }
  return ok({ sql: `${column} IN (${params.map(() => '?').join(',')})`, params });
}

function texts(term: FilterTerm, column: string, isList: boolean): Where {
  const isPattern = (value: string): boolean =>
    isList || (term.operator !== 'exactly' && value.includes('*'));
  const asPattern = patternOf(term);
  const plain = term.values.filter((value) => !isPattern(value));
  const patterns = term.values.filter(isPattern);
  const around = (pattern: string) => (isList ? `%${LIST_SEPARATOR}${pattern}${LIST_SEPARATOR}%` : pattern);
  const parts = patterns.map(() => `${column} LIKE ? ESCAPE '\\'`);
  if (plain.length > 0) parts.unshift(`${column} IN (${plain.map(() => '?').join(',')})`);
  return {
    sql: parts.join(' OR '),
    params: [...plain, ...patterns.map((value) => around(asPattern(value)))],
  };
}
