// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isUnknown, type Reading } from '../request.ts';
import type { Marks } from './marks.ts';
import { LITERAL_MIN, type Need } from './need.ts';

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

/** Fours of characters that some rule waits for, by hash: nearly all others are known without a look-up. */
const SIEVE_BITS = 13;
const sieved = (gram: number): number => Math.imul(gram, 0x9e3779b1) >>> (32 - SIEVE_BITS);

/** The bit of a length; lengths that are 32 apart share one, which only costs a look-up. */
const lengthBit = ({ length }: string): number => 1 << (length & 31);

function addTo<K>(map: Map<K, number[]>, key: K, rule: number): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [rule]);
  else list.push(rule);
}

/** Rules by what they need of one field. */
export class FieldIndex {
  readonly all: number[] = [];
  readonly #values = new Map<string | number | boolean, number[]>();
  /** Lengths of the texts among them, a bit each: a text of another length is none of them, and need not be hashed. */
  #lengths = 0;
  /** By four characters in a row that the value must hold. */
  readonly #grams = new Map<number, number[]>();
  readonly #sieve = new Uint8Array(2 ** SIEVE_BITS);
  readonly #texts: number[] = [];
  readonly #set: number[] = [];
  readonly #above: { readonly bound: number; readonly rule: number }[] = [];
  readonly #below: { readonly bound: number; readonly rule: number }[] = [];

  add({ test }: Need, rule: number): void {
    this.all.push(rule);
    if (test.kind === 'value') for (const value of test.values) this.#addValue(value, rule);
    else if (test.kind === 'set') this.#set.push(rule);
    else if (test.kind === 'text') this.#addText(test.literal, rule);
    else if (test.kind === 'above') this.#above.push({ bound: test.bound, rule });
    else this.#below.push({ bound: test.bound, rule });
  }

  #addValue(value: string | number | boolean, rule: number): void {
    if (typeof value === 'string') this.#lengths |= lengthBit(value);
    addTo(this.#values, value, rule);
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
    if (typeof value === 'string') {
      if ((this.#lengths & lengthBit(value)) !== 0) this.#ofValue(value, marks);
      if (this.#texts.length > 0) this.#ofText(value, marks);
      return;
    }
    this.#ofValue(value, marks);
    if (typeof value === 'number') this.#ofNumber(value, marks);
  }

  #ofValue(value: string | number | boolean, marks: Marks): void {
    const rules = this.#values.get(value);
    if (rules !== undefined) marks.all(rules);
  }

  #ofNumber(value: number, marks: Marks): void {
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
    if (this.#set.length > 0) marks.all(this.#set);
    if (Array.isArray(reading)) for (const one of reading) this.#ofOne(one, marks);
    else this.#ofOne(reading, marks);
  }
}
