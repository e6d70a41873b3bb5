// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ExecutableRange } from './program-head.ts';

/** Fewer bytes than this say nothing: a short text looks as dense as a packed one. */
const LEAST_BYTES = 8 * 1024;
/** Bytes counted of one file; more would not change the answer. */
const MOST_BYTES = 8 * 1024 * 1024;

/** Shannon entropy, in bits a byte, of some ranges of a file that comes in pieces. */
export class EntropyMeter {
  readonly #counts = new Uint32Array(256);
  readonly #ranges: readonly ExecutableRange[];
  #at = 0;
  #counted = 0;

  constructor(ranges: readonly ExecutableRange[]) {
    this.#ranges = ranges;
  }

  push(bytes: Uint8Array): void {
    for (const { start, end } of this.#ranges) {
      const from = Math.max(start - this.#at, 0);
      const to = Math.min(end - this.#at, bytes.length, from + MOST_BYTES - this.#counted);
      for (let index = from; index < to; index += 1) {
        const byte = bytes[index] ?? 0;
        this.#counts[byte] = (this.#counts[byte] ?? 0) + 1;
      }
      if (to > from) this.#counted += to - from;
    }
    this.#at += bytes.length;
  }

  /** Undefined when there is too little to say. */
  value(): number | undefined {
    if (this.#counted < LEAST_BYTES) return undefined;
    let bits = 0;
    for (const count of this.#counts) {
      if (count === 0) continue;
      const share = count / this.#counted;
      bits -= share * Math.log2(share);
    }
    return bits;
  }
}
