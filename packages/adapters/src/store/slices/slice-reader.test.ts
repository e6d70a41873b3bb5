// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SliceReader } from './slice-reader.ts';
import { sliceColumns } from './slice-schema.ts';
import { SliceWriter } from './slice-writer.ts';

const START_MS = Date.UTC(2026, 0, 2, 10);
const MINUTE_MS = 60_000;
const STREAMS = new Set(['security'] as const);
const COLUMNS = sliceColumns('security');

let folder = '';
let writer: SliceWriter;
let reader: SliceReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-slice-reader-'));
  writer = new SliceWriter({
    folder,
    limits: { sliceBytes: 1 << 30 },
    nextOrdinal: 1,
    onOrdinal: () => undefined,
    ageMs: () => 0,
  });
  reader = new SliceReader(folder);
});
afterEach(() => {
  reader.close();
  writer.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Stores an event that happened so many minutes after ten, as its sequence says, and came in then or later. */
function store(minute: number, receivedMinute = minute): void {
  const nowMs = START_MS + receivedMinute * MINUTE_MS;
  const cells = new Map<string, string | number>([
    ['sequence', minute],
    ['doc', String(minute)],
    ['f_occurredAtMs', START_MS + minute * MINUTE_MS],
    ['f_receivedAtMs', nowMs],
  ]);
  const row = COLUMNS.map((column) => cells.get(column) ?? '');
  const producer = { cluster: 'local', tenant: 'default', node: 'n-1', boot: 'boot-1' };
  writer.begin(STREAMS, nowMs);
  writer.append([{ stream: 'security', ...producer, rows: [row] }]);
  writer.commit(STREAMS);
}

interface Asked {
  readonly sortBy?: 'occurred' | 'received';
  readonly limit?: number;
}
const IN_RANGE = 'f_occurredAtMs>=? AND f_occurredAtMs<?';
const rangeOf = (from: number, to: number) => ({
  fromMs: START_MS + from * MINUTE_MS,
  toMs: START_MS + to * MINUTE_MS,
});

/** Minutes of what happened in a range, as a list gives it, newest first. */
function minutes(from: number, to: number, { sortBy = 'occurred', limit = 100 }: Asked = {}): string[] {
  const range = rangeOf(from, to);
  const where = { sql: IN_RANGE, params: [range.fromMs, range.toMs] };
  const asked = { op: 'page', stream: 'security', where, sortBy, descending: true, limit } as const;
  return reader.page({ ...asked, ...range }).map((row) => row[3]);
}

function count(from: number, to: number): unknown {
  const range = rangeOf(from, to);
  const sql = `SELECT 'all', count(*) FROM events WHERE ${IN_RANGE} GROUP BY 1`;
  const statement = { sql, params: [range.fromMs, range.toMs] };
  const asked = { op: 'group', stream: 'security', statement, keys: 1, groupsMax: 10 } as const;
  return reader.groups({ ...asked, folds: ['sum'], ...range }).map((row) => row[1]);
}

/** Files of the folder that are deleted and still open here. */
const deletedAndOpen = (): string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(join('/proc/self/fd', fd));
      return path.startsWith(folder) && path.endsWith('(deleted)') ? [path] : [];
    } catch {
      return [];
    }
  });

describe('a range over slices', () => {
  it('finds what was stored after somebody looked at the slice and before the next one began', () => {
    store(5);
    expect(minutes(0, 10)).toEqual(['5']);
    store(50);
    store(61);
    expect(minutes(45, 70)).toEqual(['61', '50']);
    expect(minutes(45, 70, { sortBy: 'received' })).toEqual(['61', '50']);
    expect(count(45, 70)).toEqual([2]);
  });

  it('begins with the newest, also where that was stored after somebody looked at the slice', () => {
    store(5);
    expect(minutes(0, 10)).toEqual(['5']);
    store(59);
    store(50, 61);
    expect(minutes(0, 70, { limit: 1 })).toEqual(['59']);
    expect(minutes(0, 70)).toEqual(['59', '50', '5']);
  });
});

describe('slices that were deleted', () => {
  const removeOldest = () => {
    const [oldest] = writer.slices();
    if (oldest !== undefined) writer.remove(oldest);
  };

  it('are closed by the next look', () => {
    for (const minute of [5, 65, 125]) store(minute);
    expect(minutes(0, 200)).toHaveLength(3);
    removeOldest();
    expect(minutes(0, 200)).toEqual(['125', '65']);
    expect(deletedAndOpen()).toEqual([]);
  });

  it('are closed without a look when the reader is told of it', () => {
    for (const minute of [5, 65, 125]) store(minute);
    expect(minutes(0, 200)).toHaveLength(3);
    removeOldest();
    expect(deletedAndOpen()).not.toEqual([]);
    reader.forget();
    expect(deletedAndOpen()).toEqual([]);
  });
});
