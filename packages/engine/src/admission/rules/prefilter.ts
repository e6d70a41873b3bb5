// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CollectionDefinition } from '../fields/collections.ts';
import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import { isObject, type JsonObject } from '../pod/json.ts';
import { isUnknown, type Reading } from '../request.ts';
import { LITERAL_MIN, type Need, type Needs } from './need.ts';

/** Longer texts are not taken apart: all rules that look for a text in them are asked. */
const TEXT_MAX = 512;

/** Four characters in a row as one number; those beyond Latin-1 may share one, which only asks a rule too many. */
const rolled = (gram: number, text: string, at: number): number => (gram << 8) | (text.charCodeAt(at) & 0xff);

/** All fours of a text. */
function gramsOf(text: string): number[] {
  const grams: number[] = [];
  let gram = 0;
  for (let at = 0; at < text.length; at += 1) {
    gram = rolled(gram, text, at);
    if (at + 1 >= LITERAL_MIN) grams.push(gram);
  }
  return grams;
}

/** Rules to be asked, a bit each: walking the words that are set costs what is marked, not what there is. */
class Marks {
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

  /** The rules that are marked, in order. */
  list(): number[] {
    const rules: number[] = [];
    const words = this.#words;
    for (let at = 0; at < words.length; at += 1) {
      let left = words[at] ?? 0;
      while (left !== 0) {
        const lowest = left & -left;
        rules.push((at << 5) + 31 - Math.clz32(lowest));
        left ^= lowest;
      }
    }
    return rules;
  }
}

/** Fours of characters that some rule waits for, by hash: nearly all others are known without a look-up. */
const SIEVE_BITS = 13;
const sieved = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - SIEVE_BITS);

function addTo<K>(map: Map<K, number[]>, key: K, rule: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}

/** Rules by what they need of one field. */
class FieldIndex {
  readonly all: number[] = [];
  readonly #values = new Map<string | number | boolean, number[]>();
  /** By four characters in a row that the value must hold. */
  readonly #grams = new Map<number, number[]>();
  readonly #sieve = new Uint8Array(2 ** SIEVE_BITS);
  readonly #texts: number[] = [];
  readonly #set: number[] = [];
  readonly #above: { readonly bound: number; readonly rule: number }[] = [];
  readonly #below: { readonly bound: number; readonly rule: number }[] = [];

  add({ test }: Need, rule: number): void {
    this.all.push(rule);
    if (test.kind === 'value') for (const value of test.values) addTo(this.#values, value, rule);
    else if (test.kind === 'set') this.#set.push(rule);
    else if (test.kind === 'text') this.#addText(test.literal, rule);
    else if (test.kind === 'above') this.#above.push({ bound: test.bound, rule });
    else this.#below.push({ bound: test.bound, rule });
  }

  /** Takes the four characters of the text that fewest rules have taken before. */
  #addText(literal: string, rule: number): void {
    const grams = gramsOf(literal);
    const taken = (gram: number): number => this.#grams.get(gram)?.length ?? 0;
    const best = grams.reduce(
      (rarest, gram) => (taken(gram) <= taken(rarest) ? gram : rarest),
      grams[0] ?? 0,
    );
    addTo(this.#grams, best, rule);
    this.#sieve[sieved(best)] = 1;
    this.#texts.push(rule);
  }

  /** Puts bounds in order; asked once, when all are known. */
  finish(): void {
    this.#above.sort((one, two) => one.bound - two.bound);
    this.#below.sort((one, two) => two.bound - one.bound);
  }

  #ofText(text: string, marks: Marks): void {
    if (this.#texts.length === 0) return;
    if (text.length > TEXT_MAX) {
      marks.all(this.#texts);
      return;
    }
    let gram = 0;
    for (let at = 0; at < text.length; at += 1) {
      gram = rolled(gram, text, at);
      if (this.#sieve[sieved(gram)] === 0 || at + 1 < LITERAL_MIN) continue;
      const rules = this.#grams.get(gram);
      if (rules !== undefined) marks.all(rules);
    }
  }

  #ofOne(value: string | number | boolean, marks: Marks): void {
    const rules = this.#values.get(value);
    if (rules !== undefined) marks.all(rules);
    if (typeof value === 'string') this.#ofText(value, marks);
    if (typeof value !== 'number') return;
    for (const { bound, rule } of this.#above) {
      if (bound >= value) break;
      marks.one(rule);
    }
    for (const { bound, rule } of this.#below) {
      if (bound <= value) break;
      marks.one(rule);
    }
  }

  /** Marks the rules that what stands there does not rule out. */
  mark(reading: Reading, marks: Marks): void {
    if (reading === undefined) return;
    if (isUnknown(reading)) {
      marks.all(this.all);
      return;
    }
    marks.all(this.#set);
    if (Array.isArray(reading)) for (const one of reading) this.#ofOne(one, marks);
    else this.#ofOne(reading, marks);
  }
}

/** Fields below one member of an item: where it is not set, none of them is. */
interface Group {
  readonly below: string | undefined;
  readonly fields: readonly (readonly [AdmissionField, FieldIndex])[];
}

/** One list of a chain, with the fields that rules need of its items. */
class ChainIndex {
  readonly fields = new Map<AdmissionField, FieldIndex>();
  readonly inner = new Map<CollectionDefinition, ChainIndex>();
  readonly #all = new Set<number>();
  // The same as lists, made once all rules are in: walking a map costs as much as what is done at each step.
  #rules: readonly number[] = [];
  #groups: readonly Group[] = [];
  #inner: readonly (readonly [CollectionDefinition, ChainIndex])[] = [];
  /** Whether the values of items are all that is asked of them. */
  #isFlat = false;

  add(need: Need, depth: number, rule: number): void {
    this.#all.add(rule);
    const list = need.chain[depth];
    if (list === undefined) {
      const field = this.fields.get(need.field) ?? new FieldIndex();
      this.fields.set(need.field, field);
      field.add(need, rule);
      return;
    }
    const inner = this.inner.get(list) ?? new ChainIndex();
    this.inner.set(list, inner);
    inner.add(need, depth + 1, rule);
  }

  finish(): void {
    for (const field of this.fields.values()) field.finish();
    for (const inner of this.inner.values()) inner.finish();
    this.#rules = [...this.#all];
    this.#groups = [...Map.groupBy(this.fields, ([field]) => field.below)].map(([below, fields]) => ({
      below,
      fields,
    }));
    this.#inner = [...this.inner];
    this.#isFlat =
      this.inner.size === 0 && [...this.fields.keys()].every(({ readOf }) => readOf !== undefined);
  }

  mark(item: Item, marks: Marks): void {
    const { value } = item;
    const json = isObject(value) ? value : undefined;
    this.#markFields(json, item, marks);
    for (const [list, inner] of this.#inner) {
      const values = inner.#isFlat ? list.values?.(item) : undefined;
      if (values !== undefined) {
        for (const one of values) inner.#markFields(one, item, marks);
        continue;
      }
      const { items, malformed } = list.items(item);
      if (malformed) marks.all(inner.#rules);
      for (const one of items) inner.mark(one, marks);
    }
  }

  /** Of an item with its JSON; of a flat list the JSON is all that is looked at. */
  #markFields(json: JsonObject | undefined, item: Item, marks: Marks): void {
    for (const { below, fields } of this.#groups) {
      if (json !== undefined && below !== undefined && (json[below] ?? undefined) === undefined) continue;
      for (const [field, index] of fields)
        index.mark(
          json === undefined || field.readOf === undefined ? field.read(item) : field.readOf(json),
          marks,
        );
    }
  }
}

/** Tells which rules need not be asked of an object: their conditions cannot hold, nor be unknown. */
export interface Prefilter {
  /** The rules that must be asked, by their places in the list, in order. */
  readonly candidates: (root: Item) => readonly number[];
}

/** Builds the filter of a list of rules, each with what any of its variants needs. */
export function prefilter(needs: readonly Needs[]): Prefilter {
  const chains = new ChainIndex();
  // One for all decisions: each is through with it before the next begins.
  const marks = new Marks(needs.length);
  for (const [rule, needed] of needs.entries()) {
    if (needed === undefined) marks.always(rule);
    else for (const need of needed) chains.add(need, 0, rule);
  }
  chains.finish();
  return {
    candidates: (root) => {
      marks.begin();
      chains.mark(root, marks);
      return marks.list();
    },
  };
}
