// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, ok, type Result } from '@bartizan/contracts';

/** Why an LZ4 frame cannot be read. */
export interface Lz4Error {
  readonly code: 'malformed' | 'too-large';
  readonly detail: string;
}

const MAGIC = 0x184d2204;
const MIN_MATCH = 4;
const BLOCK_SIZES: readonly number[] = [0, 0, 0, 0, 65_536, 262_144, 1_048_576, 4_194_304];

const fail = (detail: string, code: Lz4Error['code'] = 'malformed'): Result<never, Lz4Error> =>
  err({ code, detail });

/** Growing output; matches may reach back into earlier blocks. */
class Output {
  readonly #maxBytes: number;
  bytes: Buffer;
  length = 0;

  constructor(firstBytes: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.bytes = Buffer.allocUnsafe(Math.min(firstBytes, maxBytes));
  }

  /** Makes room for more bytes; false when that would pass the limit. */
  reserve(more: number): boolean {
    const needed = this.length + more;
    if (needed > this.#maxBytes) return false;
    if (needed > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(needed, this.bytes.length * 2)));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    return true;
  }

  append(source: Buffer): void {
    source.copy(this.bytes, this.length);
    this.length += source.length;
  }

  /** Copies from what was written; source and target may overlap, which repeats a pattern. */
  repeat(distance: number, lengthBytes: number): void {
    const from = this.length - distance;
    if (distance >= lengthBytes) this.bytes.copyWithin(this.length, from, from + lengthBytes);
    else
      for (let at = 0; at < lengthBytes; at += 1) this.bytes[this.length + at] = this.bytes[from + at] ?? 0;
    this.length += lengthBytes;
  }
}

/** A length of 15 goes on in the next bytes until one is not 255. */
const readLength = (block: Buffer, start: number, nibble: number): { length: number; end: number } => {
  let length = nibble;
  let at = start;
  if (nibble === 15) {
    let byte = 255;
    while (byte === 255 && at < block.length) {
      byte = block[at] ?? 0;
      length += byte;
      at += 1;
    }
  }
  return { length, end: at };
};

/** One compressed block: literals and matches take turns (LZ4 block format). */
const inflateBlock = (block: Buffer, output: Output): Result<undefined, Lz4Error> => {
  let at = 0;
  while (at < block.length) {
    const token = block[at] ?? 0;
    const literals = readLength(block, at + 1, token >>> 4);
    const literalsEnd = literals.end + literals.length;
    if (literalsEnd > block.length) return fail('literals reach beyond the block');
    if (!output.reserve(literals.length)) return fail('inflates to too much', 'too-large');
    output.append(block.subarray(literals.end, literalsEnd));
    if (literalsEnd === block.length) return ok(undefined);
    if (literalsEnd + 2 > block.length) return fail('the block ends in the middle of a match');
    const distance = block.readUInt16LE(literalsEnd);
    const match = readLength(block, literalsEnd + 2, token & 15);
    if (distance === 0 || distance > output.length) return fail('a match reaches before the start');
    if (!output.reserve(match.length + MIN_MATCH)) return fail('inflates to too much', 'too-large');
    output.repeat(distance, match.length + MIN_MATCH);
    at = match.end;
  }
  return ok(undefined);
};

/** Length of the frame header, and whether each block is followed by a checksum. */
const readHeader = (
  bytes: Buffer,
): { end: number; hasBlockChecksum: boolean; blockBytes: number } | undefined => {
  if (bytes.length < 7 || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const flags = bytes[4] ?? 0;
  if (flags >>> 6 !== 1) return undefined;
  const extra = ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4);
  return {
    end: 7 + extra,
    hasBlockChecksum: (flags & 16) !== 0,
    blockBytes: BLOCK_SIZES[((bytes[5] ?? 0) >>> 4) & 7] ?? 0,
  };
};

/**
 * Inflates one LZ4 frame (LZ4 frame format 1.6.3), which is how apt keeps its lists. Checksums are not compared: the
 * reader of the text notices damage.
 */
export const inflateLz4 = (bytes: Buffer, maxBytes: number): Result<Buffer, Lz4Error> => {
  const header = readHeader(bytes);
  if (header === undefined) return fail('not an LZ4 frame');
  const output = new Output(Math.max(65_536, bytes.length * 3), maxBytes);
  let at = header.end;
  for (;;) {
    if (at + 4 > bytes.length) return fail('the frame ends early');
    const word = bytes.readUInt32LE(at);
    at += 4;
    if (word === 0) return ok(output.bytes.subarray(0, output.length));
    const size = word & 0x7fffffff;
    if (at + size > bytes.length || size > Math.max(header.blockBytes, 65_536))
      return fail('a block reaches beyond the frame');
    const block = bytes.subarray(at, at + size);
    if (word >>> 31 === 1) {
      if (!output.reserve(size)) return fail('inflates to too much', 'too-large');
      output.append(block);
    } else {
      const inflated = inflateBlock(block, output);
      if (!inflated.ok) return inflated;
    }
    at += size + (header.hasBlockChecksum ? 4 : 0);
  }
};
