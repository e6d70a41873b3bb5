// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What a body is given at once, whatever length it announces: who announces much and sends nothing costs little. */
const FIRST_BYTES = 64 * 1024;

/** A body that comes in pieces. Pieces are copied: many small ones kept as they are would cost many times their bytes. */
export class BodyGatherer {
  readonly #most: number;
  #room: Buffer;
  size = 0;

  /** `length` is that of the body, where it is known. */
  constructor(length: number | undefined) {
    this.#most = length ?? Number.POSITIVE_INFINITY;
    this.#room = Buffer.allocUnsafe(Math.min(this.#most, FIRST_BYTES));
  }

  add(bytes: Buffer, from: number, end: number): void {
    const size = this.size + end - from;
    if (size > this.#room.length) {
      const room = Buffer.allocUnsafe(Math.min(this.#most, Math.max(size, 2 * this.#room.length)));
      this.#room.copy(room, 0, 0, this.size);
      this.#room = room;
    }
    bytes.copy(this.#room, this.size, from, end);
    this.size = size;
  }

  whole(): Buffer {
    return this.#room.subarray(0, this.size);
  }
}
