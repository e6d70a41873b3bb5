// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Where reading continues: the row of the table after the last byte of the chunk before. */
export type AutomatonState = number;

const ROOT = 0;

/** ASCII letters match in either case; other bytes as they are. */
const fold = (byte: number): number => (byte >= 65 && byte <= 90 ? byte + 32 : byte);

/**
 * Aho-Corasick over bytes: finds every occurrence of many keywords in one pass, whatever the text (time is linear in
 * the bytes read). Bytes that occur in no keyword share one column, so the whole table stays in the cache.
 * Aho and Corasick, Efficient string matching, CACM 18(6), 1975.
 */
export class KeywordAutomaton {
  readonly #column = new Uint8Array(256);
  readonly #columns: number;
  /** While it is built: state by cell. Then: row of the state, its complement where keywords end there. */
  readonly #next: Int32Array;
  /** Per state: keywords that end there; undefined for nearly all. */
  readonly #found: (readonly number[] | undefined)[];

  /** Keywords are compared without regard to the case of ASCII letters; their index is what `scan` reports. */
  constructor(keywords: readonly string[]) {
    const words = keywords.map((word) => [...Buffer.from(word, 'latin1')].map(fold));
    this.#columns = this.#assignColumns(words);
    const room = words.reduce((sum, word) => sum + word.length, 1);
    this.#next = new Int32Array(room * this.#columns).fill(-1);
    this.#found = Array.from({ length: room });
    this.#insert(words);
    this.#link();
    this.#toRows();
  }

  /** Reports (keyword, offset of the byte after it) for each occurrence, and returns the state to go on from. */
  scan(
    bytes: Uint8Array,
    state: AutomatonState,
    report: (keyword: number, end: number) => void,
  ): AutomatonState {
    const next = this.#next;
    const column = this.#column;
    let row = state;
    for (let index = 0; index < bytes.length; index += 1) {
      row = next[row + (column[bytes[index] ?? 0] ?? 0)] ?? ROOT;
      if (row >= 0) continue;
      row = ~row;
      for (const keyword of this.#found[row / this.#columns] ?? []) report(keyword, index + 1);
    }
    return row;
  }

  /** One look-up a byte: no multiplication, and whether something ends there is the sign. */
  #toRows(): void {
    for (const [cell, state] of this.#next.entries()) {
      const row = Math.max(state, ROOT) * this.#columns;
      this.#next[cell] = this.#found[state] === undefined ? row : ~row;
    }
  }

  #assignColumns(words: readonly (readonly number[])[]): number {
    let columns = 1;
    for (const byte of words.flat()) {
      if (this.#column[byte] !== 0) continue;
      this.#column[byte] = columns;
      columns += 1;
    }
    for (let upper = 65; upper <= 90; upper += 1) this.#column[upper] = this.#column[upper + 32] ?? 0;
    return columns;
  }

  #insert(words: readonly (readonly number[])[]): void {
    let states = 1;
    for (const [index, word] of words.entries()) {
      let state = ROOT;
      for (const byte of word) {
        const cell = state * this.#columns + (this.#column[byte] ?? 0);
        if (this.#next[cell] === -1) {
          this.#next[cell] = states;
          states += 1;
        }
        state = this.#next[cell] ?? ROOT;
      }
      if (word.length > 0) this.#found[state] = [...(this.#found[state] ?? []), index];
    }
  }

  /** Breadth first: missing edges become those of the longest proper suffix, which also lends its findings. */
  #link(): void {
    const columns = this.#columns;
    const suffix = new Int32Array(this.#found.length);
    const queue: number[] = [];
    for (let column = 0; column < columns; column += 1) {
      const child = this.#next[column] ?? -1;
      if (child === -1) this.#next[column] = ROOT;
      else queue.push(child);
    }
    for (let head = 0; head < queue.length; head += 1) {
      const state = queue[head] ?? ROOT;
      const shorter = suffix[state] ?? ROOT;
      const lent = this.#found[shorter];
      if (lent !== undefined) this.#found[state] = [...(this.#found[state] ?? []), ...lent];
      for (let column = 0; column < columns; column += 1) {
        const cell = state * columns + column;
        const fallback = this.#next[shorter * columns + column] ?? ROOT;
        const child = this.#next[cell] ?? -1;
        if (child === -1) this.#next[cell] = fallback;
        else {
          suffix[child] = fallback;
          queue.push(child);
        }
      }
    }
  }
}
