// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type FileRange, RangeMissing, SparseFile } from '../tree/sparse-file.ts';

/** The start of a file: headers, and what most formats say of themselves. */
const HEAD_BYTES = 64 * 1024;
/** The end of an executable: the table of its sections and their names. */
const TAIL_BYTES = 256 * 1024;
/** Read on beyond what was asked for: the next question is mostly about what follows. */
const AHEAD_BYTES = 128 * 1024;
const MAX_HELD_BYTES = 24 * 1024 * 1024;
/** How often one reader may begin again: each time it gets further by at least one range. */
const MAX_ATTEMPTS = 64;

/** Somebody who reads ranges of the file: gives its answer, or throws RangeMissing. */
export type RangeReader<T> = (file: SparseFile) => T;

/** What became of one reader. */
export type RangeOutcome<T> =
  | { readonly state: 'read'; readonly value: T }
  | { readonly state: 'missing'; readonly range: FileRange }
  /** It asks for more than is held of one file, or too often. */
  | { readonly state: 'limit' };

interface Filling {
  readonly offset: number;
  readonly bytes: Buffer;
  filled: number;
}

interface Reading<T> {
  readonly read: RangeReader<T>;
  outcome: RangeOutcome<T>;
  attempts: number;
}

/**
 * A file too large to be held, going by from its start to its end. Readers begin as soon as its head is there; what
 * they ask for is caught when it comes. What lay behind already stays missing: the file has to go by again for it.
 */
export class LargeFile<T> {
  readonly #file: SparseFile;
  readonly #readings: Reading<T>[];
  #filling: Filling[] = [];
  #heldBytes = 0;
  #at = 0;

  constructor(sizeBytes: number, readers: readonly RangeReader<T>[]) {
    this.#file = new SparseFile(sizeBytes);
    const head = this.#file.clamp({ offset: 0, lengthBytes: HEAD_BYTES });
    this.#readings = readers.map((read) => ({
      read,
      outcome: { state: 'missing', range: head },
      attempts: 0,
    }));
    this.#catch(head);
    const tailAt = Math.max(head.lengthBytes, sizeBytes - TAIL_BYTES);
    if (tailAt < sizeBytes) this.#catch({ offset: tailAt, lengthBytes: sizeBytes - tailAt });
  }

  get outcomes(): readonly RangeOutcome<T>[] {
    return this.#readings.map(({ outcome }) => outcome);
  }

  /** Whether the file has to go by again. */
  get isWaiting(): boolean {
    return this.#readings.some(({ outcome }) => outcome.state === 'missing');
  }

  /** The file goes by again, from its start. */
  rewind(): void {
    this.#at = 0;
    this.#filling = [];
    for (const reading of this.#readings)
      if (reading.outcome.state === 'missing' && !this.#catch(reading.outcome.range))
        reading.outcome = { state: 'limit' };
  }

  push(piece: Buffer): void {
    this.#file.passing = { offset: this.#at, bytes: piece };
    this.#fill(piece);
    for (const reading of this.#readings) this.#advance(reading, piece);
    this.#at += piece.length;
    this.#file.close();
  }

  /** Lets go of all that is held. */
  release(): void {
    this.#filling = [];
    this.#file.release();
  }

  /** Lets a reader begin again for as long as what it asks for is there. */
  #advance(reading: Reading<T>, piece: Buffer): void {
    while (reading.outcome.state === 'missing' && this.#file.has(reading.outcome.range)) {
      reading.attempts += 1;
      reading.outcome = reading.attempts > MAX_ATTEMPTS ? { state: 'limit' } : this.#attempt(reading.read);
      if (reading.outcome.state !== 'missing' || reading.outcome.range.offset < this.#at) continue;
      if (this.#catch(reading.outcome.range)) this.#fill(piece);
      else reading.outcome = { state: 'limit' };
    }
  }

  #attempt(read: RangeReader<T>): RangeOutcome<T> {
    try {
      return { state: 'read', value: read(this.#file) };
    } catch (cause) {
      if (cause instanceof RangeMissing) return { state: 'missing', range: cause.range };
      throw cause;
    }
  }

  /** Makes room for a range that is to come; false when that is more than may be held. */
  #catch(range: FileRange): boolean {
    const end = range.offset + range.lengthBytes;
    const isCaught = this.#filling.some(
      (one) => one.offset <= range.offset && end <= one.offset + one.bytes.length,
    );
    if (isCaught) return true;
    const wide = this.#file.clamp({ offset: range.offset, lengthBytes: range.lengthBytes + AHEAD_BYTES });
    if (this.#heldBytes + wide.lengthBytes > MAX_HELD_BYTES) return false;
    this.#heldBytes += wide.lengthBytes;
    this.#filling.push({ offset: wide.offset, bytes: Buffer.allocUnsafeSlow(wide.lengthBytes), filled: 0 });
    return true;
  }

  /** Copies what a piece has of the ranges that are caught. */
  #fill(piece: Buffer): void {
    this.#filling = this.#filling.filter((range) => {
      const from = range.offset + range.filled - this.#at;
      if (from < 0 || from >= piece.length) return true;
      range.filled += piece.copy(range.bytes, range.filled, from);
      if (range.filled < range.bytes.length) return true;
      this.#file.hold(range.offset, range.bytes);
      return false;
    });
  }
}
