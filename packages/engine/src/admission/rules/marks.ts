// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** What is to be asked, a bit each. */
export class Marks {
  readonly #words: Uint32Array;
  readonly #always: Uint32Array;

  constructor(count: number) {
    this.#words = new Uint32Array((count + 31) >>> 5);
    this.#always = new Uint32Array((count + 31) >>> 5);
  }

  /** Marks a rule for every object. */
  always(rule: number): void {
    this.#always[rule >>> 5] = (this.#always[rule >>> 5] ?? 0) | (1 << (rule & 31));
  }

  /** Forgets the object before. */
  begin(): void {
    this.#words.set(this.#always);
  }

  one(rule: number): void {
    this.#words[rule >>> 5] = (this.#words[rule >>> 5] ?? 0) | (1 << (rule & 31));
  }

  all(rules: readonly number[]): void {
    for (const rule of rules) this.one(rule);
  }

  /** What is marked, in order. */
  list(): number[] {
    const marked: number[] = [];
    const words = this.#words;
    for (let at = 0; at < words.length; at += 1) {
      // The lowest bit that is set, then the others without it: most words of many rules are empty.
      for (let word = words[at] ?? 0; word !== 0; word &= word - 1)
        marked.push((at << 5) + 31 - Math.clz32(word & -word));
    }
    return marked;
  }
}
