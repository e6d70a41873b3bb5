// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../sqlite/database.ts';
import { sliceColumns } from './slice-schema.ts';
import { type Appended, SliceWriter } from './slice-writer.ts';

const START_MS = Date.UTC(2026, 0, 2, 10);
const HOUR_MS = 3_600_000;
const STREAMS = new Set(['process'] as const);
const COLUMNS = sliceColumns('process');

let folder = '';
let writer: SliceWriter;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-slice-writer-'));
  writer = new SliceWriter({
    folder,
    limits: { sliceBytes: 1 << 30 },
    nextOrdinal: 1,
    onOrdinal: () => undefined,
    ageMs: () => 0,
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

const upTo = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** Stores records with these sequences in the slice of an hour. */
function store(hour: number, sequences: readonly number[], boot = 'boot-1'): Appended {
  const rows = sequences.map((sequence) =>
    COLUMNS.map((column) => (column === 'sequence' ? sequence : column.endsWith('AtMs') ? START_MS : '')),
  );
  writer.begin(STREAMS, START_MS + hour * HOUR_MS);
  const producer = { cluster: 'local', tenant: 'default', node: 'n-1', boot };
  const done = writer.append([{ stream: 'process', ...producer, rows }]);
  writer.commit(STREAMS);
  return done;
}

/** What was done, and how many databases were closed meanwhile: each slice that is only looked into is closed after. */
function watched(act: () => Appended): Appended & { readonly looked: number } {
  const closed = vi.spyOn(Database.prototype, 'close');
  const before = closed.mock.calls.length;
  const done = act();
  return { ...done, looked: closed.mock.calls.length - before };
}

describe('records that are sent again', () => {
  it('are looked for once a slice, however many there are', () => {
    for (const hour of upTo(0, 11)) store(hour, upTo(hour * 100 + 1, hour * 100 + 100));
    const done = watched(() => store(11, upTo(1, 1200)));
    expect(done).toMatchObject({ stored: 0, duplicates: 1200, looked: 11 });
    const sequences = done.repeated?.[0]?.sequences ?? [];
    expect(sequences.toSorted((left, right) => left - right)).toEqual(upTo(1, 1200));
  });

  it('are looked for in the slice being written first, and no further once all are found', () => {
    for (const hour of upTo(0, 3)) store(hour, upTo(hour * 100 + 1, hour * 100 + 100));
    expect(watched(() => store(3, upTo(301, 400)))).toMatchObject({ duplicates: 100, looked: 0 });
    expect(watched(() => store(3, upTo(250, 350)))).toMatchObject({ duplicates: 101, looked: 1 });
    expect(watched(() => store(3, upTo(401, 500)))).toMatchObject({ stored: 100, looked: 0 });
  });

  it('are told from those that came late and those of another boot', () => {
    store(0, [1, 2, 5]);
    store(1, [8]);
    expect(store(2, [2, 3, 5, 8, 9, 9])).toMatchObject({ stored: 2, duplicates: 4 });
    expect(store(2, [1, 2, 3], 'boot-2')).toEqual({ stored: 3, duplicates: 0 });
    expect(writer.highestOf('n-1')).toEqual([
      { stream: 'process', bootId: 'boot-1', sequence: 9 },
      { stream: 'process', bootId: 'boot-2', sequence: 3 },
    ]);
  });
});
