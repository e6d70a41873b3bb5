// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import { guarded } from './failure.ts';
import { UNFINISHED } from './leftovers.ts';
import type { StoreFailure } from './ports.ts';
import { auditKeyOf, sealKeyId } from './sealer.ts';
import { ACCESS_REQUESTS } from './sqlite/access-request-noun.ts';
import {
  ADMISSION_BINDINGS,
  ADMISSION_DECISIONS,
  ADMISSION_EXCEPTIONS,
  ADMISSION_RULES,
} from './sqlite/admission-nouns.ts';
import { adoptHead } from './sqlite/audit-head.ts';
import { COMPLIANCE_RUNS } from './sqlite/compliance-noun.ts';
import { Database } from './sqlite/database.ts';
import { syncNoun } from './sqlite/entity-schema.ts';
import { CONTAINERS, IMAGES, NODES, WORKLOADS } from './sqlite/inventory-nouns.ts';
import { checkKey } from './sqlite/key-id.ts';
import { CORE_MIGRATIONS, type Migration, migrate, schemaVersion } from './sqlite/migrations.ts';
import { API_KEYS, AUDIT, CHECKS, CLUSTERS, EXCEPTIONS, FINDINGS, TENANTS, USERS } from './sqlite/nouns.ts';
import { REGISTRIES } from './sqlite/registry-noun.ts';
import { USES } from './sqlite/use-noun.ts';
import { STATEMENT_PARTS, VEX_DOCUMENTS } from './sqlite/vex-noun.ts';

/** What is known of core.db once it is ready to be written. */
export interface PreparedCore {
  readonly cursorKey: Buffer;
  readonly schemaVersion: number;
}

/** Makes or opens core.db: integrity check, migrations, derived columns. The file is closed again. */
export function prepareCore(
  dataDir: string,
  options: { readonly sealKey?: Uint8Array; readonly migrations?: readonly Migration[] } = {},
): Result<PreparedCore, StoreFailure> {
  const { sealKey, migrations = CORE_MIGRATIONS } = options;
  return guarded(dataDir, () => {
    const path = join(dataDir, 'core.db');
    const isOld = existsSync(path);
    const database = new Database(path);
    try {
      chmodSync(path, 0o600);
      if (isOld) {
        const verdict = database.row('PRAGMA quick_check(1)');
        if (verdict?.[0] !== 'ok') return err(failure('E_STORE_CORRUPT', `core.db: ${String(verdict?.[0])}`));
      }
      const migrated = migrateCore(database, dataDir, migrations);
      if (!migrated.ok) return migrated;
      syncAll(database);
      if (sealKey !== undefined) {
        adoptHead(database, auditKeyOf(sealKey));
        const fits = checkKey(database, sealKeyId(sealKey));
        if (!fits.ok) return fits;
      }
      return ok({ cursorKey: cursorKeyOf(database), schemaVersion: migrated.value });
    } finally {
      database.close();
    }
  });
}

/** Migrates, after a copy of the data as it was: a step that succeeds but was wrong can still be undone by hand. */
function migrateCore(
  database: Database,
  dataDir: string,
  migrations: readonly Migration[],
): Result<number, StoreFailure> {
  const found = schemaVersion(database);
  if (found > 0 && found < migrations.length) {
    const copy = join(dataDir, `core-before-schema-${migrations.length}.db`);
    if (!isUndoCopy(copy, found)) writeUndoCopy(database, dataDir, copy);
  }
  return migrate(database, migrations);
}

/** Whether a whole copy is there of data that is not newer: one of an earlier step is the one to go back to. */
function isUndoCopy(path: string, found: number): boolean {
  if (!existsSync(path)) return false;
  let copy: Database | undefined;
  try {
    copy = new Database(path, { readOnly: true });
    const version = schemaVersion(copy);
    return version > 0 && version <= found && copy.row('PRAGMA quick_check(1)')?.[0] === 'ok';
  } catch {
    return false;
  } finally {
    copy?.close();
  }
}

/** The copy has its name only when all of it is on the disk: a fragment would be taken for the way back. */
function writeUndoCopy(database: Database, dataDir: string, path: string): void {
  const part = `${path}${UNFINISHED}`;
  rmSync(part, { force: true });
  database.run('VACUUM INTO ?', [part]);
  chmodSync(part, 0o600);
  flush(part);
  renameSync(part, path);
  flush(dataDir);
}

function flush(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncAll(database: Database): void {
  database.transaction(() => {
    syncNoun(database, CLUSTERS);
    syncNoun(database, TENANTS);
    syncNoun(database, NODES);
    syncNoun(database, WORKLOADS);
    syncNoun(database, CONTAINERS);
    syncNoun(database, IMAGES);
    syncNoun(database, FINDINGS);
    syncNoun(database, EXCEPTIONS);
    syncNoun(database, CHECKS);
    syncNoun(database, USES);
    syncNoun(database, VEX_DOCUMENTS);
    syncNoun(database, STATEMENT_PARTS);
    syncNoun(database, COMPLIANCE_RUNS);
    syncNoun(database, ACCESS_REQUESTS);
    syncNoun(database, USERS);
    syncNoun(database, API_KEYS);
    syncNoun(database, AUDIT);
    syncNoun(database, REGISTRIES);
    syncNoun(database, ADMISSION_RULES);
    syncNoun(database, ADMISSION_BINDINGS);
    syncNoun(database, ADMISSION_EXCEPTIONS);
    syncNoun(database, ADMISSION_DECISIONS);
  });
}

function cursorKeyOf(database: Database): Buffer {
  const known = database.row("SELECT value FROM meta WHERE name='cursor-key'");
  const value = known?.[0];
  if (value instanceof Uint8Array) return Buffer.from(value);
  const key = randomBytes(32);
  database.run("INSERT INTO meta(name,value) VALUES('cursor-key',?)", [key]);
  return key;
}
