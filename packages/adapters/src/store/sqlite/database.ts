// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/** A value as SQLite stores it. */
export type SqlValue = string | number | null | Uint8Array;
/** A row as columns in order. */
export type Cells = readonly SQLOutputValue[];
/** A statement with its parameters; data, so that it can travel to a worker. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
}

const STATEMENTS_MAX = 256;
const BUSY_TIMEOUT_MS = 5000;

/** How a database is opened. */
export interface OpenOptions {
  readonly readOnly?: boolean;
  /** Size of the write-ahead log, in pages, after which it is folded back. */
  readonly checkpointPages?: number;
  readonly cacheBytes?: number;
  /** Page size of a new file; large pages waste less on large records. */
  readonly pageBytes?: number;
}

/** A connection with a bounded cache of prepared statements. WAL and synchronous=FULL: a commit is on disk. */
export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, options: OpenOptions = {}) {
    this.path = path;
    this.#connection = new DatabaseSync(path, {
      readOnly: options.readOnly === true,
      timeout: BUSY_TIMEOUT_MS,
      enableForeignKeyConstraints: true,
    });
    this.#connection.exec(`PRAGMA cache_size=-${Math.ceil((options.cacheBytes ?? 4 << 20) / 1024)}`);
    this.#connection.exec('PRAGMA trusted_schema=OFF');
    if (options.readOnly === true) return;
    if (options.pageBytes !== undefined) this.#connection.exec(`PRAGMA page_size=${options.pageBytes}`);
    this.#connection.exec('PRAGMA journal_mode=WAL');
    this.#connection.exec('PRAGMA synchronous=FULL');
    this.#connection.exec(`PRAGMA wal_autocheckpoint=${options.checkpointPages ?? 1000}`);
  }

  /** Runs statements without parameters; never with text from outside. */
  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  /** All rows of a statement. */
  rows(sql: string, params: readonly SqlValue[] = []): Cells[] {
    return parseRows(this.#statement(sql).all(...params));
  }

  /** The first row of a statement. */
  row(sql: string, params: readonly SqlValue[] = []): Cells | undefined {
    return this.rows(sql, params)[0];
  }

  /** Runs a change; returns how many rows it touched. */
  run(sql: string, params: readonly SqlValue[] = []): number {
    return Number(this.#statement(sql).run(...params).changes);
  }

  /** The first value of the first row as a number; 0 when there is none. */
  number(sql: string, params: readonly SqlValue[] = []): number {
    return Number(this.row(sql, params)?.[0] ?? 0);
  }

  /** Runs `body` in one transaction; an exception rolls back and goes on. */
  transaction<T>(body: () => T): T {
    this.#connection.exec('BEGIN IMMEDIATE');
    try {
      const value = body();
      this.#connection.exec('COMMIT');
      return value;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Runs reads that must see one and the same state, whatever others commit meanwhile. */
  snapshot<T>(body: () => T): T {
    this.#connection.exec('BEGIN');
    try {
      return body();
    } finally {
      this.rollback();
    }
  }

  /** Rolls back whatever is open; SQLite has often done so by itself after a full disk. */
  rollback(): void {
    if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
  }

  close(): void {
    this.#statements.clear();
    this.#connection.close();
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#connection.prepare(sql);
    statement.setReturnArrays(true);
    if (this.#statements.size >= STATEMENTS_MAX) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Rows arrive as arrays because of setReturnArrays, which the type of node:sqlite does not know. */
function parseRows(rows: unknown): Cells[] {
  return rows as Cells[];
}

/** A cell that holds text; '' for anything else. */
export const textOf = (cell: SQLOutputValue | undefined): string => (typeof cell === 'string' ? cell : '');

/** A cell that holds a number; 0 for anything else. */
export const numberOf = (cell: SQLOutputValue | undefined): number =>
  typeof cell === 'number' ? cell : typeof cell === 'bigint' ? Number(cell) : 0;

/** A record that we wrote as JSON ourselves. */
export function parseDocument<T>(cell: SQLOutputValue | undefined): T {
  return JSON.parse(textOf(cell));
}
