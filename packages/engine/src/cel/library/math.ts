// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { intInRange, negate } from '../arithmetic.ts';
import { order } from '../compare.ts';
import { define, type Library } from '../function.ts';
import { CelError, Double, isInt, noOverload, Uint, type Value } from '../value.ts';

const isNumber = (value: Value): boolean => isInt(value) || value instanceof Double || value instanceof Uint;
const TYPES = ['int', 'uint', 'double'];
/** Most arguments of `math.greatest` and `math.least`. */
const ARGUMENTS_MAX = 16;
const VARIADIC = [
  ...TYPES.map((type) => `(${type}) ${type}`),
  ...TYPES.map((type) => `(${type}, ${type}) ${type}`),
  ...TYPES.flatMap((left) =>
    TYPES.filter((right) => right !== left).map((right) => `(${left}, ${right}) dyn`),
  ),
  ...TYPES.map((type) => `(list<${type}>) ${type}`),
  ...Array.from(
    { length: ARGUMENTS_MAX - 2 },
    (_one, index) => `(${Array.from({ length: index + 3 }, () => 'dyn').join(', ')}) dyn`,
  ),
];

const extreme = (name: string, better: (order: number) => boolean) =>
  define(name, VARIADIC, (...given) => {
    const [only] = given;
    const values = given.length === 1 && Array.isArray(only) ? (only as readonly Value[]) : given;
    let best = values[0];
    if (best === undefined) return new CelError(`${name} of nothing`);
    for (const value of values) {
      if (!isNumber(value)) return noOverload(name, value);
      if (better(order(value, best) ?? Number.NaN)) best = value;
    }
    return best;
  });

const ofDouble = (name: string, result: string, run: (value: number) => Value) =>
  define(name, `(double) ${result}`, (value) =>
    value instanceof Double ? run(value.value) : noOverload(name, value),
  );

/** Half away from zero, as the reference rounds. */
const round = (value: number): number => {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole;
};

function abs(value: Value): Value {
  if (isInt(value)) return value < 0 ? negate(value) : value;
  if (value instanceof Uint) return value;
  return value instanceof Double ? new Double(Math.abs(value.value)) : noOverload('math.abs', value);
}

function sign(value: Value): Value {
  if (isInt(value)) return value < 0 ? -1 : Number(value > 0);
  if (value instanceof Uint) return new Uint(value.value === 0n ? 0n : 1n);
  return value instanceof Double ? new Double(Math.sign(value.value)) : noOverload('math.sign', value);
}

const bits = (name: string, run: (left: bigint, right: bigint) => bigint) =>
  define(name, ['(int, int) int', '(uint, uint) uint'], (left, right) => {
    if (isInt(left) && isInt(right)) return intInRange(BigInt.asIntN(64, run(BigInt(left), BigInt(right))));
    if (left instanceof Uint && right instanceof Uint)
      return new Uint(BigInt.asUintN(64, run(left.value, right.value)));
    return noOverload(name, left, right);
  });

const shift = (name: string, run: (value: bigint, by: bigint) => bigint) =>
  define(name, ['(int, int) int', '(uint, int) uint'], (value, by) => {
    if (!isInt(by)) return noOverload(name, value, by);
    if (by < 0) return new CelError(`${name} by a negative number`);
    const places = by > 63 ? 64n : BigInt(by);
    if (isInt(value)) return intInRange(BigInt.asIntN(64, run(BigInt.asUintN(64, BigInt(value)), places)));
    return value instanceof Uint
      ? new Uint(BigInt.asUintN(64, run(value.value, places)))
      : noOverload(name, value, by);
  });

/** Mathematical functions. */
export const MATH: Library = [
  extreme('math.greatest', (found) => found > 0),
  extreme('math.least', (found) => found < 0),
  ofDouble('math.ceil', 'double', (value) => new Double(Math.ceil(value))),
  ofDouble('math.floor', 'double', (value) => new Double(Math.floor(value))),
  ofDouble('math.round', 'double', (value) => new Double(round(value))),
  ofDouble('math.trunc', 'double', (value) => new Double(Math.trunc(value))),
  ofDouble('math.isNaN', 'bool', (value) => Number.isNaN(value)),
  ofDouble('math.isInf', 'bool', (value) => Math.abs(value) === Number.POSITIVE_INFINITY),
  ofDouble('math.isFinite', 'bool', (value) => Number.isFinite(value)),
  define('math.abs', ['(int) int', '(uint) uint', '(double) double'], abs),
  define('math.sign', ['(int) int', '(uint) uint', '(double) double'], sign),
  define('math.sqrt', ['(int) double', '(uint) double', '(double) double'], (value) => {
    if (isInt(value)) return new Double(Math.sqrt(Number(value)));
    if (value instanceof Uint) return new Double(Math.sqrt(Number(value.value)));
    return value instanceof Double ? new Double(Math.sqrt(value.value)) : noOverload('math.sqrt', value);
  }),
  bits('math.bitAnd', (left, right) => left & right),
  bits('math.bitOr', (left, right) => left | right),
  bits('math.bitXor', (left, right) => left ^ right),
  define('math.bitNot', ['(int) int', '(uint) uint'], (value) => {
    if (isInt(value)) return intInRange(~BigInt(value));
    return value instanceof Uint
      ? new Uint(BigInt.asUintN(64, ~value.value))
      : noOverload('math.bitNot', value);
  }),
  shift('math.bitShiftLeft', (value, by) => value << by),
  shift('math.bitShiftRight', (value, by) => value >> by),
];
