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
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { invariant } from '@bartizan/contracts/result';
import {
  encodeRecord,
  isLost,
  measureSegment,
  type PlacedRead,
  RECORD_HEADER_BYTES,
  type ReadLimits,
  readFrom,
} from './segment.ts';
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
  /** How many records were passed over since the last call, as they are damaged. */
  readonly takeDamaged: () => number;
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

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
};

const openLast = (path: string, first: number, fullBytes: number): Segment => {
  const found = measureSegment(path);
  // What is lost keeps a place, so that it is missed when its turn comes, and nothing is written behind it.
  if (found.lost) return { path, first, count: found.count + 1, bytes: Math.max(fullBytes, sizeOf(path)) };
  if (found.damaged) {
    // A torn tail: the records before it are whole, what follows never was.
    const descriptor = openSync(path, 'r+');
    ftruncateSync(descriptor, found.validBytes);
    closeSync(descriptor);
  }
  return { path, first, count: found.count, bytes: found.validBytes };
};

/** One that was closed whole: what cannot be read of it keeps its places. There may be a jump in the numbers behind it, too. */
const openClosed = (path: string, first: number, next: number): Segment => {
  const { count, validBytes } = measureSegment(path);
  const bytes = sizeOf(path);
  const places = Math.ceil((bytes - validBytes) / RECORD_HEADER_BYTES);
  return { path, first, count: count + Math.min(next - first - count, places), bytes };
};

const openSegments = (folder: string, fullBytes: number): Segment[] => {
  const names = readdirSync(folder)
    .filter((name) => /^\d{16}\.seg$/.test(name))
    .sort();
  return names.map((name, at) => {
    const [path, first, next] = [join(folder, name), Number.parseInt(name, 10), names[at + 1]];
    return next === undefined
      ? openLast(path, first, fullBytes)
      : openClosed(path, first, Number.parseInt(next, 10));
  });
};

class Log implements StreamLog {
  readonly #folder: string;
  readonly #startAt: number;
  readonly #segmentBytes: number;
  readonly #segments: Segment[];
  readonly #unsentFrom: UnsentFrom;
  /** Places whose records cannot be read, by the first of each. */
  readonly #passed = new Map<number, number>();
  #damaged = 0;
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
    this.#segments = openSegments(folder, segmentBytes);
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
    let at = from;
    for (;;) {
      const segment = this.#segments.find((one) => one.count > 0 && one.first + one.count > at);
      if (!segment) return undefined;
      const first = Math.max(at, segment.first);
      // Numbers behind those of the segment are of the next one, whatever the disk gives back by now.
      const maxRecords = Math.min(limits.maxRecords, segment.first + segment.count - first);
      const part = this.#readIn(segment, first, { ...limits, maxRecords });
      if (!part) return undefined;
      if (part.next) this.#place = { path: segment.path, ...part.next };
      const last = first + part.payloads.length - 1;
      if (this.#isSettled) this.#sentUpTo = Math.max(this.#sentUpTo, last);
      if (part.payloads.length > 0) return { first, payloads: part.payloads };
      at = part.next?.sequence ?? segment.first + segment.count;
      // Nothing is written behind what cannot be read.
      if (!part.next) segment.bytes = Math.max(segment.bytes, this.#segmentBytes);
      this.#pass(first, at - 1);
    }
  }

  takeDamaged(): number {
    const taken = this.#damaged;
    this.#damaged = 0;
    return taken;
  }

  acknowledge(sequence: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, sequence, (this.#segments[0]?.first ?? 0) - 1);
    // What cannot be sent is not waited for.
    for (let last = this.#passed.get(this.#acknowledged + 1); last !== undefined; ) {
      this.#acknowledged = last;
      last = this.#passed.get(last + 1);
    }
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

  /** Undefined where the segment cannot be read now, and may be later. */
  #readIn(segment: Segment, from: number, limits: ReadLimits): PlacedRead | undefined {
    const place = this.#place;
    const canContinue = place !== undefined && place.path === segment.path && place.sequence <= from;
    const known = canContinue ? place : { sequence: segment.first, offset: 0 };
    try {
      return readFrom(segment.path, known, from, limits);
    } catch (thrown) {
      return isLost(thrown) ? { payloads: [], next: undefined } : undefined;
    }
  }

  /** Notes that records cannot be read any more, and counts each once, whatever was noted around it. */
  #pass(first: number, last: number): void {
    const noted = [...this.#passed].toSorted(([left], [right]) => left - right);
    let next = first;
    for (const [from, to] of noted) {
      this.#damaged += Math.max(0, Math.min(from - 1, last) - next + 1);
      next = Math.max(next, to + 1);
    }
    this.#damaged += Math.max(0, last - next + 1);
    this.#passed.set(first, Math.max(last, this.#passed.get(first) ?? 0));
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
    this.#passed.clear();
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
    for (const first of this.#passed.keys())
      if (first < oldest.first + oldest.count) this.#passed.delete(first);
    return true;
  }
}

/** Opens or makes the log in `folder`; a new one starts at `startAt`. Segments are closed at `segmentBytes`. */
export const openStreamLog = (folder: string, startAt: number, segmentBytes: number): StreamLog =>
  new Log(folder, startAt, segmentBytes);
