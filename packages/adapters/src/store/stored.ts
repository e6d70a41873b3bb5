// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Failure, PageOf, Query, Result, Scope } from '@bartizan/contracts';

/**
 * The store as the controller sees it. Two implementations are held to one case table (SQLite now, PostgreSQL later).
 * Every method takes the scope first; a tenant scope never sees or changes another tenant's records.
 */
export type StoreFailure = Failure<
  | 'E_STORE_FULL'
  | 'E_STORE_CORRUPT'
  | 'E_STORE_NEWER'
  | 'E_STORE_MIGRATION'
  | 'E_STORE_IO'
  | 'E_FILTER'
  | 'E_CURSOR'
  | 'E_CONFLICT'
  | 'E_KEY_MISSING'
  | 'E_BACKUP_PASSPHRASE'
  | 'E_BACKUP_INVALID'
>;
export type Stored<T> = Promise<Result<T, StoreFailure>>;

/** Counts by value, largest first. `isCut`: there are more values than an answer holds, and the smallest are missing. */
export interface Counts extends ReadonlyMap<string, number> {
  readonly isCut: boolean;
}

/** Records that are replaced as a whole. */
export interface EntityRepository<T> {
  get(scope: Scope, id: string): Stored<T | undefined>;
  /** Inserts or replaces; all or nothing. */
  put(scope: Scope, items: readonly T[]): Stored<void>;
  remove(scope: Scope, ids: readonly string[]): Stored<number>;
  list(scope: Scope, query: Query): Stored<PageOf<T>>;
  /** Counts by one field, or by several joined with commas (`workload,severity`); keys are the values, joined likewise. */
  countBy(scope: Scope, field: string, query: Query): Stored<Counts>;
}
