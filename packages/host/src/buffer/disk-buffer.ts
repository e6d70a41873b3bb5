// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode, Failure, Result, Stream } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { mayShed, STREAMS } from '@bartizan/contracts/wire';
import { RECORD_HEADER_BYTES } from './segment.ts';
import { openStreamLog, type StreamLog } from './stream-log.ts';

/** What of a stream was given up, and why. */
export interface Shed {
  readonly stream: Stream;
  readonly count: number;
  readonly reason: string;
}

/** Records of one stream that wait to be sent. */
export interface PendingBatch {
  readonly stream: Stream;
  readonly bootId: string;
  readonly firstSequence: number;
  /** JSON of each record. */
  readonly payloads: readonly Buffer[];
}

/** How far the controller has a stream of a boot. */
export interface Mark {
  readonly stream: Stream;
  readonly bootId: string;
  readonly sequence: number;
}

/** Records of an agent on disk until the controller has them. Survives the end of the process at any instant. */
export interface DiskBuffer {
  /**
   * Keeps a record, made with the sequence it gets; 0 while the disk takes nothing and the record, one that must not be
   * shed, waits in memory. Refused, and counted as shed, when there is no room at all.
   */
  readonly append: (
    stream: Stream,
    make: (sequence: number) => unknown,
  ) => Result<number, Failure<ErrorCode>>;
  /** The next records after `after(stream, boot)`, highest class first. */
  readonly next: (after: (stream: Stream, bootId: string) => number) => PendingBatch | undefined;
  readonly acknowledge: (stream: Stream, bootId: string, sequence: number) => void;
  /**
   * Hears how far the controller has each stream, before anything is sent on a connection. Where it has numbers that
   * were never sent from here (the clock was ahead when an earlier state was made, a machine went back to a snapshot),
   * what waits is numbered above them, or counted as shed where that cannot be. Nothing may be sent when it fails.
   */
  readonly settle: (marks: readonly Mark[]) => Result<void, Failure<ErrorCode>>;
  readonly status: () => {
    readonly records: number;
    readonly bytes: number;
    readonly shedTotal: number;
    readonly full: boolean;
  };
  /** Records of a stream that are not acknowledged yet. */
  readonly pending: (stream: Stream) => number;
  /** Numbers of records shed since the last call, per stream. */
  readonly takeShed: () => readonly Shed[];
  readonly sync: () => void;
  readonly close: () => void;
}

/** Where and how much. */
export interface BufferOptions {
  readonly folder: string;
  readonly bootId: string;
  /** Above this, records that may be shed are, lowest class first. */
  readonly maxBytes: number;
  readonly segmentBytes: number;
  readonly wallMs: () => number;
}

/** What is given up first. */
const SHED_ORDER: readonly Stream[] = [...STREAMS].reverse().filter(mayShed);
const BATCH_LIMITS = { maxRecords: 1000, maxBytes: 768 * 1024 };
const DISK_FULL_ATTEMPTS = 64;
/** Records that wait in memory while the disk takes nothing. */
const HELD_MAX = 20_000;
const EPOCH_S = 1_700_000_000;

/**
 * A new log of a boot starts at a number no earlier log of that boot can have reached (its age in seconds times a
 * million), so that an agent whose state was deleted never sends a sequence the controller holds already.
 */
const firstSequence = (wallMs: number): number =>
  Math.max(1, Math.floor(wallMs / 1000) - EPOCH_S) * 1_000_000 + 1;

const isSafeName = (name: string): boolean => /^[A-Za-z0-9-]{1,64}$/.test(name);

type Logs = Map<string, Map<Stream, StreamLog>>;

const openOldBoots = (options: BufferOptions, logs: Logs): void => {
  const boots = readdirSync(options.folder).filter((name) => isSafeName(name) && name !== options.bootId);
  for (const bootId of boots) {
    const streams = new Map<Stream, StreamLog>();
    for (const stream of STREAMS) {
      const log = openStreamLog(join(options.folder, bootId, stream), 1, options.segmentBytes);
      if (log.pendingRecords() > 0) streams.set(stream, log);
    }
    if (streams.size > 0) logs.set(bootId, streams);
    else rmSync(join(options.folder, bootId), { recursive: true, force: true });
  }
};

type WriteFailure = Failure<ErrorCode>;

interface Held {
  readonly log: StreamLog;
  readonly stream: Stream;
  readonly make: (sequence: number) => unknown;
}

class Buffered implements DiskBuffer {
  readonly #options: BufferOptions;
  readonly #bootId: string;
  readonly #logs: Logs = new Map();
  readonly #current: Map<Stream, StreamLog>;
  readonly #shed = new Map<string, Shed>();
  #shedTotal = 0;
  #totalBytes = 0;
  #full = false;
  #held: Held[] = [];

  constructor(options: BufferOptions) {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    this.#options = options;
    this.#bootId = isSafeName(options.bootId) ? options.bootId : 'unknown';
    openOldBoots({ ...options, bootId: this.#bootId }, this.#logs);
    const startAt = firstSequence(options.wallMs());
    this.#current = new Map(
      STREAMS.map((stream): [Stream, StreamLog] => [
        stream,
        openStreamLog(join(options.folder, this.#bootId, stream), startAt, options.segmentBytes),
      ]),
    );
    this.#logs.set(this.#bootId, this.#current);
    this.#measure();
  }

  append(stream: Stream, make: (sequence: number) => unknown): Result<number, WriteFailure> {
    const log = this.#current.get(stream);
    if (!log) return err(failure('E_BUFFER_FULL', `there is no log of stream ${stream}`));
    const { maxBytes } = this.#options;
    let hasRoom = this.#totalBytes <= maxBytes;
    while (!hasRoom && this.#shedOne('buffer-full')) hasRoom = this.#totalBytes <= maxBytes;
    if (!hasRoom && mayShed(stream)) {
      this.#noteShed(stream, 1, 'buffer-full');
      this.#full = true;
      return err(
        failure('E_BUFFER_FULL', `the buffer holds ${this.#totalBytes} bytes that must not be shed`),
      );
    }
    if (!mayShed(stream) && this.#held.length > 0) return this.#hold({ log, stream, make });
    const written = this.#write(log, stream, make);
    return written.ok || mayShed(stream) ? written : this.#hold({ log, stream, make });
  }

  next(after: (stream: Stream, bootId: string) => number): PendingBatch | undefined {
    for (const stream of STREAMS) {
      for (const [bootId, streams] of this.#logs) {
        const log = streams.get(stream);
        const part = log?.read(after(stream, bootId) + 1, BATCH_LIMITS);
        const damaged = log?.takeDamaged() ?? 0;
        this.#noteShed(stream, damaged, 'damaged');
        // What comes before may be stored by now: then it is not waited for.
        if (damaged > 0) this.acknowledge(stream, bootId, 0);
        if (part) return { stream, bootId, firstSequence: part.first, payloads: part.payloads };
      }
    }
    return undefined;
  }

  acknowledge(stream: Stream, bootId: string, sequence: number): void {
    const streams = this.#logs.get(bootId);
    const log = streams?.get(stream);
    if (!streams || !log) return;
    log.acknowledge(sequence);
    if (bootId !== this.#bootId && log.pendingRecords() === 0) {
      streams.delete(stream);
      if (streams.size === 0) this.#logs.delete(bootId);
      this.#removeOld(bootId, log, streams.size === 0);
    }
    this.#measure();
    this.#release();
    if (this.#totalBytes < this.#options.maxBytes && this.#held.length === 0) this.#full = false;
  }

  settle(marks: readonly Mark[]): Result<void, WriteFailure> {
    const known = new Map(marks.map((mark) => [`${mark.stream}\n${mark.bootId}`, mark.sequence]));
    try {
      for (const [bootId, streams] of this.#logs)
        for (const [stream, log] of streams)
          this.#noteShed(stream, log.settle(known.get(`${stream}\n${bootId}`) ?? 0), 'sequence-taken');
    } catch (thrown) {
      return err(failure('E_BUFFER_FULL', 'what waits could not be numbered anew', thrown));
    }
    for (const { stream, bootId, sequence } of marks) this.acknowledge(stream, bootId, sequence);
    return ok(undefined);
  }

  status(): { records: number; bytes: number; shedTotal: number; full: boolean } {
    let records = 0;
    for (const streams of this.#logs.values())
      for (const log of streams.values()) records += log.pendingRecords();
    records += this.#held.length;
    return { records, bytes: this.#totalBytes, shedTotal: this.#shedTotal, full: this.#full };
  }

  pending(stream: Stream): number {
    let records = this.#held.filter((one) => one.stream === stream).length;
    for (const streams of this.#logs.values()) records += streams.get(stream)?.pendingRecords() ?? 0;
    return records;
  }

  takeShed(): readonly Shed[] {
    const taken = [...this.#shed.values()];
    this.#shed.clear();
    return taken;
  }

  sync(): void {
    this.#release();
    for (const stream of ['security', 'inventory'] as const) this.#current.get(stream)?.sync();
  }

  close(): void {
    this.#release();
    for (const streams of this.#logs.values()) for (const log of streams.values()) log.close();
  }

  #removeOld(bootId: string, log: StreamLog, isLast: boolean): void {
    try {
      log.remove();
      if (isLast) rmSync(join(this.#options.folder, bootId), { recursive: true, force: true });
    } catch {
      // What the disk does not let go is found again by the next start, and sent once more.
    }
  }

  /** Keeps in memory, in order, what must not be shed while the disk takes nothing. */
  #hold(held: Held): Result<number, WriteFailure> {
    if (this.#held.length < HELD_MAX) {
      this.#held.push(held);
      return ok(0);
    }
    this.#noteShed(held.stream, 1, 'disk-full');
    return err(
      failure('E_BUFFER_FULL', `disk and memory have no room for a record of stream ${held.stream}`),
    );
  }

  /** Writes what was held, as far as the disk takes it. */
  #release(): void {
    if (this.#held.length === 0) return;
    const waiting = this.#held;
    this.#held = [];
    for (const [index, { log, stream, make }] of waiting.entries()) {
      if (this.#write(log, stream, make).ok) continue;
      this.#held = waiting.slice(index);
      return;
    }
  }

  #measure(): void {
    this.#totalBytes = 0;
    for (const streams of this.#logs.values())
      for (const log of streams.values()) this.#totalBytes += log.bytes();
  }

  #noteShed(stream: Stream, count: number, reason: string): void {
    if (count === 0) return;
    this.#shedTotal += count;
    const key = `${stream}\n${reason}`;
    this.#shed.set(key, { stream, reason, count: (this.#shed.get(key)?.count ?? 0) + count });
  }

  /** Gives up the oldest segment of the lowest class that has one. */
  #shedOne(reason: string): boolean {
    for (const stream of SHED_ORDER) {
      for (const streams of this.#logs.values()) {
        const count = streams.get(stream)?.shedOldest();
        if (count === undefined) continue;
        this.#noteShed(stream, count, reason);
        this.#measure();
        return true;
      }
    }
    return false;
  }

  #write(log: StreamLog, stream: Stream, make: (sequence: number) => unknown): Result<number, WriteFailure> {
    const payload = Buffer.from(JSON.stringify(make(log.nextSequence())));
    for (let attempt = 0; ; attempt += 1) {
      try {
        const sequence = log.append(payload);
        this.#totalBytes += payload.length + RECORD_HEADER_BYTES;
        this.#full = attempt > 0;
        return ok(sequence);
      } catch (thrown) {
        this.#full = true;
        if (attempt < DISK_FULL_ATTEMPTS && this.#shedOne('disk-full')) continue;
        if (mayShed(stream)) this.#noteShed(stream, 1, 'disk-full');
        return err(failure('E_BUFFER_FULL', `a record of stream ${stream} could not be written`, thrown));
      }
    }
  }
}

/** Opens the buffer: what earlier runs and earlier boots left behind is still sent. */
export const openDiskBuffer = (options: BufferOptions): DiskBuffer => new Buffered(options);
