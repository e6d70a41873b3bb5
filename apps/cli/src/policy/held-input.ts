// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Bytes of an input that are held: far more than the objects of a chart, and less than a gate may need of memory. */
export const HELD_BYTES_MAX = 64 * 1024 * 1024;

/** An input that can be read twice as far as it was held, and goes on behind that. */
export class HeldInput {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #most: number;
  readonly #held: Uint8Array[] = [];
  #bytes = 0;
  #isAtEnd = false;

  constructor(source: AsyncIterable<Uint8Array>, most = HELD_BYTES_MAX) {
    this.#source = source[Symbol.asyncIterator]();
    this.#most = most;
  }

  /** The pieces from the beginning, held as they come, up to the bound. */
  async *ahead(): AsyncGenerator<Uint8Array> {
    yield* this.#held;
    while (!this.#isAtEnd && this.#bytes < this.#most) {
      const next = await this.#source.next();
      if (next.done === true) this.#isAtEnd = true;
      else {
        this.#held.push(next.value);
        this.#bytes += next.value.length;
        yield next.value;
      }
    }
  }

  /** All pieces. What was held is let go of as it is read. */
  async *all(): AsyncGenerator<Uint8Array> {
    for (let piece = this.#held.shift(); piece !== undefined; piece = this.#held.shift()) yield piece;
    while (!this.#isAtEnd) {
      const next = await this.#source.next();
      if (next.done === true) this.#isAtEnd = true;
      else yield next.value;
    }
  }
}
