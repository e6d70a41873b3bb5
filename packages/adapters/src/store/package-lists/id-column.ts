// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

const FIRST = 1024;
/** Grown by a quarter: doubling would hold twice what is needed of the largest columns. */
const GROWTH = 1.25;

/** Whole numbers below 2^32 one behind the other, four bytes each. */
export class IdColumn {
  #values = new Uint32Array(FIRST);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.#values.byteLength;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const wider = new Uint32Array(Math.ceil(this.#length * GROWTH));
      wider.set(this.#values);
      this.#values = wider;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /** Replaces the value at a place that is there. */
  put(place: number, value: number): void {
    if (place < this.#length) this.#values[place] = value;
  }

  /** The value at a place; 0 beyond the end. */
  at(place: number): number {
    return this.#values[place] ?? 0;
  }
}
