// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { columnOf, columnType } from '../sqlite/fields.ts';
import type { Migration } from '../sqlite/migrations.ts';
import { eventFields } from './event-fields.ts';
import type { SliceStream } from './slice-name.ts';

/** Columns of a row in the order of an encoded row, after the producer. */
export const sliceColumns = (stream: SliceStream): string[] => [
  'sequence',
  'haystack',
  'doc',
  ...eventFields(stream).map((field) => columnOf(field.name)),
];

/** Stores one row; a record that is there already changes nothing. */
export function insertSql(stream: SliceStream): string {
  const columns = ['producer', ...sliceColumns(stream)];
  return `INSERT OR IGNORE INTO events(${columns.join(',')}) VALUES(${columns.map(() => '?').join(',')})`;
}

const createSql = (stream: SliceStream): string => `
  CREATE TABLE slice (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
  CREATE TABLE producers (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, tenant TEXT NOT NULL, node TEXT NOT NULL, boot TEXT NOT NULL,
    highest INTEGER NOT NULL DEFAULT -1, UNIQUE (cluster, tenant, node, boot)
  );
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, producer INTEGER NOT NULL, sequence INTEGER NOT NULL,
    ${eventFields(stream)
      .map((field) => `${columnOf(field.name)} ${columnType(field.kind)}`)
      .join(',')},
    haystack TEXT NOT NULL, doc TEXT NOT NULL, UNIQUE (producer, sequence)
  );
  CREATE INDEX events_occurred ON events(f_occurredAtMs);
`;

/**
 * Made when a slice is finished, not while it is written: in one sorted pass instead of a random page for each event,
 * which would double what goes to disk. Searches by workload read the slice being written without it.
 */
export const FINISHED_INDEX_SQL =
  'CREATE INDEX IF NOT EXISTS events_workload ON events(f_workload, f_occurredAtMs)';
/** Whether the index of a finished slice is there. */
export const HAS_FINISHED_INDEX_SQL =
  "SELECT count(*) FROM sqlite_schema WHERE type='index' AND name='events_workload'";

/** Every step of a slice of one stream, in order. */
export const sliceMigrations = (stream: SliceStream): readonly Migration[] => [
  { name: 'first tables', apply: (database) => database.exec(createSql(stream)) },
];
