// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';

/** Numbers that are the same for the same seed (mulberry32): tests that fail can be run again. */
export class SeededRandom {
  #state: number;

  constructor(seed: string | number) {
    this.#state =
      typeof seed === 'number' ? seed >>> 0 : createHash('sha256').update(seed).digest().readUInt32LE(0);
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below);
  }

  /** One of a list. */
  pick<T>(list: readonly T[]): T {
    const one = list[this.below(list.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  }

  /** A text over an alphabet. Where the alphabet has digits and letters of both cases, a longer text has each. */
  text(alphabet: string, length: number): string {
    const signs = Array.from({ length }, () => alphabet[this.below(alphabet.length)] ?? '');
    if (length < 8) return signs.join('');
    for (const [at, kind] of [/[0-9]/, /[a-z]/, /[A-Z]/].entries()) {
      const fitting = [...alphabet].filter((sign) => kind.test(sign));
      if (fitting.length > 0 && !signs.some((sign) => kind.test(sign)))
        signs[at * 2 + 1] = this.pick(fitting);
    }
    return signs.join('');
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
