// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';
import { PACK_LIMITS } from './limits.ts';
import type { PackError } from './pack-error.ts';
import { DIGEST_BYTES, ENTRY_BYTES, PACK_MAGIC, PREFIX_BYTES } from './pack-format.ts';

/** Bytes at offsets: an open file or a buffer. */
export interface PackBytes {
  readonly sizeBytes: number;
  readAt(offset: number, lengthBytes: number): Buffer;
}

/** Where the sections of a pack lie, as the prefix states it; nothing in it is believed before the digest was checked. */
export interface Layout {
  readonly headerBytes: number;
  readonly namespaces: number;
  readonly entries: number;
  readonly poolStrings: number;
  readonly indexStart: number;
  /** Everything before the digest. */
  readonly bodyBytes: number;
  readonly dataBytes: number;
}

/** The sections a reader works on. */
export interface Sections {
  readonly index: Uint32Array;
  readonly poolOffsets: Uint32Array;
  readonly poolStart: number;
  readonly dataStart: number;
}

const malformed = (detail: string): Result<never, PackError> => err({ code: 'E_PACK_INVALID', detail });

/** Reads the prefix. Sizes that do not fit the file are refused before anything is allocated for them. */
export const readLayout = (source: PackBytes): Result<Layout, PackError> => {
  if (source.sizeBytes < PREFIX_BYTES + DIGEST_BYTES) return malformed('shorter than the smallest pack');
  const prefix = source.readAt(0, PREFIX_BYTES);
  if (!prefix.subarray(0, 8).equals(PACK_MAGIC))
    return malformed('not an advisory pack, or one of another format');
  const [headerBytes = 0, entries = 0, poolStrings = 0, namespaces = 0, dataBytes = 0] = [
    8, 12, 16, 20, 24,
  ].map((at) => prefix.readUInt32LE(at));
  const headEnd = PREFIX_BYTES + headerBytes + namespaces;
  const indexStart = headEnd + (-headEnd & 3);
  const offsetsEnd = indexStart + entries * ENTRY_BYTES + (poolStrings + 1) * 4;
  if (headerBytes > PACK_LIMITS.headerBytes || offsetsEnd + DIGEST_BYTES > source.sizeBytes)
    return malformed('sections larger than the file');
  const poolBytes = source.readAt(offsetsEnd - 4, 4).readUInt32LE();
  const bodyBytes = offsetsEnd + poolBytes + dataBytes;
  if (bodyBytes + DIGEST_BYTES > source.sizeBytes) return malformed('sections larger than the file');
  return ok({ headerBytes, namespaces, entries, poolStrings, indexStart, bodyBytes, dataBytes });
};

const numbersAt = (source: PackBytes, offset: number, count: number): Uint32Array => {
  const bytes = source.readAt(offset, count * 4);
  if (bytes.byteOffset % 4 === 0) return new Uint32Array(bytes.buffer, bytes.byteOffset, count);
  return new Uint32Array(new Uint8Array(bytes).buffer);
};

const isBefore = (index: Uint32Array, one: number, other: number): boolean => {
  const [high = 0, otherHigh = 0] = [index[one], index[other]];
  return high < otherHigh || (high === otherHigh && (index[one + 1] ?? 0) < (index[other + 1] ?? 0));
};

/** Maps index and pool; undefined when they point outside of their sections or are not in order. */
export const checkSections = (source: PackBytes, layout: Layout): Sections | undefined => {
  const { entries, poolStrings, indexStart, dataBytes, bodyBytes } = layout;
  const index = numbersAt(source, indexStart, entries * 4);
  const offsetsStart = indexStart + entries * ENTRY_BYTES;
  const poolOffsets = numbersAt(source, offsetsStart, poolStrings + 1);
  for (let at = 0; at < poolStrings; at += 1)
    if ((poolOffsets[at] ?? 0) > (poolOffsets[at + 1] ?? 0)) return undefined;
  for (let at = 0; at < index.length; at += 4) {
    const length = index[at + 3] ?? 0;
    if (length > PACK_LIMITS.groupBytes || (index[at + 2] ?? 0) + length > dataBytes) return undefined;
    // What stands at the wrong place would not be found, and its silence would pass for "nothing known".
    if (at > 0 && isBefore(index, at, at - 4)) return undefined;
  }
  return {
    index,
    poolOffsets,
    poolStart: offsetsStart + (poolStrings + 1) * 4,
    dataStart: bodyBytes - dataBytes,
  };
};
