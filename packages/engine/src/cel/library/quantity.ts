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

/** An amount of a resource, such as `500m` or `1Gi`, held in whole thousand-millionths. */
export class Quantity extends Opaque {
  readonly typeName = 'kubernetes.Quantity';
  readonly nano: bigint;
  constructor(nano: bigint) {
    super();
    this.nano = nano;
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
  const power =
    (binary === undefined ? (DECIMAL[suffix] ?? 0) + Number(exponent ?? 0) : 0) + 9 - decimals.length;
  const scaled = digits * (binary === undefined ? 1n : 1024n ** BigInt(binary));
  if (power >= 0) {
    const value = scaled * 10n ** BigInt(power);
    return new Quantity(sign === '-' ? -value : value);
  }
  const divisor = 10n ** BigInt(-power);
  const value = scaled / divisor + (scaled % divisor === 0n ? 0n : 1n);
  return new Quantity(sign === '-' ? -value : value);
}

const TYPE = 'kubernetes.Quantity';
const parseCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));

const of = (name: string, result: string, run: (one: Quantity) => Value) =>
  define(name, `${TYPE}.() ${result}`, (one) => (one instanceof Quantity ? run(one) : noOverload(name, one)));

const compare = (name: string, result: string, run: (left: Quantity, right: Quantity) => Value) =>
  define(name, `${TYPE}.(${TYPE}) ${result}`, (left, right) =>
    left instanceof Quantity && right instanceof Quantity ? run(left, right) : noOverload(name, left, right),
  );

const change = (name: string, run: (left: bigint, right: bigint) => bigint) =>
  define(name, [`${TYPE}.(${TYPE}) ${TYPE}`, `${TYPE}.(int) ${TYPE}`], (left, right) => {
    if (!(left instanceof Quantity)) return noOverload(name, left, right);
    if (right instanceof Quantity) return new Quantity(run(left.nano, right.nano));
    return isInt(right) ? new Quantity(run(left.nano, BigInt(right) * NANO)) : noOverload(name, left, right);
  });

const isWhole = ({ nano }: Quantity): boolean => {
  const value = nano / NANO;
  return nano % NANO === 0n && value <= INT_MAX && value >= INT_MIN;
};

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
  of('isInteger', 'bool', isWhole),
  of('asInteger', 'int', (one) =>
    isWhole(one) ? intOf(one.nano / NANO) : new CelError('not a whole number'),
  ),
  of('asApproximateFloat', 'double', ({ nano }) => new Double(Number(nano) / 1e9)),
  compare('isGreaterThan', 'bool', (left, right) => left.nano > right.nano),
  compare('isLessThan', 'bool', (left, right) => left.nano < right.nano),
  compare('compareTo', 'int', (left, right) =>
    left.nano < right.nano ? -1 : Number(left.nano > right.nano),
  ),
  change('add', (left, right) => left + right),
  change('sub', (left, right) => left - right),
];
