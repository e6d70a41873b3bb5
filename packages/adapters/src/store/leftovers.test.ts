// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareCore } from './open-core.ts';
import { Database } from './sqlite/database.ts';
import { CORE_MIGRATIONS, type Migration } from './sqlite/migrations.ts';
import { openSqliteStore } from './sqlite-store.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bartizan-leftovers-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const NEXT: readonly Migration[] = [
  ...CORE_MIGRATIONS,
  { name: 'next', apply: (database) => database.exec('CREATE TABLE next (x)') },
];
const undoCopy = (): string => join(dataDir, `core-before-schema-${NEXT.length}.db`);

/** Values of a column of a file, read by itself. */
function values(path: string): readonly unknown[] {
  const database = new Database(path, { readOnly: true });
  try {
    return database.rows('SELECT x FROM mark').flat();
  } finally {
    database.close();
  }
}

/** A core.db of today, with something of the user's in it. */
function makeCore(): void {
  expect(prepareCore(dataDir).ok).toBe(true);
  const database = new Database(join(dataDir, 'core.db'));
  database.exec('CREATE TABLE mark (x); INSERT INTO mark VALUES (7)');
  database.close();
}

async function openAndClose(): Promise<void> {
  const opened = await openSqliteStore({ dataDir, clock: { nowMs: () => 1 } });
  if (!opened.ok) throw new Error(opened.error.detail);
  await opened.value.close();
}

describe('what a crash left in the data folder', () => {
  it('is gone when the store is opened', async () => {
    mkdirSync(join(dataDir, 'backup-a1B2c3'));
    writeFileSync(join(dataDir, 'backup-a1B2c3/copy.db'), 'x');
    mkdirSync(join(dataDir, 'backup-ZZZZZZ'));
    mkdirSync(join(dataDir, 'backup-000000'));
    writeFileSync(join(dataDir, 'backup-000000/backup'), 'x');
    writeFileSync(join(dataDir, 'core-before-schema-9.db.part'), 'x');
    await openAndClose();
    expect(readdirSync(dataDir).filter((name) => /^backup-|part$/.test(name))).toEqual([]);
  });

  it('stays when this program does not make such names', async () => {
    const kept = ['backup-202601/core.db', 'backup-a1B2c3/copy.db/x', 'backup-of-monday/copy.db'];
    for (const path of kept) {
      mkdirSync(join(dataDir, path, '..'), { recursive: true });
      writeFileSync(join(dataDir, path), 'x');
    }
    writeFileSync(join(dataDir, 'backup-file01'), 'x');
    await openAndClose();
    for (const path of [...kept, 'backup-file01']) expect(existsSync(join(dataDir, path)), path).toBe(true);
  });
});

describe('the copy before a migration', () => {
  it('is made anew where a part of one was left', () => {
    makeCore();
    writeFileSync(`${undoCopy()}.part`, 'SQLite format 3');
    expect(prepareCore(dataDir, { migrations: NEXT }).ok).toBe(true);
    expect(values(undoCopy())).toEqual([7]);
    expect(existsSync(`${undoCopy()}.part`)).toBe(false);
  });

  it.each([0, 5000])('is made anew where a fragment of %i bytes has its name', (length) => {
    makeCore();
    const database = new Database(join(dataDir, 'core.db'));
    database.run('VACUUM INTO ?', [undoCopy()]);
    database.close();
    truncateSync(undoCopy(), length);
    expect(prepareCore(dataDir, { migrations: NEXT }).ok).toBe(true);
    expect(values(undoCopy())).toEqual([7]);
  });

  it('stays the one from before the first step, when a later step failed', () => {
    makeCore();
    const fails: Migration = {
      name: 'fails',
      apply: (database) => database.exec('INSERT INTO nowhere VALUES (1)'),
    };
    const marks: Migration = { name: 'marks', apply: (database) => database.exec('UPDATE mark SET x=8') };
    const steps = [...CORE_MIGRATIONS, marks, fails];
    for (let start = 0; start < 2; start += 1)
      expect(prepareCore(dataDir, { migrations: steps }).ok).toBe(false);
    expect(values(join(dataDir, 'core.db'))).toEqual([8]);
    expect(values(join(dataDir, `core-before-schema-${steps.length}.db`))).toEqual([7]);
  });
});
