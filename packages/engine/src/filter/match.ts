// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Filter, FilterTerm } from '@bartizan/contracts';
import { compileWildcard, isWildcard } from '../expression/index.ts';

const DEPTH_MAX = 6;
type Values = readonly (string | number | boolean)[];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The plain values at a dotted path; lists on the way are opened. */
function valuesAt(value: unknown, path: readonly string[], depth = 0): Values {
  if (depth > DEPTH_MAX) return [];
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path, depth + 1));
  const [name, ...rest] = path;
  if (name !== undefined) return isRecord(value) ? valuesAt(value[name], rest, depth + 1) : [];
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [value] : [];
}

function textsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value.toLowerCase()];
  if (typeof value === 'number') return [String(value)];
  if (depth >= DEPTH_MAX || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((item) => textsOf(item, depth + 1));
}

const isText = (wanted: string): ((text: string) => boolean) => {
  const lower = wanted.toLowerCase();
  return (text) => text === lower;
};

function equalsText(wanted: string): (text: string) => boolean {
  const lower = wanted.toLowerCase();
  if (!lower.includes('*')) return (text) => text === lower;
  return isWildcard(lower) ? compileWildcard(lower) : () => false;
}

function anyOf(values: Values, { operator, values: wanted }: FilterTerm): boolean {
  if (operator === 'greater-than' || operator === 'less-than') {
    const limit = Number(wanted[0]);
    return values.some((value) =>
      operator === 'greater-than' ? Number(value) > limit : Number(value) < limit,
    );
  }
  const tests = wanted.map(operator === 'exactly' ? isText : equalsText);
  return values.some((value) => tests.some((test) => test(String(value).toLowerCase())));
}

/** Where a field of the grammar lies in a record, when not at the place its name says. */
export type FieldPaths = Readonly<Record<string, string | readonly string[]>>;

function holds(record: unknown, term: FilterTerm, paths: FieldPaths): boolean {
  if (term.field === '') {
    const word = (term.values[0] ?? '').toLowerCase();
    return textsOf(record).some((text) => text.includes(word)) !== term.negated;
  }
  const path = paths[term.field] ?? term.field;
  const places = typeof path === 'string' ? [path] : path;
  const values = places.flatMap((place) => valuesAt(record, place.split('.')));
  return anyOf(values, term) !== term.negated;
}

/**
 * Whether a record passes a filter, as the store would judge it: text is compared without regard to case, a list
 * matches when one of its items does, a negated term also holds for a record without the field.
 */
export const matchesFilter = (record: unknown, filter: Filter, paths: FieldPaths = {}): boolean =>
  filter.every((term) => holds(record, term, paths));
