// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalText } from '@bartizan/contracts';
import { toldOf } from '@bartizan/contracts/result';
import type { StoreFailure, StoreState } from '../ports.ts';

/** Bytes of all files directly in a folder; a file that vanishes meanwhile counts nothing. */
export function folderBytes(folder: string): number {
  let total = 0;
  for (const file of readdirSync(folder)) total += fileBytes(join(folder, file));
  return total;
}

/** Bytes of a file; 0 when it is gone. */
export function fileBytes(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? stat.size : 0;
}

/** Size and free space of the disk that holds a folder. */
export function diskOf(folder: string): { readonly diskBytes: number; readonly freeBytes: number } {
  const stat = statfsSync(folder);
  return { diskBytes: stat.blocks * stat.bsize, freeBytes: stat.bavail * stat.bsize };
}

const TRY_BYTES = 256 * 1024;

/** Writes 256 KiB that were not there before and removes them. Throws what the file system says. */
export function writeForATry(folder: string): void {
  const path = join(folder, 'room-for-writing');
  try {
    // Down to the disk: some file systems find only then that there is no room. Zeros would be a hole to some others.
    writeFileSync(path, Buffer.alloc(TRY_BYTES, 0xa5), { mode: 0o600, flush: true });
  } finally {
    rmSync(path, { force: true });
  }
}

/** A full disk is told in words; of anything else SQLite's own stay as they are. */
const told = (problem: StoreFailure): LocalText =>
  problem.code === 'E_STORE_FULL' ? { en: problem.detail, ja: '書き込む空きがありません' } : toldOf(problem);

/** The state after a failure: a full disk stops writing only, anything else is a failed store. */
export function stateAfter(current: StoreState, problem: StoreFailure): StoreState {
  if (problem.code === 'E_CONFLICT') return current;
  const state = problem.code === 'E_STORE_FULL' ? 'read-only' : 'failed';
  return { ...current, state, code: problem.code, reason: told(problem) };
}

/** The state once writing works again; `lasting` is what stays true of the data meanwhile. */
export function stateHealed(current: StoreState, lasting: LocalText | undefined): StoreState {
  const { reason: _reason, code: _code, ...rest } = current;
  return { ...rest, state: 'ok', ...(lasting === undefined ? {} : { reason: lasting }) };
}
