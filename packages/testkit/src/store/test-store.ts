// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '@bartizan/adapters/store';
import { IN_PLACE } from '@bartizan/adapters/store/in-place';

/** A real store in a folder of its own. */
export interface TestStore {
  readonly store: SqliteStore;
  readonly dataDir: string;
  /** Set `value` to move the time. */
  readonly clock: { value: number; nowMs(): number };
  /** Closes and opens the store again; the old one is of no use after. */
  reopen(): Promise<TestStore>;
  /** Closes the store and deletes its folder. */
  remove(): Promise<void>;
}

/** Keeps everything: what happens to free space on the machine of the test is not its subject. */
const KEEP = { days: 3650, maxBytes: Number.MAX_SAFE_INTEGER, minFreeDiskPercent: 0 };

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

type Changes = Partial<SqliteStoreOptions> & { readonly clock?: TestStore['clock'] };

/** Opens a real store in a temporary folder. */
export async function openTestStore(changes: Changes = {}): Promise<TestStore> {
  const made = changes.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'bartizan-store-')) : undefined;
  return openIn(changes.dataDir ?? join(made ?? '', 'data'), made, changes);
}

/** A file system in memory, where there is one. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/**
 * The same store in memory and without threads of its own, for tests of what lies above it, each of which opens one: the
 * threads and the disk took 150 ms of each such test, and what they are for is tested with them.
 */
export async function openStoreInPlace(changes: Changes = {}): Promise<TestStore> {
  const made = mkdtempSync(join(MEMORY, 'bartizan-store-'));
  return openIn(join(made, 'data'), made, { ...changes, threads: IN_PLACE });
}

/** `made`: the folder around it, which is ours to remove. */
async function openIn(folder: string, made: string | undefined, changes: Changes): Promise<TestStore> {
  const clock: TestStore['clock'] = changes.clock ?? { value: NOW_MS, nowMs: () => clock.value };
  const retention = { flow: KEEP, file: KEEP, process: KEEP, security: KEEP, ...changes.retention };
  const opened = await openSqliteStore({ ...changes, dataDir: folder, clock, retention });
  if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
  const store = opened.value;
  return {
    store,
    dataDir: folder,
    clock,
    reopen: async () => {
      await store.close();
      return openIn(folder, made, { ...changes, clock });
    },
    remove: async () => {
      await store.close();
      rmSync(made ?? folder, { recursive: true, force: true });
    },
  };
}
