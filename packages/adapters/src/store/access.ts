// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import type { Stored, StoreFailure } from './ports.ts';
import type { Cells, SqlValue, Statement } from './sqlite/database.ts';

/** One statement run once for each row of parameters. */
export interface Change {
  readonly sql: string;
  readonly rows: readonly (readonly SqlValue[])[];
}
/** What a change did: rows touched, and what RETURNING gave. */
export interface Outcome {
  readonly changes: number;
  readonly returned: readonly Cells[];
}

/** How repositories reach core.db: point reads at once, searches and writes in worker threads. */
export interface CoreAccess {
  /** All changes in one transaction; resolves once they are on disk. */
  write(changes: readonly Change[]): Stored<readonly Outcome[]>;
  /** A read by key, on the calling thread: a few microseconds. */
  read(sql: string, params: readonly SqlValue[]): Result<readonly Cells[], StoreFailure>;
  /** Reads that may take long, in a reader thread; one list of rows a statement. */
  search(statements: readonly Statement[]): Stored<readonly (readonly Cells[])[]>;
}
