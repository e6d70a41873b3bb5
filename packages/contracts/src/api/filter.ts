// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One token of the filter grammar: `field:value,value`, `-field:value` (not), `field:>10`, or free text (field ''). */
export interface FilterTerm {
  /** Field name in lower camel case; empty for free text. */
  readonly field: string;
  /**
   * `exactly` is `in` without wildcards, for values from records: a package may be named `*****`. No text of the grammar
   * becomes it.
   */
  readonly operator: 'in' | 'exactly' | 'greater-than' | 'less-than';
  /** Any of these; `*` is a wildcard inside a value, but not with `exactly`. */
  readonly values: readonly string[];
  readonly negated: boolean;
}
/** A term about values from records, each taken as it is: the one way to write it, so that no name becomes a pattern. */
export const exactly = (field: string, ...values: readonly string[]): FilterTerm => ({
  field,
  operator: 'exactly',
  values,
  negated: false,
});

/** A whole filter: every term must hold. */
export type Filter = readonly FilterTerm[];

/** A list query after parsing: what repositories get. */
export interface Query {
  readonly filter: Filter;
  /** Field to sort by; repositories refuse fields they do not know. */
  readonly sort?: { readonly field: string; readonly descending: boolean };
  readonly limit: number;
  readonly cursor?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
}
/** One page of records. */
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: string;
  readonly total?: number;
}
