// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Database, numberOf } from '../sqlite/database.ts';
import { schemaVersion } from '../sqlite/migrations.ts';
import type { EncodedGroup } from './encode.ts';

const STORED_SQL = `SELECT sequence FROM events WHERE producer=(SELECT id FROM producers
    WHERE cluster=? AND tenant=? AND node=? AND boot=? AND highest>=?)
  AND sequence IN (SELECT value FROM json_each(?))`;

/** Sequences of a group up to the highest that is known of its producer: only these can be repeats. */
export function mayBeStored(group: EncodedGroup, highest: number): ReadonlySet<number> {
  const sequences = new Set<number>();
  for (const row of group.rows) {
    const sequence = Number(row[0]);
    if (sequence <= highest) sequences.add(sequence);
  }
  return sequences;
}

/**
 * Those of some sequences that slices hold. One question a slice, however many sequences there are, and none once all
 * are found: after a reboot a node may send thousands of records again, and the writer has nobody to stand in for it.
 */
export function findStored(
  group: EncodedGroup,
  sequences: ReadonlySet<number>,
  slices: Iterable<Database>,
): ReadonlySet<number> {
  const stored = new Set<number>();
  if (sequences.size === 0) return stored;
  const missing = new Set(sequences);
  const { cluster, tenant, node, boot } = group;
  for (const slice of slices) {
    // A crash between making the file and its tables leaves an empty one.
    if (schemaVersion(slice) === 0) continue;
    const asked = [...missing];
    const lowest = asked.reduce((least, sequence) => Math.min(least, sequence));
    const params = [cluster, tenant, node, boot, lowest, JSON.stringify(asked)];
    for (const [cell] of slice.rows(STORED_SQL, params)) {
      stored.add(numberOf(cell));
      missing.delete(numberOf(cell));
    }
    if (missing.size === 0) break;
  }
  return stored;
}
