// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalText } from '@bartizan/contracts';
import { ok, type Result } from '@bartizan/contracts/result';
import { fromForeign, isDiskFull, storeErr } from '../failure.ts';
import { scratchBytes } from '../leftovers.ts';
import type { StoreFailure, StoreState } from '../ports.ts';
import { type AgeClock, advanceAge, planRetention } from '../retention.ts';
import type { SliceStream } from '../slices/slice-name.ts';
import { SliceWriter, streamsOf } from '../slices/slice-writer.ts';
import { checkHead } from '../sqlite/audit-head.ts';
import { Database, numberOf } from '../sqlite/database.ts';
import { CORE_MIGRATIONS } from '../sqlite/migrations.ts';
import { applyAudit, applyChanges, applyRotation } from './core-writer.ts';
import { trimDecisions } from './decision-trim.ts';
import type { Call, Reply, WriterData, WriterRequest } from './protocol.ts';
import { diskOf, fileBytes, folderBytes, stateAfter, stateHealed, writeForATry } from './store-state.ts';

type Batched = Extract<WriterRequest, { op: 'core' | 'audit' | 'append' }>;
const isBatched = (request: WriterRequest): request is Batched =>
  request.op === 'core' || request.op === 'audit' || request.op === 'append';

const MEASURE_MS = 2000;
const UPSERT_META =
  'INSERT INTO meta(name,value) VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value';

/**
 * Group commit: whatever has arrived by the end of one turn of the event loop goes to disk in one transaction a file,
 * and is answered after. While the disk works, the next group gathers.
 */
export class WriterDesk {
  readonly #data: WriterData;
  readonly #send: (reply: Reply) => void;
  readonly #core: Database;
  readonly #slices: SliceWriter;
  readonly #sliceDir: string;
  #queue: Call<WriterRequest>[] = [];
  #isScheduled = false;
  #age: AgeClock;
  #state: StoreState;
  #auditKey: Uint8Array | undefined;
  #measuredAt = 0;
  #oldest: { readonly ordinal: number; readonly atMs: number | undefined } | undefined;
  readonly #lasting: LocalText | undefined;
  readonly #watch: NodeJS.Timeout;
  #isClosed = false;

  constructor(data: WriterData, send: (reply: Reply) => void) {
    this.#data = data;
    this.#send = send;
    this.#auditKey = data.auditKey;
    this.#sliceDir = join(data.dataDir, 'slices');
    mkdirSync(this.#sliceDir, { recursive: true, mode: 0o700 });
    this.#core = new Database(join(data.dataDir, 'core.db'), { cacheBytes: 8 << 20 });
    const seenAtMs = this.#meta('age-seen-at-ms') ?? data.nowMs;
    this.#age = advanceAge({ ageMs: this.#meta('age-ms') ?? 0, seenAtMs }, data.nowMs);
    this.#slices = new SliceWriter({
      folder: this.#sliceDir,
      limits: { sliceBytes: data.sliceBytes },
      nextOrdinal: this.#meta('next-ordinal') ?? 1,
      onOrdinal: (ordinal) => this.#core.run(UPSERT_META, ['next-ordinal', ordinal]),
      ageMs: () => this.#age.ageMs,
    });
    const { damaged } = this.#slices;
    this.#lasting =
      damaged.length === 0
        ? undefined
        : {
            en: `damaged and set aside: ${damaged.join(', ')}`,
            ja: `破損のため除外：${damaged.join('、')}`,
          };
    this.#state = {
      state: 'ok',
      sizeBytes: 0,
      schemaVersion: CORE_MIGRATIONS.length,
      ...(this.#lasting === undefined ? {} : { reason: this.#lasting }),
    };
    this.#measure(true);
    this.#watch = setInterval(() => this.#look(), data.probeMs);
    this.#watch.unref();
  }

  /** Takes a request; it is answered by a reply with its number. */
  receive(call: Call<WriterRequest>): void {
    this.#queue.push(call);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#drain();
    });
  }

  #drain(): void {
    const queue = this.#queue;
    this.#queue = [];
    let group: Call<Batched>[] = [];
    for (const { call, request } of queue) {
      if (isBatched(request)) {
        group.push({ call, request });
        continue;
      }
      this.#flush(group);
      group = [];
      this.#send({ call, result: this.#alone(request) });
    }
    this.#flush(group);
    if (!this.#isClosed) this.#measure(false);
  }

  #flush(group: readonly Call<Batched>[]): void {
    if (group.length === 0) return;
    if (this.#state.state === 'read-only') {
      const refused = storeErr('E_STORE_FULL', this.#state.reason?.en ?? 'the disk is full');
      for (const { call } of group) this.#send({ call, result: refused });
      return;
    }
    const results = this.#commit(group);
    if (!results.ok) {
      this.#fail(results.error);
      for (const { call } of group) this.#send({ call, result: results });
      return;
    }
    if (this.#state.state === 'failed') this.#setState(stateHealed(this.#state, this.#lasting));
    for (const [index, { call }] of group.entries()) {
      const result = results.value[index];
      if (result !== undefined) this.#send({ call, result });
    }
  }

  /** All of a group in one transaction a file, slices first: a mark in core.db never precedes its records. */
  #commit(group: readonly Call<Batched>[]): Result<Result<unknown, StoreFailure>[], StoreFailure> {
    const streams = new Set<SliceStream>();
    for (const { request } of group) {
      if (request.op !== 'append') continue;
      for (const stream of streamsOf(request.groups)) streams.add(stream);
      this.#age = advanceAge(this.#age, request.nowMs);
    }
    const usesCore = group.some(({ request }) => request.op !== 'append');
    try {
      this.#slices.begin(streams, this.#age.seenAtMs);
      if (usesCore) this.#core.exec('BEGIN IMMEDIATE');
      const results = group.map(({ request }) => this.#apply(request));
      this.#slices.commit(streams);
      if (usesCore) this.#core.exec('COMMIT');
      return ok(results);
    } catch (error) {
      this.#core.rollback();
      this.#slices.rollback(streams);
      return fromForeign(error, this.#data.dataDir);
    }
  }

  #apply(request: Batched): Result<unknown, StoreFailure> {
    if (request.op === 'append') return ok(this.#slices.append(request.groups));
    // A savepoint each: what one caller does wrong never undoes what another one wrote.
    this.#core.exec('SAVEPOINT one');
    try {
      const value =
        request.op === 'audit'
          ? applyAudit(this.#core, request.entry, this.#auditKey)
          : applyChanges(this.#core, request.changes);
      this.#core.exec('RELEASE one');
      return ok(value);
    } catch (error) {
      const failed = fromForeign(error, this.#data.dataDir);
      if (failed.error.code !== 'E_CONFLICT') throw error;
      this.#core.exec('ROLLBACK TO one');
      this.#core.exec('RELEASE one');
      return failed;
    }
  }

  #alone(request: Exclude<WriterRequest, Batched>): Result<unknown, StoreFailure> {
    try {
      switch (request.op) {
        case 'highest':
          return ok(this.#slices.highestOf(request.node, request.owner));
        case 'retention':
          return ok(this.#retain(request.nowMs));
        case 'trim-decisions':
          return ok(this.#trimDecisions(request.nowMs));
        case 'rotate': {
          const count = this.#core.transaction(() => applyRotation(this.#core, request, this.#auditKey));
          this.#auditKey = request.auditKey;
          return ok(count);
        }
        case 'check-head':
          if (this.#auditKey !== undefined) checkHead(this.#core, Buffer.from(this.#auditKey), request.nowMs);
          return ok(undefined);
        case 'close':
          return ok(this.#close());
      }
    } catch (error) {
      const failed = fromForeign(error, this.#data.dataDir);
      this.#fail(failed.error);
      return failed;
    }
  }

  #retain(nowMs: number): { readonly removedSlices: number } {
    this.#age = advanceAge(this.#age, nowMs);
    const slices = this.#slices.slices().map((name) => ({
      name,
      sizeBytes: ['', '-wal'].reduce(
        (total, suffix) => total + fileBytes(join(this.#sliceDir, `${name.file}${suffix}`)),
        0,
      ),
      bornAgeMs: this.#slices.bornAgeMs(name) ?? this.#age.ageMs,
      isOpen: this.#slices.isOpen(name),
    }));
    const doomed = planRetention({
      slices,
      ageMs: this.#age.ageMs,
      retention: this.#data.retention,
      ...diskOf(this.#data.dataDir),
      scratchBytes: scratchBytes(this.#data.dataDir),
    });
    for (const slice of doomed) this.#slices.remove(slice);
    this.#measure(true);
    if (this.#state.state !== 'read-only') this.#keepAge();
    return { removedSlices: doomed.length };
  }

  /** A disk without room takes no deletion either: it would be written down first. */
  #trimDecisions(nowMs: number): ReturnType<typeof trimDecisions> {
    if (this.#state.state === 'read-only') return { removed: 0, hasMore: false };
    this.#age = advanceAge(this.#age, nowMs);
    return trimDecisions(this.#core, { ageMs: this.#age.ageMs, nowMs }, this.#data.decisions);
  }

  #keepAge(): void {
    this.#core.transaction(() => {
      this.#core.run(UPSERT_META, ['age-ms', this.#age.ageMs]);
      this.#core.run(UPSERT_META, ['age-seen-at-ms', this.#age.seenAtMs]);
    });
  }

  #close(): null {
    clearInterval(this.#watch);
    if (this.#state.state === 'ok') this.#keepAge();
    this.#slices.close();
    // Other connections are still open, so closing alone would leave the log beside the file.
    this.#core.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#core.close();
    this.#isClosed = true;
    return null;
  }

  #meta(name: string): number | undefined {
    const row = this.#core.row('SELECT value FROM meta WHERE name=?', [name]);
    return row === undefined ? undefined : numberOf(row[0]);
  }

  #fail(problem: StoreFailure): void {
    this.#setState(stateAfter(this.#state, problem));
  }

  /**
   * A full disk is told as one also while nobody writes: what fills it may be what keeps everybody from writing, for
   * instance the buffer of an agent on the same disk.
   */
  #look(): void {
    const { state } = this.#state;
    if (state === 'read-only' || (state === 'ok' && isDiskFull(this.#data.dataDir))) this.#tryAgain();
  }

  /**
   * Only a write that worked says that there is room: of a file of its own first, since SQLite may find room for long in
   * blocks that its files already hold, and then of the database.
   */
  #tryAgain(): void {
    try {
      writeForATry(this.#data.dataDir);
      this.#keepAge();
      this.#setState(stateHealed(this.#state, this.#lasting));
      this.#measure(true);
    } catch (error) {
      this.#fail(fromForeign(error, this.#data.dataDir).error);
    }
  }

  #setState(state: StoreState): void {
    this.#state = state;
    this.#send({ state });
  }

  #measure(isForced: boolean): void {
    const now = performance.now();
    if (!isForced && now - this.#measuredAt < MEASURE_MS) return;
    this.#measuredAt = now;
    const first = this.#slices.slices()[0];
    if (first === undefined) this.#oldest = undefined;
    else if (this.#oldest?.ordinal !== first.ordinal || this.#oldest.atMs === undefined) {
      this.#oldest = { ordinal: first.ordinal, atMs: this.#slices.firstReceivedAtMs(first) };
    }
    const { oldestEventAtMs: _before, ...rest } = this.#state;
    const sizeBytes = folderBytes(this.#data.dataDir) + folderBytes(this.#sliceDir);
    const atMs = this.#oldest?.atMs;
    this.#setState({ ...rest, sizeBytes, ...(atMs === undefined ? {} : { oldestEventAtMs: atMs }) });
  }
}
