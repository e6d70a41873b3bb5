// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Result } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import { PACKAGE_LISTS } from '../package-lists/schema.ts';
import type { StoreFailure } from '../ports.ts';
import type { Database } from './database.ts';

/** One step forward. There is no step back: older data comes from a backup. */
export interface Migration {
  readonly name: string;
  readonly apply: (database: Database) => void;
}

const SCHEMA_1 = `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE credentials (
    user TEXT PRIMARY KEY, tenant TEXT NOT NULL, name TEXT NOT NULL UNIQUE, doc TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE sessions (
    token_hash TEXT PRIMARY KEY, user TEXT NOT NULL, expires_at_ms INTEGER NOT NULL, doc TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX sessions_user ON sessions(user);
  CREATE INDEX sessions_expiry ON sessions(expires_at_ms);
  CREATE TABLE api_key_hashes (
    secret_hash TEXT PRIMARY KEY, tenant TEXT NOT NULL, key TEXT NOT NULL UNIQUE
  ) WITHOUT ROWID;
  CREATE TABLE join_tokens (
    id TEXT PRIMARY KEY, secret_hash TEXT NOT NULL, expires_at_ms INTEGER NOT NULL,
    cluster TEXT NOT NULL, tenant TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE certificates (
    serial TEXT PRIMARY KEY, cluster TEXT NOT NULL, tenant TEXT NOT NULL, node TEXT NOT NULL,
    not_after_ms INTEGER NOT NULL, revoked INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX certificates_node ON certificates(node);
  CREATE TABLE marks (
    cluster TEXT NOT NULL, tenant TEXT NOT NULL, node TEXT NOT NULL, boot TEXT NOT NULL, stream TEXT NOT NULL,
    sequence INTEGER NOT NULL, PRIMARY KEY (cluster, tenant, node, boot, stream)
  ) WITHOUT ROWID;
  CREATE TABLE scans (
    cluster TEXT NOT NULL, tenant TEXT NOT NULL, workload TEXT NOT NULL, matched_with TEXT NOT NULL,
    doc TEXT NOT NULL, PRIMARY KEY (cluster, tenant, workload)
  );
`;

/** The size of package lists is known without reading them. */
const SCHEMA_2 = `
  ALTER TABLE scans ADD COLUMN package_count INTEGER NOT NULL DEFAULT 0;
  UPDATE scans SET package_count=json_array_length(doc,'$.packages');
  CREATE INDEX scans_package_count ON scans(cluster, tenant, package_count);
`;

/** Every step of core.db, in order. A released step is never edited. */
export const CORE_MIGRATIONS: readonly Migration[] = [
  { name: 'first tables', apply: (database) => database.exec(SCHEMA_1) },
  { name: 'size of package lists', apply: (database) => database.exec(SCHEMA_2) },
  PACKAGE_LISTS,
];

/** Version of the data in a file. */
export const schemaVersion = (database: Database): number => database.number('PRAGMA user_version');

/**
 * Brings a file to the newest version, each step in a transaction of its own. Data of a newer program is refused
 * untouched; a step that fails is rolled back and leaves the version before it.
 */
export function migrate(database: Database, steps: readonly Migration[]): Result<number, StoreFailure> {
  const found = schemaVersion(database);
  if (found > steps.length) {
    return err(
      failure('E_STORE_NEWER', `the data has schema ${found}, this program knows up to ${steps.length}`),
    );
  }
  for (const [index, step] of steps.entries()) {
    if (index < found) continue;
    try {
      database.transaction(() => {
        step.apply(database);
        database.exec(`PRAGMA user_version=${index + 1}`);
      });
    } catch (error) {
      const cause = fromForeignOrBug(error);
      if (cause.code === 'E_STORE_FULL') return err(cause);
      return err(
        failure('E_STORE_MIGRATION', `step ${index + 1} (${step.name}) failed: ${cause.detail}`, cause.cause),
      );
    }
  }
  return ok(steps.length);
}

/** A migration may fail for any reason, also a bug in it: the data stays as it was and the reason is told. */
function fromForeignOrBug(error: unknown): StoreFailure {
  try {
    return fromForeign(error).error;
  } catch {
    return failure('E_STORE_MIGRATION', error instanceof Error ? error.message : String(error));
  }
}
