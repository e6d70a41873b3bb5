// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { type Cells, type Database, parseDocument, type SqlValue, textOf } from './database.ts';
import { columnOf, columnType, columnValue, haystackOf, type NounSpec } from './fields.ts';

/** What is derived from a record for lists to look at, in the order of `derivedNames`. */
export function derivedValues<T>(spec: NounSpec<T>, item: T): SqlValue[] {
  const texts: string[] = [];
  const values = spec.fields.map((field) => {
    const value = field.read(item);
    if (field.kind === 'text' && typeof value === 'string') texts.push(value);
    return columnValue(field.kind, value);
  });
  return [haystackOf([...spec.words(item), ...texts]), ...values];
}

/** Values of one record in the order of `columnNames`. */
export function recordValues<T>(spec: NounSpec<T>, item: T): SqlValue[] {
  const owner = spec.owner(item);
  return [owner.cluster, owner.tenant, spec.id(item), JSON.stringify(item), ...derivedValues(spec, item)];
}

/** Columns that are derived from the record: all text, then each field. */
export const derivedNames = <T>(spec: NounSpec<T>): string[] => [
  'haystack',
  ...spec.fields.map((field) => columnOf(field.name)),
];

/** Columns of a noun's table: who owns it, its id, the record itself, and what is derived from it. */
export const columnNames = <T>(spec: NounSpec<T>): string[] => [
  'cluster',
  'tenant',
  'id',
  'doc',
  ...derivedNames(spec),
];

/** Inserts or replaces one record. */
export function upsertSql<T>(spec: NounSpec<T>): string {
  const columns = columnNames(spec);
  const updates = columns.slice(3).map((column) => `${column}=excluded.${column}`);
  return `INSERT INTO ${spec.table}(${columns.join(',')}) VALUES(${columns.map(() => '?').join(',')})
    ON CONFLICT(cluster,tenant,id) DO UPDATE SET ${updates.join(',')}`;
}

function createSql<T>(spec: NounSpec<T>): string {
  const fields = spec.fields.map((field) => `${columnOf(field.name)} ${columnType(field.kind)}`);
  return `CREATE TABLE ${spec.table} (
    cluster TEXT NOT NULL, tenant TEXT NOT NULL, id TEXT NOT NULL, doc TEXT NOT NULL, haystack TEXT NOT NULL,
    ${fields.join(',')}, PRIMARY KEY (cluster, tenant, id))`;
}

const OWNER_COLUMNS = { both: 'cluster, tenant', tenant: 'tenant', cluster: 'cluster' } as const;

const indexSql = <T>(spec: NounSpec<T>): string[] =>
  spec.fields
    .filter((field) => field.indexed === true)
    .map(
      (field) =>
        `CREATE INDEX ${spec.table}_${field.name} ON ${spec.table}(${OWNER_COLUMNS[spec.visibility]}, ${columnOf(field.name)}, id)`,
    );

const fingerprint = <T>(spec: NounSpec<T>): string =>
  createHash('sha256')
    .update([createSql(spec), ...indexSql(spec)].join('\n'))
    .digest('hex');

/**
 * Makes the table of a noun, or makes its derived columns anew from the records when the fields have changed: adding
 * a filter field needs no migration. Runs inside the caller's transaction.
 */
export function syncNoun<T>(database: Database, spec: NounSpec<T>): 'same' | 'created' | 'rebuilt' {
  const wanted = fingerprint(spec);
  const key = `noun:${spec.table}`;
  const known = database.row('SELECT value FROM meta WHERE name=?', [key]);
  if (known?.[0] === wanted) return 'same';
  const exists = database.number("SELECT count(*) FROM sqlite_schema WHERE type='table' AND name=?", [
    spec.table,
  ]);
  if (exists > 0) {
    for (const field of database.rows(
      "SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name=? AND sql IS NOT NULL",
      [spec.table],
    )) {
      database.exec(`DROP INDEX ${String(field[0])}`);
    }
    database.exec(`ALTER TABLE ${spec.table} RENAME TO rebuild_${spec.table}`);
  }
  database.exec(createSql(spec));
  for (const sql of indexSql(spec)) database.exec(sql);
  if (exists > 0) copyRecords(database, spec);
  database.run(
    'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value',
    [key, wanted],
  );
  return exists > 0 ? 'rebuilt' : 'created';
}

const COPY_ROWS = 500;

function copyRecords<T>(database: Database, spec: NounSpec<T>): void {
  const insert = upsertSql(spec);
  // Below every rowid: what somebody put before the first record goes on to be seen.
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = database.rows(
      `SELECT rowid, doc, cluster, tenant, id FROM rebuild_${spec.table} WHERE rowid>? ORDER BY rowid LIMIT ${COPY_ROWS}`,
      [last],
    );
    for (const [rowid, doc, cluster, tenant, id] of rows) {
      const owner = [String(cluster), String(tenant), String(id)];
      const item = readable<T>(doc);
      if (item === undefined) {
        // A record that was changed by hand stays as it is: the audit log has to be able to show it.
        database.run(`INSERT INTO ${spec.table}(cluster,tenant,id,doc,haystack) VALUES(?,?,?,?,'')`, [
          ...owner,
          textOf(doc),
        ]);
      } else {
        const values = recordValues(spec, item);
        // The owner and id columns are the truth of who may see a record; they are kept as they were.
        values.splice(0, 3, ...owner);
        database.run(insert, values);
      }
      last = Number(rowid);
    }
    if (rows.length < COPY_ROWS) break;
  }
  database.exec(`DROP TABLE rebuild_${spec.table}`);
}

function readable<T>(doc: Cells[number] | undefined): T | undefined {
  try {
    return parseDocument<T>(doc);
  } catch {
    return undefined;
  }
}
