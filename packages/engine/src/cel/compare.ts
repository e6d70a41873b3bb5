// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spend, spendCompared, spendWalked } from './effort.ts';
import {
  adapt,
  Boxed,
  CelMap,
  codePoints,
  Double,
  Duration,
  isMap,
  LazyObject,
  lookup,
  mapEntries,
  mapSize,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
  type Value,
} from './value.ts';

/** Deepest nesting of values that equality looks into. */
const DEPTH_MAX = 200;

/** A number as JavaScript compares it, whatever its type; undefined for what is no number. */
function numeric(value: Value, asDouble: boolean): number | bigint | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return asDouble ? Number(value) : value;
  if (value instanceof Double) return value.value;
  if (value instanceof Uint) return asDouble ? Number(value.value) : value.value;
  return undefined;
}

/** Order of two numbers; integers are compared exactly, and as doubles with a double, as the reference does. */
function orderOfNumbers(left: Value, right: Value): number | undefined {
  const asDouble = left instanceof Double || right instanceof Double;
  const first = numeric(left, asDouble);
  const second = numeric(right, asDouble);
  if (first === undefined || second === undefined) return undefined;
  if (first < second) return -1;
  if (first > second) return 1;
  // biome-ignore lint/suspicious/noDoubleEquals: a number and a bigint are compared by value
  return first == second ? 0 : Number.NaN;
}
const isNumber = (value: Value): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof Double || value instanceof Uint;

function equalMaps(left: Value, right: Value, depth: number): boolean {
  if (!isMap(left) || !isMap(right) || left instanceof LazyObject || right instanceof LazyObject)
    return left === right;
  if (mapSize(left) !== mapSize(right)) return false;
  return mapEntries(left).every(([key, value]) => {
    spend(1);
    const other = lookup(right, key);
    return other !== undefined && equals(value, other, depth + 1);
  });
}

function equalBoxed(left: Boxed, right: Value, depth: number): boolean {
  if (left instanceof Timestamp) return right instanceof Timestamp && left.ns === right.ns;
  if (left instanceof Duration) return right instanceof Duration && left.ns === right.ns;
  if (left instanceof TypeValue) return right instanceof TypeValue && left.name === right.name;
  if (left instanceof Optional) {
    if (!(right instanceof Optional)) return false;
    if (left.value === undefined || right.value === undefined) return left.value === right.value;
    return equals(left.value, right.value, depth + 1);
  }
  if (left instanceof Opaque) return right instanceof Opaque && left.equals(right);
  return left instanceof CelMap ? equalMaps(left, right, depth) : left === right;
}

function equalLists(left: readonly Value[], right: Value, depth: number): boolean {
  if (!Array.isArray(right) || left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) {
    spend(1);
    if (!equals(adapt(left[at] ?? null), adapt((right as readonly Value[])[at] ?? null), depth + 1))
      return false;
  }
  return true;
}

/** Whether two texts are the same one; those of one length are gone through. */
export function sameText(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  spendCompared(left.length);
  return left === right;
}

function sameBytes(left: Uint8Array, right: Value): boolean {
  if (!(right instanceof Uint8Array) || left.length !== right.length) return false;
  spendCompared(left.length);
  return left.every((byte, at) => byte === right[at]);
}

/** Equality of CEL: numbers by value across types; values of different types are not equal, which is no error. */
export function equals(left: Value, right: Value, depth = 0): boolean {
  if (typeof left === 'string') return typeof right === 'string' && sameText(left, right);
  if (left === right) return true;
  if (typeof left === 'boolean' || left === null) return false;
  if (isNumber(left)) return orderOfNumbers(left, right) === 0;
  if (depth > DEPTH_MAX) return false;
  if (left instanceof Boxed) return equalBoxed(left, right, depth);
  if (Array.isArray(left)) return equalLists(left as readonly Value[], right, depth);
  if (left instanceof Uint8Array) return sameBytes(left, right);
  return equalMaps(left, right, depth);
}

/** Order of two texts by code point; UTF-16 order differs beyond the first plane. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    spendWalked(at * 2);
    const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xe000;
    if (isHigh(a) !== isHigh(b)) return isHigh(a) ? 1 : -1;
    return a < b ? -1 : 1;
  }
  spendWalked(length * 2);
  return Math.sign(left.length - right.length);
}

const compareBytes = (left: Uint8Array, right: Uint8Array): number => {
  spendWalked(Math.min(left.length, right.length));
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(left.length - right.length);
};

/** Order of two values: negative, 0 or positive, NaN when neither is first, undefined when they have no order. */
export function order(left: Value, right: Value): number | undefined {
  if (isNumber(left)) return orderOfNumbers(left, right);
  if (typeof left === 'string') return typeof right === 'string' ? compareText(left, right) : undefined;
  if (typeof left === 'boolean') return typeof right === 'boolean' ? Number(left) - Number(right) : undefined;
  if (
    (left instanceof Timestamp && right instanceof Timestamp) ||
    (left instanceof Duration && right instanceof Duration)
  )
    return left.ns < right.ns ? -1 : Number(left.ns > right.ns);
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  return undefined;
}

/** The size by which the cost of looking at a value is counted. */
export function sizeOf(value: Value): number {
  if (typeof value === 'string') return codePoints(value);
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? mapSize(value) : 1;
}
