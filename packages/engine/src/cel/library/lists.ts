// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { add, LIST_MAX } from '../arithmetic.ts';
import { equals, order, sizeOf } from '../compare.ts';
import { spend, spendCopied } from '../effort.ts';
import { define, type Library, traversal } from '../function.ts';
import {
  adapt,
  CelError,
  Double,
  Duration,
  isInt,
  isList,
  NONE,
  noOverload,
  Optional,
  Uint,
  type Value,
} from '../value.ts';
import { regexOf } from './standard.ts';

const SUMMABLE = ['int', 'uint', 'double', 'duration'];
const COMPARABLE = [...SUMMABLE, 'bool', 'string', 'bytes', 'timestamp'];

/** Once over the list, with the texts in it. */
const listCost = ([list = null]: readonly Value[]): number => {
  if (!isList(list)) return traversal(sizeOf(list));
  let cost = 0;
  for (const one of list) cost += 1 + (typeof one === 'string' ? traversal(one.length) : 0);
  return cost;
};

function isSorted(list: Value): Value {
  if (!isList(list)) return noOverload('isSorted', list);
  for (let at = 1; at < list.length; at += 1) {
    const left = adapt(list[at - 1] ?? null);
    const right = adapt(list[at] ?? null);
    const found = order(left, right);
    if (found === undefined) return noOverload('isSorted', left, right);
    if (found > 0) return false;
  }
  return true;
}

/** The zero of the type a list is of; an empty list of unknown type sums to the integer 0. */
function zeroLike(first: Value): Value {
  if (first instanceof Double) return new Double(0);
  if (first instanceof Uint) return new Uint(0n);
  return first instanceof Duration ? new Duration(0n) : 0;
}

function sum(list: Value): Value {
  if (!isList(list)) return noOverload('sum', list);
  let total = zeroLike(adapt(list[0] ?? null));
  for (const one of list) {
    total = add(total, adapt(one));
    if (total instanceof CelError) return total;
  }
  return total;
}

const extreme =
  (name: string, better: (order: number) => boolean) =>
  (list: Value): Value => {
    if (!isList(list)) return noOverload(name, list);
    let best: Value | undefined;
    for (const one of list) {
      const value = adapt(one);
      const found = best === undefined ? undefined : order(value, best);
      if (best !== undefined && found === undefined) return noOverload(name, value, best);
      if (best === undefined || better(found ?? Number.NaN)) best = value;
    }
    return best ?? new CelError(`${name} of an empty list`);
  };

const isSame = (one: Value, value: Value): boolean => {
  spend(1);
  return equals(adapt(one), value);
};
const indexIn = (list: readonly Value[], value: Value): number => list.findIndex((one) => isSame(one, value));
const lastIndexIn = (list: readonly Value[], value: Value): number =>
  list.findLastIndex((one) => isSame(one, value));

const search =
  (name: string, run: (list: readonly Value[], value: Value) => number) =>
  (list: Value, value: Value): Value =>
    isList(list) ? run(list, value) : noOverload(name, list, value);

/** The list functions Kubernetes has had since its first CEL. */
export const KUBERNETES_LISTS: Library = [
  define(
    'isSorted',
    COMPARABLE.map((type) => `list<${type}>.() bool`),
    isSorted,
    listCost,
  ),
  define(
    'sum',
    SUMMABLE.map((type) => `list<${type}>.() ${type}`),
    sum,
    listCost,
  ),
  define(
    'min',
    COMPARABLE.map((type) => `list<${type}>.() ${type}`),
    extreme('min', (found) => found < 0),
    listCost,
  ),
  define(
    'max',
    COMPARABLE.map((type) => `list<${type}>.() ${type}`),
    extreme('max', (found) => found > 0),
    listCost,
  ),
  define('indexOf', 'list<A>.(A) int', search('indexOf', indexIn), listCost),
  define('lastIndexOf', 'list<A>.(A) int', search('lastIndexOf', lastIndexIn), listCost),
];

const ofList =
  (name: string, run: (list: readonly Value[]) => Value) =>
  (list: Value): Value =>
    isList(list) ? run(list.map(adapt)) : noOverload(name, list);

/** Deepest nesting that is put flat. */
const FLATTEN_MAX = 100;

/** Puts the elements of a list, and of the lists in it, behind each other; false when they are too many. */
function flattenInto(flat: Value[], list: readonly Value[], depth: number): boolean {
  spend(1);
  spendCopied(list.length);
  for (const one of list) {
    if (depth > 0 && isList(one)) {
      if (!flattenInto(flat, one, depth - 1)) return false;
    } else if (flat.push(adapt(one)) > LIST_MAX) return false;
  }
  return true;
}

function flatten(list: Value, depth: Value = 1): Value {
  if (!isList(list) || !isInt(depth)) return noOverload('flatten', list, depth);
  if (depth < 0) return new CelError('flatten to a negative depth');
  const flat: Value[] = [];
  return flattenInto(flat, list, Math.min(Number(depth), FLATTEN_MAX))
    ? flat
    : new CelError(`a list of more than ${LIST_MAX} elements`);
}

function range(count: Value): Value {
  if (!isInt(count)) return noOverload('lists.range', count);
  if (count < 0 || count > LIST_MAX) return new CelError(`a list of ${count} elements`);
  return Array.from({ length: Number(count) }, (_one, at) => at);
}

function slice(list: Value, from: Value, to: Value): Value {
  if (!isList(list) || !isInt(from) || !isInt(to)) return noOverload('slice', list, from, to);
  return from < 0 || to < from || to > list.length
    ? new CelError(`a range outside of the list: ${from} to ${to}`)
    : list.slice(Number(from), Number(to)).map(adapt);
}

/** Each value once, in the order they come. */
function distinct(list: readonly Value[]): Value {
  const kept: Value[] = [];
  const seen = new Set<Value>();
  for (const one of list) {
    const simple = typeof one === 'string' || typeof one === 'boolean' || typeof one === 'number';
    if (simple ? seen.has(one) : kept.some((other) => isSame(other, one))) continue;
    if (simple) seen.add(one);
    kept.push(one);
  }
  return kept;
}

function sort(list: readonly Value[]): Value {
  for (const one of list)
    if (order(one, list[0] ?? null) === undefined) return noOverload('sort', one, list[0] ?? null);
  return [...list].sort((left, right) => order(left, right) ?? 0);
}

const end =
  (name: string, index: 0 | -1) =>
  (list: Value): Value => {
    if (!isList(list)) return noOverload(name, list);
    const found = list.at(index);
    return found === undefined ? NONE : new Optional(adapt(found));
  };

const squareCost = ([list = null]: readonly Value[]): number => 1 + sizeOf(list) ** 2;

/** The list functions that came with Kubernetes 1.34. */
export const LISTS: Library = [
  define(
    'flatten',
    ['list<list<A>>.() list<A>', 'list<dyn>.(int) list<dyn>'],
    flatten,
    (_values, result) => 1 + sizeOf(result),
  ),
  define('lists.range', '(int) list<int>', range, (_values, result) => 1 + sizeOf(result)),
  define('first', 'list<A>.() optional<A>', end('first', 0)),
  define('last', 'list<A>.() optional<A>', end('last', -1)),
  define('slice', 'list<A>.(int, int) list<A>', slice, (_values, result) => 1 + sizeOf(result)),
  define('distinct', 'list<A>.() list<A>', ofList('distinct', distinct), squareCost),
  define(
    'reverse',
    'list<A>.() list<A>',
    ofList('reverse', (list) => list.toReversed()),
    listCost,
  ),
  define(
    'sort',
    COMPARABLE.map((type) => `list<${type}>.() list<${type}>`),
    ofList('sort', sort),
    squareCost,
  ),
];

const includes = (container: Value, value: Value): Value =>
  isList(container) ? indexIn(container, value) >= 0 : noOverload('includes', container, value);
/** Came with Kubernetes 1.37. */
export const INCLUDES: Library = [define('includes', 'list<A>.(A) bool', includes, listCost)];

function bothLists(
  name: string,
  test: (left: readonly Value[], right: readonly Value[]) => boolean,
  times = 1,
) {
  return define(
    name,
    '(list<A>, list<A>) bool',
    (left, right) => (isList(left) && isList(right) ? test(left, right) : noOverload(name, left, right)),
    ([left = null, right = null]) => 1 + times * sizeOf(left) * sizeOf(right),
  );
}
const holdsAll = (left: readonly Value[], right: readonly Value[]): boolean =>
  right.every((one) => indexIn(left, adapt(one)) >= 0);

/** Lists as sets. */
export const SETS: Library = [
  bothLists('sets.contains', holdsAll),
  bothLists('sets.equivalent', (left, right) => holdsAll(left, right) && holdsAll(right, left), 2),
  bothLists('sets.intersects', (left, right) => right.some((one) => indexIn(left, adapt(one)) >= 0)),
];

const findCost = ([text = '', pattern = '']: readonly Value[]): number =>
  traversal(1 + sizeOf(text)) * Math.ceil(sizeOf(pattern) * 0.25);

function find(text: Value, pattern: Value): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string') return noOverload('find', text, pattern);
  const regex = regexOf(pattern);
  if (regex instanceof CelError) return regex;
  const found = regex.find(text);
  return found === undefined ? '' : text.slice(...found);
}

/** Matches that do not overlap, from the left; an empty one right after another is none. */
function findAll(text: Value, pattern: Value, limit: Value = -1): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string' || !isInt(limit))
    return noOverload('findAll', text, pattern, limit);
  const regex = regexOf(pattern);
  if (regex instanceof CelError) return regex;
  const most = limit < 0 ? LIST_MAX : Math.min(Number(limit), LIST_MAX);
  const matches: string[] = [];
  let last = -1;
  for (let from = 0; from <= text.length && matches.length < most; ) {
    const found = regex.find(text, from);
    if (found === undefined) break;
    const [start, end] = found;
    if (end > start || start !== last) matches.push(text.slice(start, end));
    last = end;
    from = end > start ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1);
  }
  return matches;
}

/** Regular expressions beyond `matches`. */
export const REGEX: Library = [
  define('find', 'string.(string) string', find, findCost),
  define('findAll', ['string.(string) list<string>', 'string.(string, int) list<string>'], findAll, findCost),
];
