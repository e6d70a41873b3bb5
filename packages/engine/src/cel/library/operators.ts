// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { add, divide, modulo, multiply, negate, subtract } from '../arithmetic.ts';
import { equals, order, sizeOf } from '../compare.ts';
import { TEXT_FREE } from '../effort.ts';
import { define, type Library, traversal } from '../function.ts';
import {
  adapt,
  CelError,
  Double,
  isInt,
  isList,
  isMap,
  lookup,
  NONE,
  noOverload,
  Optional,
  Uint,
  type Value,
} from '../value.ts';

const same = (types: string, result?: string): string[] =>
  types.split(' ').map((type) => `(${type}, ${type}) ${result ?? type}`);
const NUMBERS = ['int', 'uint', 'double'];
const ORDERED = [
  ...same('bool int uint double string bytes timestamp duration', 'bool'),
  ...NUMBERS.flatMap((left) =>
    NUMBERS.filter((right) => right !== left).map((right) => `(${left}, ${right}) bool`),
  ),
];
/**
 * The smaller of two sizes. A code point is one unit of a text or two: a text of twice the units of the other value is the larger
 * one, and is not walked. Comparing does not walk it either.
 */
function smallerSize(left: Value, right: Value): number {
  const unitsOf = (value: Value): number => (typeof value === 'string' ? value.length : sizeOf(value));
  if (typeof left === 'string' && left.length >= 2 * unitsOf(right)) return sizeOf(right);
  if (typeof right === 'string' && right.length >= 2 * unitsOf(left)) return sizeOf(left);
  return Math.min(sizeOf(left), sizeOf(right));
}
const compareCost = ([left = null, right = null]: readonly Value[]): number =>
  traversal(smallerSize(left, right));

const relation = (name: string, test: (order: number) => boolean) =>
  define(
    name,
    ORDERED,
    (left, right) => {
      const found = order(left, right);
      return found === undefined ? noOverload(name, left, right) : test(found);
    },
    ([left = null, right = null]) =>
      typeof left === 'string' || left instanceof Uint8Array ? compareCost([left, right]) : 1,
  );

/** A list index: a whole number of any type. */
function position(index: Value): number | undefined {
  if (isInt(index)) return Number(index);
  if (index instanceof Uint) return Number(index.value);
  return index instanceof Double && Number.isInteger(index.value) ? index.value : undefined;
}

/** What stands at an index or key; undefined when nothing does. */
function elementAt(container: Value, index: Value): Value | undefined {
  if (isList(container)) {
    const at = position(index);
    if (at === undefined) return noOverload('_[_]', container, index);
    const found = at >= 0 && at < container.length ? container[at] : undefined;
    return found === undefined ? undefined : adapt(found);
  }
  return isMap(container) ? lookup(container, index) : noOverload('_[_]', container, index);
}

const missing = (container: Value, index: Value): CelError =>
  new CelError(
    isList(container) ? `index out of range: ${String(position(index))}` : `no such key: ${keyText(index)}`,
  );

const keyText = (key: Value): string => {
  if (typeof key === 'string') return key.slice(0, 128);
  if (key instanceof Uint) return String(key.value);
  return isInt(key) || typeof key === 'boolean' ? String(key) : 'of another type';
};

/** `container[index]`; on an optional the answer is an optional. */
export function index(container: Value, key: Value): Value {
  if (container instanceof Optional) return optionalIndex(container, key);
  const found = elementAt(container, key);
  return found === undefined ? missing(container, key) : found;
}

/** `container[?index]`. */
export function optionalIndex(container: Value, key: Value): Value {
  if (container instanceof Optional)
    return container.value === undefined ? NONE : optionalIndex(container.value, key);
  const found = elementAt(container, key);
  if (found instanceof CelError) return found;
  return found === undefined ? NONE : new Optional(found);
}

/** `value in container`. */
export function isIn(value: Value, container: Value): Value {
  if (isList(container)) {
    if (typeof value === 'string' && value.length <= TEXT_FREE) return container.includes(value);
    for (const one of container) if (equals(value, adapt(one))) return true;
    return false;
  }
  return isMap(container) ? lookup(container, value) !== undefined : noOverload('@in', value, container);
}

/** Operators as the checker knows them. `&&`, `||` and `?:` do not evaluate all they are given: the planner builds them. */
export const OPERATORS: Library = [
  define('_==_', '(A, A) bool', (left, right) => equals(left, right), compareCost),
  define('_!=_', '(A, A) bool', (left, right) => !equals(left, right), compareCost),
  relation('_<_', (found) => found < 0),
  relation('_<=_', (found) => found <= 0),
  relation('_>_', (found) => found > 0),
  relation('_>=_', (found) => found >= 0),
  define(
    '_+_',
    [
      ...same('int uint double string bytes list<A> duration'),
      '(timestamp, duration) timestamp',
      '(duration, timestamp) timestamp',
    ],
    add,
    ([left = null, right = null]) =>
      typeof left === 'string' || left instanceof Uint8Array ? traversal(sizeOf(left) + sizeOf(right)) : 1,
  ),
  define(
    '_-_',
    [
      ...same('int uint double duration'),
      '(timestamp, timestamp) duration',
      '(timestamp, duration) timestamp',
    ],
    subtract,
  ),
  define('_*_', same('int uint double'), multiply),
  define('_/_', same('int uint double'), divide),
  define('_%_', same('int uint'), modulo),
  define('-_', ['(int) int', '(double) double'], negate),
  define('!_', '(bool) bool', (value) => (typeof value === 'boolean' ? !value : noOverload('!_', value))),
  define('@in', ['(A, list<A>) bool', '(A, map<A, B>) bool'], isIn, ([, container = null]) =>
    isList(container) ? container.length : 1,
  ),
  define(
    '_[_]',
    [
      '(list<A>, int) A',
      '(map<A, B>, A) B',
      '(optional<list<A>>, int) optional<A>',
      '(optional<map<A, B>>, A) optional<B>',
    ],
    index,
  ),
  define(
    '_[?_]',
    [
      '(list<A>, int) optional<A>',
      '(map<A, B>, A) optional<B>',
      '(optional<list<A>>, int) optional<A>',
      '(optional<map<A, B>>, A) optional<B>',
    ],
    optionalIndex,
  ),
];
