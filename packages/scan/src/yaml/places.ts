// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Names of fields and numbers of entries, from the root on. */
export type YamlPath = readonly (string | number)[];

/** A document with more nodes keeps none: whoever looks for a place in it reads it again. */
const NODES_MAX = 2 ** 17;
const FIRST_NODES = 2 ** 10;
/** Collections up to this many entries are walked; of longer ones an index is made, so that no walk is quadratic. */
const WALKED_MAX = 32;

/** The entries of a collection by what leads to them. */
type Entries = ReadonlyMap<string | number, number>;

/**
 * Where the nodes of one document stand, noted while it is read: three numbers and a name each, in the order of the
 * text, in room that is used again for the next document. Without it, finding places means reading a document twice.
 */
export class DocumentPlaces {
  /** The text they are places of; a reader that has gone on to the next document has forgotten those before. */
  source: object | undefined = undefined;
  #at = new Int32Array(FIRST_NODES);
  /** The node after the last one inside. */
  #next = new Int32Array(FIRST_NODES);
  /** Names of fields; undefined for entries of lists. */
  #keys: (string | undefined)[] = [];
  #count = 0;
  #isWhole = true;
  readonly #indexes = new Map<number, Entries>();
  readonly #most: number;

  constructor(most = NODES_MAX) {
    this.#most = most;
  }

  /** Forgets the document before. */
  begin(): void {
    this.source = undefined;
    this.#count = 0;
    this.#isWhole = true;
    this.#indexes.clear();
  }

  /** Notes a node; gives its number, for `close`. */
  add(at: number, key: string | undefined): number {
    const node = this.#count;
    if (node === this.#at.length && !this.#grow()) return node;
    this.#at[node] = at;
    this.#keys[node] = key;
    this.#count = node + 1;
    this.#next[node] = node + 1;
    return node;
  }

  /** A collection has ended. */
  close(node: number): void {
    this.#next[node] = this.#count;
  }

  #grow(): boolean {
    const room = this.#at.length * 2;
    if (room > this.#most) {
      this.#isWhole = false;
      return false;
    }
    const [at, next] = [new Int32Array(room), new Int32Array(room)];
    at.set(this.#at);
    next.set(this.#next);
    this.#at = at;
    this.#next = next;
    return true;
  }

  /** Whether they are those of a document, and all of them. */
  areOf(source: object): boolean {
    return this.source === source && this.#isWhole;
  }

  /** Where a path leads; where it leads nowhere, the nearest place before. */
  offsetOf(path: YamlPath): number {
    let node = 0;
    for (const step of path) {
      const found = this.#entry(node, step);
      if (found === undefined) break;
      node = found;
    }
    return this.#at[node] ?? 0;
  }

  #entry(node: number, step: string | number): number | undefined {
    const index = this.#indexes.get(node);
    if (index !== undefined) return index.get(step);
    const end = this.#next[node] ?? 0;
    let entry = 0;
    for (let child = node + 1; child < end; child = this.#next[child] ?? end) {
      if ((this.#keys[child] ?? entry) === step) return child;
      entry += 1;
      if (entry > WALKED_MAX) return this.#indexOf(node).get(step);
    }
    return undefined;
  }

  #indexOf(node: number): Entries {
    const end = this.#next[node] ?? 0;
    const entries = new Map<string | number, number>();
    for (let child = node + 1; child < end; child = this.#next[child] ?? end) {
      const name = this.#keys[child] ?? entries.size;
      if (!entries.has(name)) entries.set(name, child);
    }
    this.#indexes.set(node, entries);
    return entries;
  }
}
