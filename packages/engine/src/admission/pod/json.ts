// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isObject, type Json } from '../../foreign-json.ts';

/** A JSON object of foreign origin. */
export type JsonObject = Json;
export { isObject };

/** A member of a JSON object; `undefined` for what is left out, null, or inherited. */
export const member = (value: JsonObject, key: string): unknown => {
  const found = value[key];
  // Most of what is asked for is not there; only what is there may be inherited.
  return found === undefined || found === null || !Object.hasOwn(value, key) ? undefined : found;
};

/** What walking found: the value, nothing, or something on the way that is no object. */
export const BROKEN: unique symbol = Symbol('something on the way is not an object');

/** A step of a field path: a key, or a place in a list. */
export type Step = string | number;

/** Walks down a path; what is left out anywhere gives undefined, a step into something else than an object BROKEN. */
export function walk(value: unknown, path: readonly Step[]): unknown {
  let at = value;
  // By its numbers: no other walk is taken that often, and an iterator is called for each step.
  for (let step = 0; step < path.length; step += 1) {
    const key = path[step] ?? '';
    if (at === undefined || at === null) return undefined;
    if (typeof key === 'number') {
      if (!Array.isArray(at)) return BROKEN;
      at = at[key];
    } else if (isObject(at)) at = member(at, key);
    else return BROKEN;
  }
  return at ?? undefined;
}

const PLAIN = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** A field path as kubectl writes it: `spec.containers[0].image`, `metadata.annotations[example.org/name]`. */
export function fieldPath(steps: readonly Step[]): string {
  let path = '';
  for (const step of steps) {
    if (typeof step === 'number') path += `[${step}]`;
    else if (!PLAIN.test(step)) path += `[${step}]`;
    else path += path === '' ? step : `.${step}`;
  }
  return path.slice(0, 2048);
}

/** The same as a JSON pointer; of the first `count` steps. */
export const pointerOf = (steps: readonly Step[], count = steps.length): string => {
  let pointer = '';
  for (let at = 0; at < count; at += 1) {
    const step = steps[at] ?? '';
    pointer += `/${typeof step === 'number' ? step : escaped(step)}`;
  }
  return pointer;
};
const escaped = (key: string): string =>
  key.includes('~') || key.includes('/') ? key.replaceAll('~', '~0').replaceAll('/', '~1') : key;

const DEPTH_MAX = 100;

/** Whether two JSON values are the same; beyond 100 levels they count as different. */
export function sameJson(one: unknown, two: unknown, depth = 0): boolean {
  if (one === two) return true;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(two) || one.length !== two.length) return false;
    for (let at = 0; at < one.length; at += 1) if (!sameJson(one[at], two[at], depth + 1)) return false;
    return true;
  }
  return isObject(one) && isObject(two) && sameMembers(one, two, depth);
}

/**
 * Many objects are held against each other in which nothing differs: no lists of their keys are made. JSON has no members
 * that it inherits, so what is counted is its own; what one has is looked for among what is the other's own.
 */
function sameMembers(one: JsonObject, two: JsonObject, depth: number): boolean {
  let more = 0;
  for (const key in one) {
    if (!Object.hasOwn(two, key) || !sameJson(one[key], two[key], depth + 1)) return false;
    more += 1;
  }
  for (const _key in two) more -= 1;
  return more === 0;
}
