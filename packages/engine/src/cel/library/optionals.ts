// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spendCopied } from '../effort.ts';
import { define, type Library } from '../function.ts';
import {
  CelError,
  Double,
  Duration,
  isMap,
  mapSize,
  NONE,
  noOverload,
  Optional,
  Timestamp,
  Uint,
  type Value,
} from '../value.ts';

/** Whether a value is the one its type begins with: 0, "", false, null, empty. */
function isZero(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  if (value instanceof Double) return value.value === 0;
  if (value instanceof Uint) return value.value === 0n;
  if (value instanceof Duration || value instanceof Timestamp) return value.ns === 0n;
  if (value instanceof Optional) return value.value === undefined || isZero(value.value);
  return isMap(value) && mapSize(value) === 0;
}

const NO_VALUE = new CelError('an optional without a value');

/** Optionals: values that may be absent. */
export const OPTIONALS: Library = [
  define('optional.of', '(A) optional<A>', (value) => new Optional(value)),
  define('optional.ofNonZeroValue', '(A) optional<A>', (value) =>
    isZero(value) ? NONE : new Optional(value),
  ),
  define('optional.none', '() optional<A>', () => NONE),
  define('hasValue', 'optional<A>.() bool', (value) =>
    value instanceof Optional ? value.value !== undefined : noOverload('hasValue', value),
  ),
  define('value', 'optional<A>.() A', (value) =>
    value instanceof Optional
      ? value.value === undefined
        ? NO_VALUE
        : value.value
      : noOverload('value', value),
  ),
  define('or', 'optional<A>.(optional<A>) optional<A>', (value, other) => {
    if (!(value instanceof Optional) || !(other instanceof Optional)) return noOverload('or', value, other);
    return value.value === undefined ? other : value;
  }),
  define('orValue', 'optional<A>.(A) A', (value, other) => {
    if (!(value instanceof Optional)) return noOverload('orValue', value, other);
    return value.value === undefined ? other : value.value;
  }),
  define('optional.unwrap', '(list<optional<A>>) list<A>', unwrap),
  define('unwrapOpt', 'list<optional<A>>.() list<A>', unwrap),
];

function unwrap(list: Value): Value {
  if (!Array.isArray(list)) return noOverload('optional.unwrap', list);
  spendCopied(list.length);
  const values: Value[] = [];
  for (const one of list as readonly Value[]) {
    if (!(one instanceof Optional)) return noOverload('optional.unwrap', one);
    if (one.value !== undefined) values.push(one.value);
  }
  return values;
}
