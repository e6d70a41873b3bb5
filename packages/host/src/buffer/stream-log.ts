// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  closeSync,
  fdatasync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { invariant } from '@bartizan/contracts/result';
import { encodeRecord, measureSegment, type ReadLimits, readSegment } from './segment.ts';
import { UnsentFrom } from './unsent-from.ts';

interface Segment {
  readonly path: string;
  readonly first: number;
  count: number;
  bytes: number;
}

/** Records of one stream of one boot, in order, in a folder of segments. */
export interface StreamLog {
  /** The sequence that the next record gets. */
  readonly nextSequence: () => number;
  readonly pendingRecords: () => number;
  readonly bytes: () => number;
  /** Writes a record to the operating system before it returns. Throws what the file system throws. */
  readonly append: (payload: Buffer) => number;
  /** Records from a sequence on: the first that is still there. Undefined when there are none. */
  readonly read: (
    from: number,
    limits: ReadLimits,
  ) => { readonly first: number; readonly payloads: readonly Buffer[] } | undefined;
  readonly acknowledge: (sequence: number) => void;
  /**
   * Hears, before anything is sent, how far the other side has a log of this name. What this one cannot have sent is not
   * what is meant by that: it is numbered above the mark. Returns how many records could not be, and are given up.
   * Throws what the file system throws; nothing is lost then.
   */
  readonly settle: (mark: number) => number;
  /**
   * Gives up the oldest segment. Returns how many unacknowledged records it held; undefined when nothing is left, or
   * when the disk takes no new segment in its place or does not let it go.
   */
  readonly shedOldest: () => number | undefined;
  /** Asks the disk to keep what was written; calls back when it does. */
  readonly sync: () => void;
  readonly close: () => void;
  readonly remove: () => void;
}

const SUFFIX = '.seg';
const nameOf = (first: number): string => `${String(first).padStart(16, '0')}${SUFFIX}`;

const openSegments = (folder: string): Segment[] =>
  readdirSync(folder)
    .filter((name) => /^\d{16}\.seg$/.test(name))
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const measured = measureSegment(path);
      if (measured.damaged) {
        // A torn tail: the records before it are whole, what follows never was.
        const descriptor = openSync(path, 'r+');
        ftruncateSync(descriptor, measured.validBytes);
        closeSync(descriptor);
      }
      return { path, first: Number.parseInt(name, 10), count: measured.count, bytes: measured.validBytes };
    });

class Log implements StreamLog {
  readonly #folder: string;
  readonly #startAt: number;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  readonly #unsentFrom: UnsentFrom;
  #acknowledged = 0;
  /** Whether the other side was heard: nothing is sent before. */
  #isSettled = false;
  /** Highest sequence that the other side can have from this log. */
  #sentUpTo: number;
  #descriptor: number | undefined;
  #dirty = false;
  #syncing = false;
  /** The reader stands at one place: this saves reading a segment from its start for each batch. */
  #place: { readonly path: string; readonly sequence: number; readonly offset: number } | undefined;

  constructor(folder: string, startAt: number, segmentBytes: number) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#startAt = startAt;
    this.#segmentBytes = segmentBytes;
    this.#segments = openSegments(folder);
    this.#unsentFrom = new UnsentFrom(folder);
    this.#sentUpTo = (this.#unsentFrom.kept() ?? this.nextSequence()) - 1;
  }

  nextSequence(): number {
    const segment = this.#segments.at(-1);
    return segment ? segment.first + segment.count : this.#startAt;
  }

  pendingRecords(): number {
    return this.#segments.reduce((sum, segment) => sum + this.#pendingOf(segment), 0);
  }

  bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  append(payload: Buffer): number {
    const segment = this.#currentSegment();
    const descriptor = this.#descriptor;
    invariant(descriptor !== undefined, 'a segment is open while a record is written');
    const record = encodeRecord(payload);
    let written = 0;
    try {
      while (written < record.length) written += writeSync(descriptor, record, written);
    } catch (thrown) {
      // Nothing half-written may stay in the middle of a segment.
      if (written > 0) ftruncateSync(descriptor, segment.bytes);
      throw thrown;
    }
    this.#dirty = true;
    segment.count += 1;
    segment.bytes += record.length;
    return segment.first + segment.count - 1;
  }

  read(from: number, limits: ReadLimits): { first: number; payloads: readonly Buffer[] } | undefined {
    const segment = this.#segments.find((one) => one.count > 0 && one.first + one.count > from);
    if (!segment) return undefined;
    const place = this.#place;
    const canContinue = place !== undefined && place.path === segment.path && place.sequence <= from;
    let sequence = canContinue ? place.sequence : segment.first;
    let offset = canContinue ? place.offset : 0;
    while (sequence < from) {
      const skipped = readSegment(segment.path, offset, {
        maxRecords: from - sequence,
        maxBytes: 8 * 1024 * 1024,
      });
      if (skipped.payloads.length === 0) return undefined;
      sequence += skipped.payloads.length;
      offset = skipped.offset;
    }
    const part = readSegment(segment.path, offset, limits);
    if (part.payloads.length === 0) return undefined;
    this.#place = { path: segment.path, sequence: sequence + part.payloads.length, offset: part.offset };
    if (this.#isSettled) this.#sentUpTo = Math.max(this.#sentUpTo, sequence + part.payloads.length - 1);
    return { first: sequence, payloads: part.payloads };
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence);
    while (this.#segments.length > 1 && this.#isStored(this.#segments[0]) && this.#drop());
    // The one that is left is emptied by starting the next, whose name keeps the sequence.
    const [only, ...later] = this.#segments;
    if (only && later.length === 0 && only.bytes >= this.#segmentBytes && this.#isStored(only)) {
      if (this.#startsSegment()) this.#drop();
    }
  }

  settle(mark: number): number {
    let given = 0;
    if (mark > this.#sentUpTo) {
      // Kept first: a start after a kill in the middle goes on with what still has a number that is taken.
      if (this.nextSequence() - 1 > this.#sentUpTo) this.#unsentFrom.keep(this.#sentUpTo + 1);
      const straddling = this.#segments.find(
        (one) => one.first <= this.#sentUpTo && one.first + one.count - 1 > this.#sentUpTo,
      );
      if (straddling)
        given =
          Math.min(mark, straddling.first + straddling.count - 1) -
          Math.max(this.#sentUpTo, this.#acknowledged);
      this.#moveAbove(mark);
      if (this.nextSequence() <= mark) this.#startSegment(mark + 1);
      this.#sentUpTo = mark;
    }
    this.#isSettled = true;
    this.#unsentFrom.forget();
    return Math.max(0, given);
  }

  shedOldest(): number | undefined {
    const oldest = this.#segments[0];
    if (!oldest || oldest.count === 0) return undefined;
    if (this.#segments.length === 1 && !this.#startsSegment()) return undefined;
    return this.#drop() ? this.#pendingOf(oldest) : undefined;
  }

  sync(): void {
    if (!this.#dirty || this.#syncing || this.#descriptor === undefined) return;
    this.#dirty = false;
    this.#syncing = true;
    fdatasync(this.#descriptor, () => {
      this.#syncing = false;
    });
  }

  close(): void {
    if (this.#descriptor === undefined) return;
    if (this.#dirty) fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = undefined;
    this.#dirty = false;
  }

  remove(): void {
    this.close();
    this.#segments.length = 0;
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #pendingOf(segment: Segment): number {
    return Math.max(0, segment.count - Math.max(0, this.#acknowledged - segment.first + 1));
  }

  #isStored(segment: Segment | undefined): boolean {
    return segment !== undefined && segment.first + segment.count - 1 <= this.#acknowledged;
  }

  /**
   * Gives what was never sent, and has numbers that are taken, numbers above the mark. Names alone say the numbers, so
   * that each step is one renaming; from the last segment down, so that their order stays.
   */
  #moveAbove(mark: number): void {
    const at = this.#segments.findIndex((one) => one.first > this.#sentUpTo);
    const by = mark + 1 - (this.#segments[at]?.first ?? mark + 1);
    if (by <= 0) return;
    this.#place = undefined;
    for (let index = this.#segments.length - 1; index >= at; index -= 1) {
      const segment = this.#segments[index];
      invariant(segment !== undefined, 'a segment stays while others are named anew');
      const first = segment.first + by;
      const path = join(this.#folder, nameOf(first));
      renameSync(segment.path, path);
      this.#segments[index] = { ...segment, path, first };
    }
  }

  #currentSegment(): Segment {
    const segment = this.#segments.at(-1);
    // Until the other side is heard, what is written lies apart from what it may have already.
    const mustBeApart = !this.#isSettled && segment !== undefined && segment.first <= this.#sentUpTo;
    if (!this.#isSettled) this.#unsentFrom.keep(this.#sentUpTo + 1);
    if (!segment || segment.bytes >= this.#segmentBytes || mustBeApart) return this.#startSegment();
    this.#descriptor ??= openSync(segment.path, 'a', 0o600);
    return segment;
  }

  #startSegment(first = this.nextSequence()): Segment {
    this.close();
    const segment = { path: join(this.#folder, nameOf(first)), first, count: 0, bytes: 0 };
    this.#descriptor = openSync(segment.path, 'a', 0o600);
    // An empty segment of the same name is used on; it is not a second one.
    if (this.#segments.at(-1)?.first === first) this.#segments.pop();
    this.#segments.push(segment);
    return segment;
  }

  /** False where the disk takes no new file: without free inodes, or read-only. */
  #startsSegment(): boolean {
    try {
      this.#startSegment();
      return true;
    } catch {
      return false;
    }
  }

  /** Removes the oldest segment. One that the disk does not let go stays, and is tried again with the next. */
  #drop(): boolean {
    const [oldest] = this.#segments;
    if (!oldest) return false;
    try {
      rmSync(oldest.path, { force: true });
    } catch {
      return false;
    }
    this.#segments.shift();
    return true;
  }
}

/** Opens or makes the log in `folder`; a new one starts at `startAt`. Segments are closed at `segmentBytes`. */
export const openStreamLog = (folder: string, startAt: number, segmentBytes: number): StreamLog =>
  new Log(folder, startAt, segmentBytes);
