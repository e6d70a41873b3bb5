// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Decompresses LZ4 frames (the form of apt's lists): github.com/lz4/lz4, doc/lz4_Frame_format.md and
 * lz4_Block_format.md. Bounded by `maxBytes`; undefined for anything that is not a whole, sound frame.
 */
export const decompressLz4 = (input: Buffer, maxBytes: number): Buffer | undefined => {
  if (input.length < 7 || input.readUInt32LE(0) !== 0x184d2204) return undefined;
  const flags = input[4] ?? 0;
  const hasBlockSums = (flags & 0x10) !== 0;
  const hasSize = (flags & 0x08) !== 0;
  let at = 6 + (hasSize ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0) + 1;
  const target = new Target(Math.min(maxBytes, Math.max(1 << 20, input.length * 4)), maxBytes);
  for (;;) {
    if (at + 4 > input.length) return undefined;
    const word = input.readUInt32LE(at);
    at += 4;
    if (word === 0) return target.bytes();
    const size = word & 0x7fffffff;
    if (at + size > input.length) return undefined;
    const block = input.subarray(at, at + size);
    const isStored = word >>> 31 === 1;
    if (!(isStored ? target.add(block) : expand(block, target))) return undefined;
    at += size + (hasBlockSums ? 4 : 0);
  }
};

/** A buffer that grows up to a bound. */
class Target {
  #bytes: Buffer;
  #size = 0;
  readonly #max: number;

  constructor(first: number, max: number) {
    this.#bytes = Buffer.allocUnsafe(first);
    this.#max = max;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size);
  }

  add(part: Buffer): boolean {
    if (!this.#grow(part.length)) return false;
    part.copy(this.#bytes, this.#size);
    this.#size += part.length;
    return true;
  }

  /** Repeats what lies `distance` bytes back; the copy may overlap itself. */
  repeat(distance: number, length: number): boolean {
    if (distance === 0 || distance > this.#size || !this.#grow(length)) return false;
    if (distance >= length)
      this.#bytes.copyWithin(this.#size, this.#size - distance, this.#size - distance + length);
    else
      for (let index = 0; index < length; index += 1)
        this.#bytes[this.#size + index] = this.#bytes[this.#size + index - distance] ?? 0;
    this.#size += length;
    return true;
  }

  #grow(more: number): boolean {
    const needed = this.#size + more;
    if (needed > this.#max) return false;
    if (needed <= this.#bytes.length) return true;
    const larger = Buffer.allocUnsafe(Math.min(this.#max, Math.max(needed, this.#bytes.length * 2)));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
    return true;
  }
}

/** A length that goes on in further bytes while they are 255. */
const readLength = (
  block: Buffer,
  at: number,
  start: number,
): { length: number; next: number } | undefined => {
  let length = start;
  let next = at;
  if (start < 15) return { length, next };
  for (;;) {
    const byte = block[next];
    if (byte === undefined) return undefined;
    next += 1;
    length += byte;
    if (byte !== 255) return { length, next };
  }
};

const expand = (block: Buffer, target: Target): boolean => {
  let at = 0;
  while (at < block.length) {
    const token = block[at] ?? 0;
    const literals = readLength(block, at + 1, token >> 4);
    if (!literals || literals.next + literals.length > block.length) return false;
    if (!target.add(block.subarray(literals.next, literals.next + literals.length))) return false;
    at = literals.next + literals.length;
    if (at === block.length) return true;
    if (at + 2 > block.length) return false;
    const match = readLength(block, at + 2, token & 15);
    if (!match || !target.repeat(block.readUInt16LE(at), match.length + 4)) return false;
    at = match.next;
  }
  return true;
};
