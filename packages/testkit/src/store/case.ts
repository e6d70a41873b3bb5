// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import type { Store, StoreFailure } from '@bartizan/adapters/store';
import type { Filter, FilterTerm, Query, Result } from '@bartizan/contracts';

/** What a case gets: a fresh store and the clock it was opened with. */
export interface StoreCaseContext {
  readonly store: Store;
  readonly clock: { value: number };
}
/** One promise of the store ports, held by every implementation. */
export interface StoreCase {
  readonly name: string;
  readonly run: (context: StoreCaseContext) => Promise<void>;
}

/** The value of a result that must have succeeded. */
export function good<T>(result: Result<T, StoreFailure>): T {
  if (!result.ok) assert.fail(`${result.error.code}: ${result.error.detail}`);
  return result.value;
}

/** The code of a result that must have failed. */
export function codeOf(result: Result<unknown, StoreFailure>): string {
  return result.ok ? 'succeeded' : result.error.code;
}

/** A query for the first page. */
export const all = (changes: Partial<Query> = {}): Query => ({ filter: [], limit: 100, ...changes });

/** A filter term: any of the values. */
export const term = (field: string, ...values: string[]): FilterTerm => ({
  field,
  operator: 'in',
  values,
  negated: false,
});

/** A query with one filter. */
export const where = (...filter: Filter): Query => all({ filter });
