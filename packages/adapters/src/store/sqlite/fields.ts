// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SqlValue } from './database.ts';

/** How the values of a field compare: `list` fields match when any of their values does. */
export type FieldKind = 'text' | 'number' | 'flag' | 'list' | 'severity';
export type FieldValue = string | number | boolean | readonly string[] | undefined;

/** One field that lists can be filtered, sorted and counted by. */
export interface Field<T> {
  readonly name: string;
  readonly kind: FieldKind;
  readonly read: (item: T) => FieldValue;
  readonly indexed?: true;
  /** A number that every record has: sorting by it can use its index. */
  readonly always?: true;
}

/** A field that a filter may name. */
export interface KnownField {
  readonly name: string;
  readonly kind: FieldKind;
  /** The column that holds it, where that is not the one of its name. */
  readonly column?: string;
  /** Puts a condition where the column is: in the rows of another table. */
  readonly among?: (condition: string) => string;
}

/** A noun as the store sees it: which table, which fields, what free text looks at. */
export interface NounSpec<T> {
  readonly table: string;
  /** What a tenant scope must share with a record to see it. */
  readonly visibility: 'both' | 'tenant' | 'cluster';
  /** Who owns a record; '' where it belongs to all clusters or all tenants. */
  readonly owner: (item: T) => { readonly cluster: string; readonly tenant: string };
  readonly id: (item: T) => string;
  readonly fields: readonly Field<T>[];
  /** Texts that free text searches, besides the text fields. */
  readonly words: (item: T) => readonly (string | undefined)[];
  /** Field that a time range applies to. */
  readonly timeField?: string;
  readonly defaultSort: { readonly field: string; readonly descending: boolean };
}

/** Whose a record is: no column of its own, but what every scope is held to; compares as other text does. */
export const CLUSTER_FIELD = {
  name: 'cluster',
  kind: 'text',
  column: 'cluster COLLATE NOCASE',
} as const satisfies KnownField;

/** What a filter of a noun may name: its fields, and the cluster where its records are of one. */
export const filterFields = <T>({ fields, visibility }: NounSpec<T>): readonly KnownField[] =>
  visibility === 'both' ? [...fields, CLUSTER_FIELD] : fields;

/** Separates the values of a list field; never part of a value. */
export const LIST_SEPARATOR = '\u001f';
const HAYSTACK_MAX = 4096;

/** Column of a field. */
export const columnOf = (name: string): string => `f_${name}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself, a fast path for most text
const IS_ASCII = /^[\x00-\x7f]*$/;

/** Text as free text search compares it. */
export const foldText = (text: string): string =>
  (IS_ASCII.test(text) ? text : text.normalize('NFKC')).toLowerCase();

/** The value of a field as its column holds it. Text and lists are never null, so that their indexes sort. */
export function columnValue(kind: FieldKind, value: FieldValue): SqlValue {
  if (kind === 'list') {
    if (!Array.isArray(value) || value.length === 0) return '';
    return `${LIST_SEPARATOR}${value.join(LIST_SEPARATOR)}${LIST_SEPARATOR}`;
  }
  if (kind === 'number') return typeof value === 'number' ? value : null;
  if (kind === 'flag') return value === true ? 1 : 0;
  return typeof value === 'string' ? value : '';
}

/** SQL type of a column. Text compares without regard to ASCII case. */
export const columnType = (kind: FieldKind): string =>
  kind === 'number'
    ? 'REAL'
    : kind === 'flag'
      ? 'INTEGER NOT NULL DEFAULT 0'
      : "TEXT NOT NULL DEFAULT '' COLLATE NOCASE";

/** The text that free text search looks at. */
export function haystackOf(words: readonly (string | undefined)[]): string {
  let all = '';
  for (const word of words) {
    if (word === undefined || word === '') continue;
    all += `${word} `;
    if (all.length >= HAYSTACK_MAX) break;
  }
  return foldText(all.slice(0, HAYSTACK_MAX));
}

/** Names of the allowed fields, for messages and docs. */
export const fieldNames = (fields: readonly { readonly name: string }[]): string =>
  fields.map((field) => field.name).join(', ');
