// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from './database.ts';
import { CORE_MIGRATIONS, type Migration, migrate, schemaVersion } from './migrations.ts';

const folders: string[] = [];
function open(): Database {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-migrate-'));
  folders.push(folder);
  return new Database(join(folder, 'x.db'));
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const first: Migration = { name: 'first', apply: (database) => database.exec('CREATE TABLE a (x)') };
const fills: Migration = { name: 'fills', apply: (database) => database.exec('INSERT INTO a VALUES (1)') };
const breaks: Migration = {
  name: 'breaks half way',
  apply: (database) => {
    database.exec('INSERT INTO a VALUES (2); DROP TABLE a;');
    database.exec('INSERT INTO nowhere VALUES (3)');
  },
};

describe('migrations', () => {
  it('go forward step by step and run each step once', () => {
    const database = open();
    expect(migrate(database, [first])).toEqual({ ok: true, value: 1 });
    expect(migrate(database, [first, fills])).toEqual({ ok: true, value: 2 });
    expect(migrate(database, [first, fills])).toEqual({ ok: true, value: 2 });
    expect(database.number('SELECT count(*) FROM a')).toBe(1);
  });

  it('leave the data as it was when a step fails, and name the step', () => {
    const database = open();
    migrate(database, [first, fills]);
    const failed = migrate(database, [first, fills, breaks]);
    expect(failed.ok ? '' : [failed.error.code, failed.error.detail]).toEqual([
      'E_STORE_MIGRATION',
      expect.stringContaining('step 3 (breaks half way)'),
    ]);
    expect(schemaVersion(database)).toBe(2);
    expect(database.rows('SELECT x FROM a')).toEqual([[1]]);
  });

  it('leave the data as it was when a step has a bug', () => {
    const database = open();
    const bug: Migration = {
      name: 'bug',
      apply: () => {
        throw new TypeError('undefined is not a function');
      },
    };
    const failed = migrate(database, [first, bug]);
    expect(failed.ok ? '' : failed.error.code).toBe('E_STORE_MIGRATION');
    expect(schemaVersion(database)).toBe(1);
  });

  it('refuse data of a newer version and do not touch it', () => {
    const database = open();
    database.exec('PRAGMA user_version=99');
    const refused = migrate(database, CORE_MIGRATIONS);
    expect(refused.ok ? '' : refused.error.code).toBe('E_STORE_NEWER');
    expect(database.number('SELECT count(*) FROM sqlite_schema')).toBe(0);
  });
});
