// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_FIELDS, type ListQuery } from '@bartizan/contracts';
import { parseFilter } from '../src/filter/tokens.ts';

type Json = Readonly<Record<string, unknown>>;
const asRecord = (value: unknown): Json => (typeof value === 'object' && value !== null ? { ...value } : {});

/** All values under a key, however deep, and all texts, for filters of the mock. */
const collect = (value: unknown, key: string, into: unknown[], depth = 0): void => {
  if (depth > 8 || typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === key) into.push(inner);
    collect(inner, key, into, depth + 1);
  }
};

/** The first field of a filter that the list of the controller does not know: it refuses the whole filter then. */
export const unknownField = (route: string, filter = ''): string | undefined => {
  const known = Object.entries(LIST_FIELDS).find(([id]) => id === route)?.[1];
  if (known === undefined) return undefined;
  const names: readonly string[] = known;
  return parseFilter(filter).find(({ field }) => field !== '' && !names.includes(field))?.field;
};

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  workload: ['workload', 'id'],
  node: ['node', 'nodes'],
  vulnerability: ['id'],
  package: ['name'],
  scan: ['state'],
  signature: ['state'],
  reference: ['references'],
  registry: ['registries'],
  license: ['licenses'],
  owasp: ['2022', '2025'],
};

const matches = (item: unknown, filter: string): boolean =>
  parseFilter(filter).every((term) => {
    if (term.field === '')
      return JSON.stringify(item)
        .toLowerCase()
        .includes((term.values[0] ?? '').toLowerCase());
    const found: unknown[] = [];
    for (const key of ALIASES[term.field] ?? [term.field]) collect(item, key, found);
    const texts = found.flat().map((value) => String(asRecord(value)['state'] ?? value));
    const held = term.values.some((wanted) =>
      texts.some((text) =>
        wanted.includes('*') ? text.includes(wanted.replaceAll('*', '')) : text === wanted,
      ),
    );
    return held !== term.negated;
  });

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info', 'unknown'];
const sortKey = (item: unknown, field: string): string | number => {
  const found: unknown[] = [];
  collect(item, field, found);
  const value = found[0];
  if (field === 'severity') return SEVERITIES.indexOf(String(value));
  if (field === 'urgency') return sortKey(item, 'severity');
  return typeof value === 'number' ? value : String(value ?? '');
};

/** One page of a list: filtered, sorted, cut. The cursor is the place as text. */
export const pageOf = (items: readonly unknown[], query: Partial<ListQuery>, timeField?: string) => {
  const inTime = items.filter((item) => {
    const at = Number(asRecord(item)[timeField ?? ''] ?? Number.NaN);
    return (
      Number.isNaN(at) ||
      ((query.from === undefined || at >= query.from) && (query.to === undefined || at < query.to))
    );
  });
  const filtered = inTime.filter((item) => matches(item, query.filter ?? ''));
  const field = query.sort?.replace(/^-/, '');
  const sign = query.sort?.startsWith('-') === true ? -1 : 1;
  const sorted =
    field === undefined
      ? filtered
      : [...filtered].sort((a, b) => {
          const [left, right] = [sortKey(a, field), sortKey(b, field)];
          return left < right ? -sign : left > right ? sign : 0;
        });
  const start = Number(query.cursor ?? 0);
  const limit = query.limit ?? 100;
  const end = start + limit;
  return {
    items: sorted.slice(start, end),
    ...(end < sorted.length ? { next: String(end) } : {}),
    total: sorted.length,
    asOfMs: Date.now(),
  };
};

/** A list as CSV: the first level of each item, nested values as JSON. */
export const csvOf = (items: readonly unknown[]): string => {
  const columns = [...new Set(items.flatMap((item) => Object.keys(asRecord(item))))];
  const cell = (value: unknown): string => {
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [
    columns.join(','),
    ...items.map((item) => columns.map((column) => cell(asRecord(item)[column])).join(',')),
  ].join('\n');
};
