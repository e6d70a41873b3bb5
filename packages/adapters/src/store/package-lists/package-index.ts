// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Database, numberOf } from '../sqlite/database.ts';
import { IdColumn } from './id-column.ts';

const PAGE = 2000;
/** Kinds of list in the index. A list that was replaced or removed is gone, and is passed over. */
const GONE = 0;
const WORKLOAD = 1;
const IMAGE = 2;
/** Lists that are gone stay in the index until they are this share of it. */
const STALE_SHARE = 0.25;
const STALE_FREE = 1000;

/** A set or list, and where its ids end in the column of all ids. */
class Groups {
  readonly ids = new IdColumn();
  readonly ends = new IdColumn();
  readonly members = new IdColumn();

  /** Id of the newest one. */
  get last(): number {
    return this.ids.length === 0 ? 0 : this.ids.at(this.ids.length - 1);
  }

  add(id: number, members: Iterable<number>): void {
    for (const member of members) this.members.push(member);
    this.ids.push(id);
    this.ends.push(this.members.length);
  }

  startOf(place: number): number {
    return place === 0 ? 0 : this.ends.at(place - 1);
  }

  bytes(): number {
    return this.ids.bytes + this.ends.bytes + this.members.bytes;
  }
}

/**
 * All package lists of a store as three columns of numbers: which package is in which set, which set in which list. It is
 * read from the database when first asked for and brought up to date before each question. Four bytes an entry: 100,000
 * images of 558 packages in 120,000 different layers are 33 MB, and one question walks through all of it.
 */
export class PackageIndex {
  readonly #database: Database;
  #sets = new Groups();
  #lists = new Groups();
  #kinds = new IdColumn();
  #gone = 0;
  /** Place of a set by its id; 0 = not there, else one more than the place. */
  #places = new Uint32Array(0);

  constructor(database: Database) {
    this.#database = database;
  }

  /** Bytes it holds. */
  get bytes(): number {
    return this.#sets.bytes() + this.#lists.bytes() + this.#kinds.bytes + this.#places.byteLength;
  }

  /** Brings it up to date; gives the bytes it holds then. */
  measure(): number {
    this.#refresh();
    return this.bytes;
  }

  /** Ids of the lists that have any of these packages, oldest first. */
  listsWith(keys: readonly number[]): number[] {
    this.#refresh();
    const touched = this.#touchedSets(keys);
    const found: number[] = [];
    const { ids, ends, members } = this.#lists;
    let at = 0;
    for (let list = 0; list < ids.length; list += 1) {
      const end = ends.at(list);
      let isHit = false;
      for (; at < end; at += 1) if (touched[members.at(at)] === 1) isHit = true;
      if (isHit && this.#kinds.at(list) !== GONE) found.push(ids.at(list));
    }
    return found;
  }

  /** For each list with any of these packages, the sets of it that have one. */
  setsWith(keys: readonly number[]): { readonly list: number; readonly sets: readonly number[] }[] {
    this.#refresh();
    const touched = this.#touchedSets(keys);
    const { ids, ends, members } = this.#lists;
    const found: { list: number; sets: number[] }[] = [];
    let at = 0;
    for (let list = 0; list < ids.length; list += 1) {
      const sets: number[] = [];
      for (const end = ends.at(list); at < end; at += 1) {
        if (touched[members.at(at)] === 1) sets.push(this.#sets.ids.at(members.at(at)));
      }
      if (sets.length > 0 && this.#kinds.at(list) !== GONE) found.push({ list: ids.at(list), sets });
    }
    return found;
  }

  /** How many lists have each of these packages, in the same order. */
  spreadOf(keys: readonly number[]): { images: number; workloads: number }[] {
    this.#refresh();
    const order = new Map(keys.map((key, place) => [key, place]));
    const bySet = new Map<number, number[]>();
    this.#eachMember((set, key) => {
      const place = order.get(key);
      if (place === undefined) return;
      const places = bySet.get(set);
      if (places === undefined) bySet.set(set, [place]);
      else places.push(place);
    }, keys);
    const found = keys.map(() => ({ images: 0, workloads: 0 }));
    const lastSeen = new Int32Array(keys.length).fill(-1);
    this.#eachListed((list, set) => {
      for (const place of bySet.get(set) ?? []) {
        const tally = found[place];
        if (tally === undefined || lastSeen[place] === list) continue;
        lastSeen[place] = list;
        if (this.#kinds.at(list) === IMAGE) tally.images += 1;
        else tally.workloads += 1;
      }
    });
    return found;
  }

  /** Sets that no list has, and packages that no other set has. */
  orphans(): { readonly sets: number[]; readonly keys: number[] } {
    this.#rebuild();
    const used = new Uint8Array(this.#sets.ids.length);
    this.#eachListed((_list, set) => {
      used[set] = 1;
    });
    const kept = new Set<number>();
    const dropped = new Set<number>();
    this.#eachMember((set, key) => (used[set] === 1 ? kept : dropped).add(key));
    const sets: number[] = [];
    for (let set = 0; set < used.length; set += 1) if (used[set] === 0) sets.push(this.#sets.ids.at(set));
    return { sets, keys: [...dropped].filter((key) => !kept.has(key)) };
  }

  #touchedSets(keys: readonly number[]): Uint8Array {
    const touched = new Uint8Array(this.#sets.ids.length);
    this.#eachMember((set) => {
      touched[set] = 1;
    }, keys);
    return touched;
  }

  /** Walks through the packages of all sets; with `only`, through these. */
  #eachMember(visit: (set: number, key: number) => void, only?: readonly number[]): void {
    const wanted = only === undefined ? undefined : marksOf(only);
    const { ends, members } = this.#sets;
    let at = 0;
    for (let set = 0; set < ends.length; set += 1) {
      for (const end = ends.at(set); at < end; at += 1) {
        const key = members.at(at);
        if (wanted === undefined || wanted[key] === 1) visit(set, key);
      }
    }
  }

  /** Walks through the sets of all lists that are there. */
  #eachListed(visit: (list: number, set: number) => void): void {
    const { ends, members } = this.#lists;
    let at = 0;
    for (let list = 0; list < ends.length; list += 1) {
      const isGone = this.#kinds.at(list) === GONE;
      for (const end = ends.at(list); at < end; at += 1) if (!isGone) visit(list, members.at(at));
    }
  }

  #refresh(): void {
    const indexed = this.#lists.ids.length;
    if (this.#gone > (indexed - this.#gone) * STALE_SHARE + STALE_FREE) this.#rebuild();
    else this.#read();
  }

  #rebuild(): void {
    this.#sets = new Groups();
    this.#lists = new Groups();
    this.#kinds = new IdColumn();
    this.#gone = 0;
    this.#places = new Uint32Array(0);
    this.#read();
  }

  /** Reads what is new. A set is always there before a list names it: both are read in one and the same state. */
  #read(): void {
    this.#database.snapshot(() => {
      for (;;) {
        const rows = this.#database.rows(
          `SELECT id,keys FROM package_sets WHERE id>? ORDER BY id LIMIT ${PAGE}`,
          [this.#sets.last],
        );
        for (const [id, keys] of rows) this.#addSet(numberOf(id), idsOf(keys));
        if (rows.length < PAGE) break;
      }
      for (;;) {
        const rows = this.#database.rows(
          `SELECT id,sets,of_image FROM package_lists WHERE id>? ORDER BY id LIMIT ${PAGE}`,
          [this.#lists.last],
        );
        for (const [id, sets, ofImage] of rows) {
          this.#lists.add(numberOf(id), this.#placesOf(idsOf(sets)));
          this.#kinds.push(numberOf(ofImage) === 1 ? IMAGE : WORKLOAD);
        }
        if (rows.length < PAGE) break;
      }
      this.#findGone();
    });
  }

  /** Marks the lists that were replaced or removed since they were read. */
  #findGone(): void {
    const { ids } = this.#lists;
    const there = this.#database.number('SELECT count(*) FROM package_lists');
    if (there === ids.length - this.#gone) return;
    let at = 0;
    let last = 0;
    for (;;) {
      const rows = this.#database.rows(`SELECT id FROM package_lists WHERE id>? ORDER BY id LIMIT ${PAGE}`, [
        last,
      ]);
      for (const [id] of rows) {
        last = numberOf(id);
        for (; at < ids.length && ids.at(at) < last; at += 1) this.#forget(at);
        at += 1;
      }
      if (rows.length < PAGE) break;
    }
    for (; at < ids.length; at += 1) this.#forget(at);
  }

  #forget(list: number): void {
    if (this.#kinds.at(list) === GONE) return;
    this.#kinds.put(list, GONE);
    this.#gone += 1;
  }

  #addSet(id: number, keys: Uint32Array): void {
    this.#sets.add(id, keys);
    if (id >= this.#places.length) {
      const wider = new Uint32Array(Math.max(1024, Math.ceil(id * 1.5)));
      wider.set(this.#places);
      this.#places = wider;
    }
    this.#places[id] = this.#sets.ids.length;
  }

  *#placesOf(sets: Uint32Array): Generator<number> {
    for (const id of sets) {
      const place = this.#places[id];
      if (place !== undefined && place > 0) yield place - 1;
    }
  }
}

/** One byte for each id up to the greatest. */
function marksOf(ids: readonly number[]): Uint8Array {
  let greatest = 0;
  for (const id of ids) greatest = Math.max(greatest, id);
  const marks = new Uint8Array(greatest + 1);
  for (const id of ids) marks[id] = 1;
  return marks;
}

/** The ids in a blob. */
export function idsOf(blob: unknown): Uint32Array {
  if (!(blob instanceof Uint8Array)) return new Uint32Array(0);
  return new Uint32Array(blob.slice().buffer, 0, blob.byteLength >> 2);
}
