// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { statfsSync } from 'node:fs';
import { type Err, err, failure, type Result } from '@bartizan/contracts/result';
import type { StoreFailure } from './ports.ts';

const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_CONSTRAINT = 19;
const SQLITE_NOTADB = 26;

interface ForeignError {
  readonly message: string;
  readonly code: string;
  /** Primary result code of SQLite; 0 = not from SQLite. */
  readonly sqlite: number;
}

function parseForeign(error: unknown): ForeignError {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const number = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  return { message, code, sqlite: Number.isInteger(number) ? number & 0xff : 0 };
}

/** Whether not one more block can be written in a folder. */
export function isDiskFull(folder: string): boolean {
  try {
    const stat = statfsSync(folder);
    return stat.bavail * stat.bsize < 64 * 1024;
  } catch {
    return false;
  }
}

function codeOf(foreign: ForeignError, folder: string | undefined): StoreFailure['code'] {
  if (foreign.sqlite === SQLITE_FULL || foreign.code === 'ENOSPC' || foreign.code === 'EDQUOT') {
    return 'E_STORE_FULL';
  }
  // Growing the shared-memory index on a full disk is reported as a plain I/O error, opening a journal as "cannot open".
  const isMasked = foreign.sqlite === SQLITE_IOERR || foreign.sqlite === SQLITE_CANTOPEN;
  if (isMasked && folder !== undefined && isDiskFull(folder)) return 'E_STORE_FULL';
  if (foreign.sqlite === SQLITE_CORRUPT || foreign.sqlite === SQLITE_NOTADB) return 'E_STORE_CORRUPT';
  if (foreign.sqlite === SQLITE_CONSTRAINT) return 'E_CONFLICT';
  return 'E_STORE_IO';
}

/** A failure on its way through code that can only throw, for instance out of a transaction. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
  readonly failure: StoreFailure;

  constructor(problem: StoreFailure) {
    super(problem.detail);
    this.failure = problem;
  }
}

/** Turns an exception of SQLite or the file system into a failure; anything else is a bug and is thrown on. */
export function fromForeign(error: unknown, folder?: string): Err<StoreFailure> {
  if (error instanceof StoreFault) return err(error.failure);
  const foreign = parseForeign(error);
  if (foreign.sqlite === 0 && !/^(E[A-Z]+|ERR_SQLITE_ERROR)$/.test(foreign.code)) throw error;
  return err(failure(codeOf(foreign, folder), foreign.message, foreign.message));
}

/** Runs something that may throw at the border of SQLite or the file system. */
export function guarded<T>(folder: string, run: () => Result<T, StoreFailure>): Result<T, StoreFailure> {
  try {
    return run();
  } catch (error) {
    return fromForeign(error, folder);
  }
}

/** A failed store operation. */
export const storeErr = (code: StoreFailure['code'], detail: string): Err<StoreFailure> =>
  err(failure(code, detail));
