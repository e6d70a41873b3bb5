// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import { define, type Library, traversal } from '../function.ts';
import {
  CelError,
  Double,
  INT_MAX,
  INT_MIN,
  intOf,
  isInt,
  noOverload,
  Opaque,
  type Value,
} from '../value.ts';

const NANO = 1_000_000_000n;

/** How Kubernetes holds most amounts: an int64 times a power of ten. It says of no other form that it is an integer. */
interface Scaled {
  readonly value: bigint;
  readonly scale: number;
}

/** An amount of a resource, such as `500m` or `1Gi`, held in whole thousand-millionths. */
export class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly nano: bigint;
  /** Undefined where Kubernetes holds a decimal of any length. */
  readonly scaled: Scaled | undefined;
  constructor(nano: bigint, scaled?: Scaled) {
    super();
    this.nano = nano;
    this.scaled = scaled;
  }
  equals(other: Opaque): boolean {
    return other instanceof Quantity && other.nano === this.nano;
  }
}

const BINARY: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const DECIMAL: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

const isInt64 = (value: bigint): boolean => value <= INT_MAX && value >= INT_MIN;
const NANO_SCALE = -9;
/** Digits that fit into an int64 whatever they are, and those of a binary amount, of which its suffix takes some. */
const DIGITS_MAX = 18;
const BINARY_DIGITS_MAX = 14;

/** The quick form of an amount; undefined for what Kubernetes does not hold in it. */
function scaledOf(
  digits: string,
  decimals: number,
  binary: number | undefined,
  exponent: number,
): Scaled | undefined {
  if (binary === undefined) {
    const scale = exponent - decimals;
    return digits.length > DIGITS_MAX || scale < NANO_SCALE ? undefined : { value: BigInt(digits), scale };
  }
  // 1024 counts as three digits.
  if (decimals > 0 || digits.length > BINARY_DIGITS_MAX - 3 * binary) return undefined;
  const value = BigInt(digits) * 1024n ** BigInt(binary);
  return isInt64(value) ? { value, scale: 0 } : undefined;
}

/** Reads an amount as Kubernetes writes it; what is finer than its thousand-millionth is rounded up. */
export function readQuantity(text: string): Quantity | undefined {
  const match =
    /^([+-]?)(\d{0,60})(?:\.(\d{0,60}))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d{1,3}))?$/.exec(
      text.slice(0, 200),
    );
  if (match === null || text === '' || text.length > 200) return undefined;
  const [, sign, whole = '', decimals = '', suffix = '', exponent] = match;
  // A suffix without a number is zero, as Kubernetes reads it.
  const digits = BigInt(`0${whole}${decimals}`);
  const binary = BINARY[suffix];
  const ten = binary === undefined ? (DECIMAL[suffix] ?? 0) + Number(exponent ?? 0) : 0;
  const numerator = whole.replace(/^0+/, '');
  const found = scaledOf((numerator === '' ? '0' : numerator) + decimals, decimals.length, binary, ten);
  const amount = nanoOf(
    digits * (binary === undefined ? 1n : 1024n ** BigInt(binary)),
    ten - decimals.length,
  );
  // Binary amounts end at the largest int64.
  const nano = binary !== undefined && amount > INT_MAX * NANO ? INT_MAX * NANO : amount;
  if (sign !== '-') return new Quantity(nano, found);
  return new Quantity(-nano, found === undefined ? undefined : { ...found, value: -found.value });
}

function nanoOf(value: bigint, ten: number): bigint {
  const power = ten - NANO_SCALE;
  if (power >= 0) return value * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return value / divisor + (value % divisor === 0n ? 0n : 1n);
}

const TYPE = 'kubernetes.Quantity';
const parseCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));

const of = (name: string, result: string, run: (one: Quantity) => Value) =>
  define(name, `${TYPE}.() ${result}`, (one) => (one instanceof Quantity ? run(one) : noOverload(name, one)));

const compare = (name: string, result: string, run: (left: Quantity, right: Quantity) => Value) =>
  define(name, `${TYPE}.(${TYPE}) ${result}`, (left, right) =>
    left instanceof Quantity && right instanceof Quantity ? run(left, right) : noOverload(name, left, right),
  );

/** The quick form of a sum: in the finer of both units, as long as everything on the way is an int64. */
function sumOf(left: Scaled | undefined, right: Scaled | undefined): Scaled | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (right.value === 0n) return left;
  if (left.value === 0n) return right;
  const scale = Math.min(left.scale, right.scale);
  const [first, second] = [left, right].map((one) => one.value * 10n ** BigInt(one.scale - scale));
  if (first === undefined || second === undefined) return undefined;
  const value = first + second;
  return [first, second, value].every(isInt64) ? { value, scale } : undefined;
}

const change = (name: string, sign: 1n | -1n) =>
  define(name, [`${TYPE}.(${TYPE}) ${TYPE}`, `${TYPE}.(int) ${TYPE}`], (left, right) => {
    const amount = isInt(right)
      ? new Quantity(BigInt(right) * NANO, { value: BigInt(right), scale: 0 })
      : right;
    if (!(left instanceof Quantity && amount instanceof Quantity)) return noOverload(name, left, right);
    const { nano, scaled } = amount;
    const signed = scaled === undefined ? undefined : { ...scaled, value: scaled.value * sign };
    return new Quantity(left.nano + nano * sign, sumOf(left.scaled, signed));
  });

/** The integer that Kubernetes takes an amount for; `1000m` and `1.5Gi` are none. */
function wholeOf({ scaled }: Quantity): bigint | undefined {
  if (scaled === undefined || scaled.scale < 0) return undefined;
  const value = scaled.value * 10n ** BigInt(scaled.scale);
  return isInt64(value) ? value : undefined;
}

/** Amounts of resources; came with Kubernetes 1.28. */
export const QUANTITY: Library = [
  define(
    'quantity',
    `(string) ${TYPE}`,
    (text) =>
      typeof text === 'string'
        ? (readQuantity(text) ?? new CelError('not an amount of a resource, such as 500m or 1Gi'))
        : noOverload('quantity', text),
    parseCost,
  ),
  define(
    'isQuantity',
    '(string) bool',
    (text) => (typeof text === 'string' ? readQuantity(text) !== undefined : noOverload('isQuantity', text)),
    parseCost,
  ),
  define('sign', `(${TYPE}) int`, (one) => {
    if (!(one instanceof Quantity)) return noOverload('sign', one);
    return one.nano < 0n ? -1 : Number(one.nano > 0n);
  }),
  of('isInteger', 'bool', (one) => wholeOf(one) !== undefined),
  of('asInteger', 'int', (one) => {
    const whole = wholeOf(one);
    return whole === undefined ? new CelError('not a whole number') : intOf(whole);
  }),
  of('asApproximateFloat', 'double', ({ nano }) => new Double(Number(nano) / 1e9)),
  compare('isGreaterThan', 'bool', (left, right) => left.nano > right.nano),
  compare('isLessThan', 'bool', (left, right) => left.nano < right.nano),
  compare('compareTo', 'int', (left, right) =>
    left.nano < right.nano ? -1 : Number(left.nano > right.nano),
  ),
  change('add', 1n),
  change('sub', -1n),
];
