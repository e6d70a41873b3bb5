// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CollectionDefinition } from '../fields/collections.ts';
import type { AdmissionField } from '../fields/field.ts';
import type { Item } from '../pod/evaluation.ts';
import { isUnknown } from '../request.ts';
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

type Mark = (rule: number) => void;

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
    this.#texts.push(rule);
  }

  /** Puts bounds in order; asked once, when all are known. */
  finish(): void {
    this.#above.sort((one, two) => one.bound - two.bound);
    this.#below.sort((one, two) => two.bound - one.bound);
  }

  #ofText(text: string, mark: Mark): void {
    if (this.#texts.length === 0) return;
    if (text.length > TEXT_MAX) {
      for (const rule of this.#texts) mark(rule);
      return;
    }
    let gram = 0;
    for (let at = 0; at < text.length; at += 1) {
      gram = rolled(gram, text, at);
      const rules = at + 1 < LITERAL_MIN ? undefined : this.#grams.get(gram);
      if (rules !== undefined) for (const rule of rules) mark(rule);
    }
  }

  #ofOne(value: string | number | boolean, mark: Mark): void {
    const rules = this.#values.get(value);
    if (rules !== undefined) for (const rule of rules) mark(rule);
    if (typeof value === 'string') this.#ofText(value, mark);
    if (typeof value !== 'number') return;
    for (const { bound, rule } of this.#above) {
      if (bound >= value) break;
      mark(rule);
    }
    for (const { bound, rule } of this.#below) {
      if (bound <= value) break;
      mark(rule);
    }
  }

  /** Marks the rules that what stands there does not rule out. */
  mark(field: AdmissionField, item: Item, mark: Mark): void {
    const reading = field.read(item);
    if (reading === undefined) return;
    if (isUnknown(reading)) {
      for (const rule of this.all) mark(rule);
      return;
    }
    for (const rule of this.#set) mark(rule);
    if (Array.isArray(reading)) for (const one of reading) this.#ofOne(one, mark);
    else this.#ofOne(reading, mark);
  }
}

/** One list of a chain, with the fields that rules need of its items. */
class ChainIndex {
  readonly fields = new Map<AdmissionField, FieldIndex>();
  readonly inner = new Map<CollectionDefinition, ChainIndex>();
  readonly #all = new Set<number>();

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
  }

  mark(item: Item, mark: Mark): void {
    for (const [field, index] of this.fields) index.mark(field, item, mark);
    for (const [list, inner] of this.inner) {
      const { items, malformed } = list.items(item);
      if (malformed) for (const rule of inner.#all) mark(rule);
      for (const one of items) inner.mark(one, mark);
    }
  }
}

/** Tells which rules need not be asked of an object: their conditions cannot hold, nor be unknown. */
export interface Prefilter {
  /** 1 for each rule that must be asked, by its place in the list. */
  readonly candidates: (root: Item) => Uint8Array;
}

/** Builds the filter of a list of rules, each with what any of its variants needs. */
export function prefilter(needs: readonly Needs[]): Prefilter {
  const chains = new ChainIndex();
  const always = new Uint8Array(needs.length);
  for (const [rule, needed] of needs.entries()) {
    if (needed === undefined) always[rule] = 1;
    else for (const need of needed) chains.add(need, 0, rule);
  }
  chains.finish();
  return {
    candidates: (root) => {
      const marks = always.slice();
      chains.mark(root, (rule) => {
        marks[rule] = 1;
      });
      return marks;
    },
  };
}
