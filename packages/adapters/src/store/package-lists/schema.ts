// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ScanRecord } from '../ports.ts';
import { type Database, numberOf, parseDocument, textOf } from '../sqlite/database.ts';
import { type ListIds, planPut } from './plan-put.ts';

/**
 * Package lists, kept so that they can be asked from the side of the packages.
 *
 * A list is made of sets, one for each layer that brought packages; a set is known by its content, so that a layer that
 * a thousand images share is kept once. `keys` of a set and `sets` of a list are sorted ids, four bytes each: all of them
 * together are what a search or a join walks through (package-index.ts). A package that a later layer hides is in no
 * set of the image, so nothing has to be subtracted.
 */
const SCHEMA = `
  CREATE TABLE package_keys (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, tenant TEXT NOT NULL, digest BLOB NOT NULL,
    join_name TEXT NOT NULL, join_source TEXT NOT NULL, doc TEXT NOT NULL, haystack TEXT NOT NULL,
    f_name TEXT NOT NULL COLLATE NOCASE, f_version TEXT NOT NULL COLLATE NOCASE,
    f_ecosystem TEXT NOT NULL COLLATE NOCASE, f_purl TEXT NOT NULL COLLATE NOCASE,
    f_sourceName TEXT NOT NULL COLLATE NOCASE, f_architecture TEXT NOT NULL COLLATE NOCASE,
    UNIQUE (cluster, tenant, digest)
  );
  CREATE INDEX package_keys_name ON package_keys(cluster, tenant, f_name, id);
  CREATE INDEX package_keys_purl ON package_keys(f_purl);
  CREATE INDEX package_keys_join_name ON package_keys(join_name);
  CREATE INDEX package_keys_join_source ON package_keys(join_source) WHERE join_source<>'';
  CREATE TABLE package_sets (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, tenant TEXT NOT NULL, digest BLOB NOT NULL,
    keys BLOB NOT NULL, doc BLOB NOT NULL, UNIQUE (cluster, tenant, digest)
  );
  CREATE TABLE package_lists (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, tenant TEXT NOT NULL, subject TEXT NOT NULL,
    of_image INTEGER NOT NULL, sets BLOB NOT NULL, doc BLOB NOT NULL, package_count INTEGER NOT NULL,
    scanned_at_ms INTEGER NOT NULL, matched_with TEXT NOT NULL, matched_at_ms INTEGER,
    UNIQUE (cluster, tenant, subject)
  );
  CREATE INDEX package_lists_matched ON package_lists(matched_with);
`;

/** Brings the lists of before, one document a workload, into their new form. */
export const PACKAGE_LISTS = {
  name: 'package lists by layer and package',
  apply: (database: Database): void => {
    database.exec(SCHEMA);
    const ids = idsIn(database);
    let last = 0;
    for (;;) {
      const [row] = database.rows(
        'SELECT rowid,cluster,tenant,matched_with,doc FROM scans WHERE rowid>? ORDER BY rowid LIMIT 1',
        [last],
      );
      if (row === undefined) break;
      last = numberOf(row[0]);
      const scan: ScanRecord = {
        ...parseDocument<Omit<ScanRecord, 'matchedWith'>>(row[4]),
        matchedWith: textOf(row[3]),
      };
      const owner = { cluster: textOf(row[1]), tenant: textOf(row[2]) };
      for (const { sql, rows } of planPut(owner, scan, ids)) {
        for (const params of rows) database.run(sql, params);
      }
    }
    database.exec('DROP TABLE scans');
  },
};

/** Ids by content, from the database itself: used where nobody else writes. */
function idsIn(database: Database): ListIds {
  const next = { package_keys: 1, package_sets: 1, package_lists: 1 };
  return {
    find: (table, { cluster, tenant }, digest) => {
      const row = database.row(`SELECT id FROM ${table} WHERE cluster=? AND tenant=? AND digest=?`, [
        cluster,
        tenant,
        digest,
      ]);
      return row === undefined ? undefined : numberOf(row[0]);
    },
    make: (table) => {
      const id = next[table];
      next[table] += 1;
      return id;
    },
  };
}
