// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { FORBIDDEN } from './characters.ts';
import type { YamlLimits } from './limits.ts';
import type { JsonValue } from './value-sink.ts';

const OBJECT = /^\s*\{/;
const STRING = /"(?:[^"\\]|\\.)*"/g;
/** Half of a pair of escapes, maybe: the reader of YAML tells whether it is one. */
const SURROGATE = /\\u[dD][89a-fA-F]/;
/** Numbers that are read otherwise, or refused, in YAML: with an exponent, a negative zero, or of very many digits. */
const OTHER_NUMBER = /\d[eE]|-0|\d{300}/;

/** How many fields a value has; undefined when it goes beyond a bound. */
class Measure {
  fields = 0;
  #nodes = 0;
  readonly #limits: YamlLimits;

  constructor(limits: YamlLimits) {
    this.#limits = limits;
  }

  isWithin(value: JsonValue, depth: number): boolean {
    this.#nodes += 1;
    if (this.#nodes > this.#limits.nodes) return false;
    if (typeof value !== 'object' || value === null) return true;
    if (depth > this.#limits.depth) return false;
    if (Array.isArray(value)) {
      for (const item of value) if (!this.isWithin(item, depth + 1)) return false;
      return true;
    }
    for (const key of Object.keys(value)) {
      this.fields += 1;
      this.#nodes += 1;
      const field = value[key];
      if (field !== undefined && !this.isWithin(field, depth + 1)) return false;
    }
    return true;
  }
}

/** In a text without blanks: a number with an exponent, or, which does no harm, a string that looks like one. */
const EXPONENT = /[:[,]-?[\d.]+e/;

/** Whether nothing is deeper than that. */
function isShallow(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && !isShallow(item, levels - 1)) return false;
    return true;
  }
  for (const key in value) {
    const field = value[key];
    if (typeof field === 'object' && !isShallow(field, levels - 1)) return false;
  }
  return true;
}

/**
 * Whether a value is all that a text says, as programs write JSON, without blanks: then no key stands there twice, and
 * every number and string is written in the one way in which YAML reads the same.
 */
const isWholeText = (text: string, value: JsonValue, limits: YamlLimits): boolean =>
  text.length <= limits.nodes &&
  JSON.stringify(value) === text &&
  !EXPONENT.test(text) &&
  isShallow(value, limits.depth) &&
  !limits.isTimeUp();

const colonsIn = (text: string): number => {
  let colons = 0;
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) colons += 1;
  return colons;
};

/**
 * The value of a text that is one object of JSON, which is YAML too, read by the parser of the platform; undefined when
 * it is anything else, or anything in it might mean something else in YAML: then the text is read as YAML, which also
 * says what is wrong with it. A key that stands twice is seen by their number: the parser would take the last one.
 */
export const jsonObject = (text: string, limits: YamlLimits, isPlain = false): JsonValue | undefined => {
  if (
    !OBJECT.test(text) ||
    text.length > limits.documentChars ||
    SURROGATE.test(text) ||
    (!isPlain && FORBIDDEN.test(text))
  )
    return undefined;
  try {
    const value = JSON.parse(text) as JsonValue;
    if (isWholeText(text, value, limits)) return value;
    const bare = text.replace(STRING, '');
    if (OTHER_NUMBER.test(bare)) return undefined;
    const measure = new Measure(limits);
    if (!measure.isWithin(value, 1) || measure.fields !== colonsIn(bare) || limits.isTimeUp())
      return undefined;
    return value;
  } catch {
    return undefined;
  }
};
