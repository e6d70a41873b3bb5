// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, fsyncSync, openSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { invariant } from '@bartizan/contracts/result';
import { StoreFault } from '../failure.ts';
import { Database, numberOf, textOf } from '../sqlite/database.ts';
import { migrate, schemaVersion } from '../sqlite/migrations.ts';
import { setAsideDamaged } from './check-slices.ts';
import type { EncodedGroup } from './encode.ts';
import { findStored, mayBeStored } from './find-stored.ts';
import {
  hourOf,
  SLICE_STREAMS,
  type SliceName,
  type SliceStream,
  sliceFile,
  slicesIn,
} from './slice-name.ts';
import { FINISHED_INDEX_SQL, HAS_FINISHED_INDEX_SQL, insertSql, sliceMigrations } from './slice-schema.ts';

/** A slice that is being written. */
interface OpenSlice {
  readonly name: SliceName;
  readonly hour: string;
  readonly database: Database;
  /** Producer key -> row id in this slice. */
  readonly producers: Map<string, number>;
}
/** Records of one producer and stream that were stored before. */
export interface Repeated extends Pick<EncodedGroup, 'stream' | 'node' | 'boot'> {
  readonly sequences: readonly number[];
}
/** What one append did. */
export interface Appended {
  readonly stored: number;
  readonly duplicates: number;
  /** Absent when nothing was stored before. */
  readonly repeated?: readonly Repeated[];
}

/** How far a stream of a producer is stored. */
export interface Highest {
  readonly stream: SliceStream;
  readonly bootId: string;
  readonly sequence: number;
}

/** Limits of the slices. */
export interface SliceLimits {
  readonly sliceBytes: number;
}
const producerKey = (group: EncodedGroup): string =>
  `${group.cluster}\n${group.tenant}\n${group.node}\n${group.boot}`;

/** Writes events into the newest slice of their stream. One writer per data folder; used in the writer thread only. */
export class SliceWriter {
  /** Slices that could not be read at the start and were set aside. */
  readonly damaged: readonly string[];
  readonly #folder: string;
  readonly #limits: SliceLimits;
  readonly #open = new Map<SliceStream, OpenSlice>();
  /** Highest sequence ever stored per stream and producer: anything above it cannot be a repeat. */
  readonly #highest = new Map<string, number>();
  #nextOrdinal: number;
  readonly #onOrdinal: (ordinal: number) => void;
  readonly #ageMs: () => number;

  constructor(options: {
    readonly folder: string;
    readonly limits: SliceLimits;
    readonly nextOrdinal: number;
    /** Keeps the next ordinal, so that a number is never used twice even when all slices are gone. */
    readonly onOrdinal: (ordinal: number) => void;
    /** Age of the store, see the age clock: a new slice carries it. */
    readonly ageMs: () => number;
  }) {
    this.#folder = options.folder;
    this.#limits = options.limits;
    this.#onOrdinal = options.onOrdinal;
    this.#ageMs = options.ageMs;
    this.#nextOrdinal = Math.max(options.nextOrdinal, 1 + (this.slices().at(-1)?.ordinal ?? 0));
    this.damaged = setAsideDamaged(this.#folder, this.slices());
    this.#finishLeftOvers();
    this.#loadHighest();
  }

  /** All slices, oldest first. */
  slices(): SliceName[] {
    return slicesIn(readdirSync(this.#folder));
  }

  /** Highest stored sequence per stream and boot of a node. */
  highestOf(node: string, owner?: readonly [cluster: string, tenant: string]): Highest[] {
    const found: Highest[] = [];
    for (const [key, sequence] of this.#highest) {
      const [stream, cluster, tenant, ofNode, boot = ''] = key.split('\n');
      const known = SLICE_STREAMS.find((one) => one === stream);
      const isOurs = owner === undefined || (owner[0] === cluster && owner[1] === tenant);
      if (known !== undefined && ofNode === node && isOurs)
        found.push({ stream: known, bootId: boot, sequence });
    }
    return found;
  }

  /** Whether a slice is being written. */
  isOpen(slice: SliceName): boolean {
    return this.#open.get(slice.stream)?.name.ordinal === slice.ordinal;
  }

  /** Opens the slices that the groups go to and starts a transaction in each; call `commit` or `rollback` after. */
  begin(streams: ReadonlySet<SliceStream>, nowMs: number): void {
    for (const stream of streams) this.#current(stream, nowMs).database.exec('BEGIN IMMEDIATE');
  }

  /** Stores groups inside the open transactions. */
  append(groups: readonly EncodedGroup[]): Appended {
    let stored = 0;
    let duplicates = 0;
    const repeated: Repeated[] = [];
    for (const group of groups) {
      const done = this.#appendGroup(group);
      stored += done.stored;
      duplicates += group.rows.length - done.stored;
      const { stream, node, boot } = group;
      if (done.repeats.size > 0) repeated.push({ stream, node, boot, sequences: [...done.repeats] });
    }
    return repeated.length === 0 ? { stored, duplicates } : { stored, duplicates, repeated };
  }

  /** Makes everything since `begin` durable. */
  commit(streams: ReadonlySet<SliceStream>): void {
    for (const stream of streams) this.#open.get(stream)?.database.exec('COMMIT');
  }

  /** Undoes everything since `begin`, and forgets what was remembered of it. */
  rollback(streams: ReadonlySet<SliceStream>): void {
    for (const stream of streams) {
      const slice = this.#open.get(stream);
      slice?.database.rollback();
      slice?.producers.clear();
    }
    this.#highest.clear();
    this.#loadHighest();
  }

  /** Age of the store when a slice was begun; undefined when it cannot be read. */
  bornAgeMs(slice: SliceName): number | undefined {
    const database = this.#peek(slice);
    try {
      if (schemaVersion(database) === 0) return undefined;
      const row = database.row("SELECT value FROM slice WHERE name='bornAgeMs'");
      return row === undefined ? undefined : numberOf(row[0]);
    } finally {
      database.close();
    }
  }

  /** When the first record of a slice came in; undefined when it holds none. */
  firstReceivedAtMs(slice: SliceName): number | undefined {
    const database = this.#peek(slice);
    try {
      if (schemaVersion(database) === 0) return undefined;
      const row = database.row('SELECT f_receivedAtMs FROM events ORDER BY seq LIMIT 1');
      return row === undefined ? undefined : numberOf(row[0]);
    } finally {
      database.close();
    }
  }

  /** Ends the slice being written; nothing is ever written into it again. */
  #finish(slice: OpenSlice): void {
    slice.database.exec(FINISHED_INDEX_SQL);
    this.#release(slice.name.stream);
  }

  #release(stream: SliceStream): void {
    const slice = this.#open.get(stream);
    if (slice === undefined) return;
    this.#open.delete(stream);
    slice.database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    slice.database.close();
  }

  /** Deletes a slice. */
  remove(slice: SliceName): void {
    if (this.isOpen(slice)) {
      this.#open.get(slice.stream)?.database.close();
      this.#open.delete(slice.stream);
    }
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(this.#folder, `${slice.file}${suffix}`), { force: true });
  }

  close(): void {
    for (const stream of [...this.#open.keys()]) this.#release(stream);
  }

  #appendGroup(group: EncodedGroup): { readonly stored: number; readonly repeats: ReadonlySet<number> } {
    const slice = this.#open.get(group.stream);
    invariant(slice !== undefined, `a slice of ${group.stream} is open while records are stored`);
    const key = producerKey(group);
    const streamKey = `${group.stream}\n${key}`;
    const producer = slice.producers.get(key) ?? this.#producer(slice, group, key);
    const insert = insertSql(group.stream);
    const before = this.#highest.get(streamKey) ?? -1;
    const repeats = findStored(group, mayBeStored(group, before), this.#fromNewest(slice));
    let highest = before;
    let stored = 0;
    for (const row of group.rows) {
      const sequence = Number(row[0]);
      if (repeats.has(sequence)) continue;
      stored += slice.database.run(insert, [producer, ...row]);
      if (sequence > highest) highest = sequence;
    }
    if (highest > before) {
      this.#highest.set(streamKey, highest);
      slice.database.run('UPDATE producers SET highest=max(highest,?) WHERE id=?', [highest, producer]);
    }
    return { stored, repeats };
  }

  #producer(slice: OpenSlice, group: EncodedGroup, key: string): number {
    const names = [group.cluster, group.tenant, group.node, group.boot];
    slice.database.run('INSERT OR IGNORE INTO producers(cluster,tenant,node,boot) VALUES(?,?,?,?)', names);
    const id = slice.database.number(
      'SELECT id FROM producers WHERE cluster=? AND tenant=? AND node=? AND boot=?',
      names,
    );
    slice.producers.set(key, id);
    return id;
  }

  /** The slice being written, which holds most repeats, and then the others of its stream, newest first. */
  *#fromNewest(open: OpenSlice): Generator<Database> {
    yield open.database;
    for (const slice of this.slices().reverse()) {
      if (slice.stream !== open.name.stream || slice.ordinal === open.name.ordinal) continue;
      const database = this.#peek(slice);
      try {
        yield database;
      } finally {
        database.close();
      }
    }
  }

  #peek(slice: SliceName): Database {
    return new Database(join(this.#folder, slice.file), { readOnly: true, cacheBytes: 1 << 20 });
  }

  #current(stream: SliceStream, nowMs: number): OpenSlice {
    const known = this.#open.get(stream);
    if (known !== undefined && known.hour === hourOf(nowMs) && this.#hasRoom(known)) return known;
    if (known !== undefined) this.#finish(known);
    const last = this.slices()
      .filter((slice) => slice.stream === stream)
      .at(-1);
    const isReusable = last?.file.startsWith(`${stream}-${hourOf(nowMs)}-`) === true && known === undefined;
    const opened = isReusable && last !== undefined ? this.#openSlice(last, nowMs) : undefined;
    if (opened !== undefined && this.#hasRoom(opened)) {
      this.#open.set(stream, opened);
      return opened;
    }
    opened?.database.close();
    const created = this.#create(stream, nowMs);
    this.#open.set(stream, created);
    return created;
  }

  #create(stream: SliceStream, nowMs: number): OpenSlice {
    const ordinal = this.#nextOrdinal;
    const name = { file: sliceFile(stream, nowMs, ordinal), stream, ordinal };
    const slice = this.#openSlice(name, nowMs);
    this.#nextOrdinal = ordinal + 1;
    this.#onOrdinal(this.#nextOrdinal);
    // The name of a new file is durable only once its folder is.
    const folder = openSync(this.#folder, 'r');
    fsyncSync(folder);
    closeSync(folder);
    return slice;
  }

  #openSlice(name: SliceName, nowMs: number): OpenSlice {
    const database = new Database(join(this.#folder, name.file), {
      checkpointPages: 1000,
      // The kernel has these pages as well. 8 MB for each stream cost 80 MB more, most of it torn heap, for the same CPU.
      cacheBytes: 2 << 20,
      pageBytes: 16_384,
    });
    const migrated = migrate(database, sliceMigrations(name.stream));
    if (!migrated.ok) {
      database.close();
      throw new StoreFault(migrated.error);
    }
    database.run("INSERT OR IGNORE INTO slice(name,value) VALUES('bornAgeMs',?)", [this.#ageMs()]);
    return { name, hour: hourOf(nowMs), database, producers: new Map() };
  }

  #hasRoom(slice: OpenSlice): boolean {
    const pages = slice.database.number('PRAGMA page_count');
    return pages * slice.database.number('PRAGMA page_size') < this.#limits.sliceBytes;
  }

  /** Finishes slices that a killed process left: they were being written, and are not the newest any more. */
  #finishLeftOvers(): void {
    for (const stream of SLICE_STREAMS) {
      for (const slice of this.slices()
        .filter((one) => one.stream === stream)
        .slice(0, -1)) {
        if (this.#isFinished(slice)) continue;
        this.#open.set(stream, this.#openSlice(slice, 0));
        const opened = this.#open.get(stream);
        if (opened !== undefined) this.#finish(opened);
      }
    }
  }

  #isFinished(slice: SliceName): boolean {
    const database = this.#peek(slice);
    try {
      return schemaVersion(database) === 0 || database.number(HAS_FINISHED_INDEX_SQL) > 0;
    } finally {
      database.close();
    }
  }

  #loadHighest(): void {
    for (const slice of this.slices()) {
      const database = this.#peek(slice);
      try {
        // A crash between making the file and its tables leaves an empty one.
        if (schemaVersion(database) === 0) continue;
        const rows = database.rows('SELECT cluster,tenant,node,boot,highest FROM producers');
        for (const [cluster, tenant, node, boot, highest] of rows) {
          const key = [slice.stream, cluster, tenant, node, boot].map(textOf).join('\n');
          this.#highest.set(key, Math.max(this.#highest.get(key) ?? -1, numberOf(highest)));
        }
      } finally {
        database.close();
      }
    }
  }
}

/** Streams that groups go to. */
export const streamsOf = (groups: readonly EncodedGroup[]): ReadonlySet<SliceStream> =>
  new Set(SLICE_STREAMS.filter((stream) => groups.some((group) => group.stream === stream)));
