// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const QUESTION_MARK = 63;

/** UTF-16 with a byte order mark, as some editors write it, made into one byte a character; other bytes pass. */
export class Narrower {
  #order: 'unknown' | 'plain' | 'low-first' | 'high-first' = 'unknown';
  #odd: number | undefined;

  narrow(chunk: Uint8Array): Uint8Array {
    if (this.#order === 'unknown' && chunk.length > 0) {
      if (chunk[0] === 0xff && chunk[1] === 0xfe) this.#order = 'low-first';
      else this.#order = chunk[0] === 0xfe && chunk[1] === 0xff ? 'high-first' : 'plain';
    }
    return this.#order === 'plain' || this.#order === 'unknown' ? chunk : this.#pairs(chunk);
  }

  #pairs(chunk: Uint8Array): Uint8Array {
    const isLowFirst = this.#order === 'low-first';
    const narrow = Buffer.alloc((chunk.length + 1) >> 1);
    let length = 0;
    for (const byte of chunk) {
      if (this.#odd === undefined) {
        this.#odd = byte;
        continue;
      }
      const low = isLowFirst ? this.#odd : byte;
      const high = isLowFirst ? byte : this.#odd;
      narrow[length] = high === 0 ? low : QUESTION_MARK;
      length += 1;
      this.#odd = undefined;
    }
    return narrow.subarray(0, length);
  }
}
