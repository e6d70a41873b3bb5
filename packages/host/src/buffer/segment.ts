// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/**
 * Segments: append-only files of records. Each record is its length (u32, little-endian), the CRC-32 of its bytes
 * (u32) and the bytes. A record that is cut, or that nothing whole follows, ends what can be read of a segment; one that
 * only does not match its sum keeps its place, and reading goes on behind it.
 */

/** Bytes before the payload of each record. */
export const RECORD_HEADER_BYTES = 8;
/** Longest payload; a longer claim marks the end of what can be trusted. */
export const RECORD_BYTES_MAX = 4 * 1024 * 1024;

/** One record as it lies in a segment. */
export const encodeRecord = (payload: Buffer): Buffer => {
  const record = Buffer.allocUnsafe(RECORD_HEADER_BYTES + payload.length);
  record.writeUInt32LE(payload.length, 0);
  record.writeUInt32LE(crc32(payload), 4);
  payload.copy(record, RECORD_HEADER_BYTES);
  return record;
};

/** Where a reader stands and what it got. */
export interface SegmentRead {
  readonly payloads: readonly Buffer[];
  /** Offset after the last record that was given. */
  readonly offset: number;
  /** Whether reading stopped at a record that is cut or damaged. */
  readonly damaged: boolean;
}

/** Bounds of one reading. */
export interface ReadLimits {
  readonly maxRecords: number;
  readonly maxBytes: number;
}

const readAt = (descriptor: number, offset: number, length: number): Buffer => {
  const target = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, target, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return target.subarray(0, filled);
};

/** Reads records from `offset` on. The first record is given even when it alone is over `maxBytes`. Throws where the disk does not give the first. */
export const readSegment = (path: string, offset: number, limits: ReadLimits): SegmentRead => {
  const descriptor = openSync(path, 'r');
  try {
    const sizeBytes = statSync(path).size;
    const payloads: Buffer[] = [];
    let at = offset;
    let taken = 0;
    try {
      while (at < sizeBytes && payloads.length < limits.maxRecords) {
        const header = readAt(descriptor, at, RECORD_HEADER_BYTES);
        if (header.length < RECORD_HEADER_BYTES) return { payloads, offset: at, damaged: true };
        const length = header.readUInt32LE(0);
        // No record is empty: so look bytes that were reserved and never written.
        if (length === 0 || length > RECORD_BYTES_MAX) return { payloads, offset: at, damaged: true };
        if (payloads.length > 0 && taken + length > limits.maxBytes) break;
        const payload = readAt(descriptor, at + RECORD_HEADER_BYTES, length);
        if (payload.length < length || crc32(payload) !== header.readUInt32LE(4)) {
          return { payloads, offset: at, damaged: true };
        }
        payloads.push(payload);
        taken += length;
        at += RECORD_HEADER_BYTES + length;
      }
    } catch (thrown) {
      // What was read before is given; who comes again for what follows hears it then.
      if (payloads.length === 0) throw thrown;
    }
    return { payloads, offset: at, damaged: false };
  } finally {
    closeSync(descriptor);
  }
};

/** Where reading goes on behind a damaged record: at a whole one. Undefined when its length cannot be believed. */
export const behindDamaged = (path: string, offset: number): number | undefined => {
  const descriptor = openSync(path, 'r');
  let next: number;
  try {
    const header = readAt(descriptor, offset, RECORD_HEADER_BYTES);
    if (header.length < RECORD_HEADER_BYTES || header.readUInt32LE(0) > RECORD_BYTES_MAX) return undefined;
    next = offset + RECORD_HEADER_BYTES + header.readUInt32LE(0);
  } finally {
    closeSync(descriptor);
  }
  const following = readSegment(path, next, { maxRecords: 1, maxBytes: RECORD_BYTES_MAX });
  return following.payloads.length === 1 ? next : undefined;
};

/** Whether the disk does not give back what was written, and never will. */
export const isLost = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  ['EIO', 'EISDIR', 'ENOENT', 'EUCLEAN'].includes(String(Reflect.get(thrown, 'code')));

/** What a segment holds. */
export interface Measured {
  /** Places of records. */
  readonly count: number;
  /** Where what can be read of it ends. */
  readonly validBytes: number;
  /** Whether what follows is cut or damaged. */
  readonly damaged: boolean;
  /** Whether the disk does not give back what follows: how many records that are is not known. */
  readonly lost: boolean;
}

/** Counts the places of records in a segment. Throws where it cannot be read now and may be later. */
export const measureSegment = (path: string): Measured => {
  let count = 0;
  let offset = 0;
  try {
    for (;;) {
      const part = readSegment(path, offset, { maxRecords: 10_000, maxBytes: 8 * 1024 * 1024 });
      count += part.payloads.length;
      offset = part.offset;
      const behind = part.damaged ? behindDamaged(path, offset) : undefined;
      if (behind !== undefined) {
        count += 1;
        offset = behind;
      } else if (part.damaged || part.payloads.length === 0)
        return { count, validBytes: offset, damaged: part.damaged, lost: false };
    }
  } catch (thrown) {
    if (!isLost(thrown)) throw thrown;
    return { count, validBytes: offset, damaged: false, lost: true };
  }
};

/** What a segment gives from a place on. */
export interface PlacedRead {
  readonly payloads: readonly Buffer[];
  /** The place after what was given, or after a damaged record where nothing was; undefined: there is nothing more. */
  readonly next: { readonly sequence: number; readonly offset: number } | undefined;
}

/** Reads a segment from a sequence on, beginning at a place that is known. */
export const readFrom = (
  path: string,
  known: { readonly sequence: number; readonly offset: number },
  from: number,
  limits: ReadLimits,
): PlacedRead => {
  let { sequence, offset } = known;
  for (;;) {
    const isThere = sequence >= from;
    const part = readSegment(
      path,
      offset,
      isThere ? limits : { maxRecords: from - sequence, maxBytes: 8 * 1024 * 1024 },
    );
    sequence += part.payloads.length;
    offset = part.offset;
    if (isThere && part.payloads.length > 0) return { payloads: part.payloads, next: { sequence, offset } };
    if (part.payloads.length > 0) continue;
    const behind = part.damaged ? behindDamaged(path, offset) : undefined;
    if (behind === undefined) return { payloads: [], next: undefined };
    sequence += 1;
    offset = behind;
    if (isThere) return { payloads: [], next: { sequence, offset } };
  }
};
