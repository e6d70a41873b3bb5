// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore, type SqliteStoreOptions } from '@bartizan/adapters/store';

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

/** Opens a real store in a temporary folder. */
export async function openTestStore(
  changes: Partial<SqliteStoreOptions> & { readonly clock?: TestStore['clock'] } = {},
): Promise<TestStore> {
  const made = changes.dataDir === undefined ? mkdtempSync(join(tmpdir(), 'bartizan-store-')) : undefined;
  return openIn(changes.dataDir ?? join(made ?? '', 'data'), made, changes);
}

/** `made`: the folder around it, which is ours to remove. */
async function openIn(
  folder: string,
  made: string | undefined,
  changes: Partial<SqliteStoreOptions> & { readonly clock?: TestStore['clock'] },
): Promise<TestStore> {
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
