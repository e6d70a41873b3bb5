// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spendCopied } from './effort.ts';
import {
  adapt,
  CelError,
  Double,
  Duration,
  INT_MAX,
  INT_MIN,
  intOf,
  isInt,
  isList,
  noOverload,
  Timestamp,
  UINT_MAX,
  Uint,
  type Value,
} from './value.ts';

/** Longest text or bytes, and longest list, that an operator makes. */
export const TEXT_MAX = 10_000_000;
export const LIST_MAX = 1_000_000;
/** 0001-01-01 and the last nanosecond of 9999. */
export const TIME_MIN = -62_135_596_800n * 1_000_000_000n;
export const TIME_MAX = 253_402_300_800n * 1_000_000_000n - 1n;
export const DURATION_LIMIT = 315_576_000_000n * 1_000_000_000n;

const OVERFLOW = new CelError('integer overflow');
const int = (value: bigint): Value => (value > INT_MAX || value < INT_MIN ? OVERFLOW : intOf(value));
const uint = (value: bigint): Value =>
  value < 0n || value > UINT_MAX ? new CelError('unsigned integer overflow') : new Uint(value);
export const timestampOf = (ns: bigint): Value =>
  ns < TIME_MIN || ns > TIME_MAX ? new CelError('timestamp out of range') : new Timestamp(ns);
export const durationOf = (ns: bigint): Value =>
  ns > INT_MAX || ns < INT_MIN ? new CelError('duration out of range') : new Duration(ns);

function addTimes(left: Value, right: Value): Value {
  if (left instanceof Timestamp && right instanceof Duration) return timestampOf(left.ns + right.ns);
  if (left instanceof Duration && right instanceof Timestamp) return timestampOf(left.ns + right.ns);
  if (left instanceof Duration && right instanceof Duration) return durationOf(left.ns + right.ns);
  return noOverload('_+_', left, right);
}

function concatenate(left: Value, right: Value): Value {
  if (isList(left) && isList(right)) {
    const length = left.length + right.length;
    if (length > LIST_MAX) return new CelError(`a list of more than ${LIST_MAX} elements`);
    spendCopied(length);
    return [...left.map(adapt), ...right.map(adapt)];
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) {
    if (left.length + right.length > TEXT_MAX) return new CelError(`more than ${TEXT_MAX} bytes`);
    const joined = new Uint8Array(left.length + right.length);
    joined.set(left);
    joined.set(right, left.length);
    return joined;
  }
  return addTimes(left, right);
}

export function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    return Number.isSafeInteger(sum) ? sum : int(BigInt(left) + BigInt(right));
  }
  if (typeof left === 'string' && typeof right === 'string')
    return left.length + right.length > TEXT_MAX
      ? new CelError(`a text of more than ${TEXT_MAX} characters`)
      : left + right;
  if (isInt(left) && isInt(right)) return int(BigInt(left) + BigInt(right));
  if (left instanceof Double && right instanceof Double) return new Double(left.value + right.value);
  if (left instanceof Uint && right instanceof Uint) return uint(left.value + right.value);
  return concatenate(left, right);
}

export function subtract(left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) return int(BigInt(left) - BigInt(right));
  if (left instanceof Double && right instanceof Double) return new Double(left.value - right.value);
  if (left instanceof Uint && right instanceof Uint) return uint(left.value - right.value);
  if (left instanceof Timestamp && right instanceof Duration) return timestampOf(left.ns - right.ns);
  if (left instanceof Timestamp && right instanceof Timestamp) return durationOf(left.ns - right.ns);
  if (left instanceof Duration && right instanceof Duration) return durationOf(left.ns - right.ns);
  return noOverload('_-_', left, right);
}

export function multiply(left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) return int(BigInt(left) * BigInt(right));
  if (left instanceof Double && right instanceof Double) return new Double(left.value * right.value);
  if (left instanceof Uint && right instanceof Uint) return uint(left.value * right.value);
  return noOverload('_*_', left, right);
}

const BY_ZERO = new CelError('division by zero');

export function divide(left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) return BigInt(right) === 0n ? BY_ZERO : int(BigInt(left) / BigInt(right));
  if (left instanceof Double && right instanceof Double) return new Double(left.value / right.value);
  if (left instanceof Uint && right instanceof Uint)
    return right.value === 0n ? BY_ZERO : new Uint(left.value / right.value);
  return noOverload('_/_', left, right);
}

export function modulo(left: Value, right: Value): Value {
  if (isInt(left) && isInt(right)) {
    if (BigInt(right) === 0n) return new CelError('modulus by zero');
    return BigInt(left) === INT_MIN && BigInt(right) === -1n ? OVERFLOW : int(BigInt(left) % BigInt(right));
  }
  if (left instanceof Uint && right instanceof Uint)
    return right.value === 0n ? new CelError('modulus by zero') : new Uint(left.value % right.value);
  return noOverload('_%_', left, right);
}

export function negate(value: Value): Value {
  if (isInt(value)) return int(-BigInt(value));
  if (value instanceof Double) return new Double(-value.value);
  return noOverload('-_', value);
}

/** A double as an integer, towards zero. */
export function doubleToInt(value: number): Value {
  // 2^63 itself is no int64; -2^63 would be, but the reference refuses it as it may be a rounded number.
  return !Number.isFinite(value) || value >= 2 ** 63 || value <= -(2 ** 63)
    ? OVERFLOW
    : intOf(BigInt(Math.trunc(value)));
}
export const doubleToUint = (value: number): Value =>
  !Number.isFinite(value) || value < 0 || value >= 2 ** 64 ? OVERFLOW : new Uint(BigInt(Math.trunc(value)));
export const intInRange = int;
export const uintInRange = uint;
