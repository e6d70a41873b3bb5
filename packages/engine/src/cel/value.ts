// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spend, spendCopied, spendWalked } from './effort.ts';

/**
 * Values of CEL as JavaScript holds them. An integer is a `number` while it is a safe integer and a `bigint` beyond,
 * so that the integers of Kubernetes objects need no conversion; a double is always boxed, so the two never mix.
 * Objects and arrays of JSON are maps and lists as they are: nothing is copied to ask a question about them.
 */

/** Values with a class of their own. */
export abstract class Boxed {
  abstract readonly typeName: string;
}

/** What went wrong. An error is a value: `||`, `&&` and comprehensions may absorb it. */
export class CelError extends Boxed {
  readonly typeName = 'error';
  readonly message: string;
  /** An answer nobody could give, such as one of an authorizer that is not there. */
  readonly unknown: boolean;
  constructor(message: string, unknown = false) {
    super();
    this.message = message;
    this.unknown = unknown;
  }
}

export class Double extends Boxed {
  readonly typeName = 'double';
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
}

export class Uint extends Boxed {
  readonly typeName = 'uint';
  readonly value: bigint;
  constructor(value: bigint) {
    super();
    this.value = value;
  }
}

export class Timestamp extends Boxed {
  readonly typeName = 'google.protobuf.Timestamp';
  /** Nanoseconds since 1970. */
  readonly ns: bigint;
  constructor(ns: bigint) {
    super();
    this.ns = ns;
  }
}

export class Duration extends Boxed {
  readonly typeName = 'google.protobuf.Duration';
  readonly ns: bigint;
  constructor(ns: bigint) {
    super();
    this.ns = ns;
  }
}

export class TypeValue extends Boxed {
  readonly typeName = 'type';
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
}

export class Optional extends Boxed {
  readonly typeName = 'optional_type';
  readonly value: Value | undefined;
  constructor(value?: Value) {
    super();
    this.value = value;
  }
}
export const NONE = new Optional();

/** A value of an extension library: only its own functions look inside. */
export abstract class Opaque extends Boxed {
  abstract equals(other: Opaque): boolean;
}

/** An object whose fields are computed when they are asked for, such as the variables of a policy. */
export abstract class LazyObject extends Boxed {
  readonly typeName = 'map';
  /** The field's value; undefined when there is no such field. */
  abstract field(name: string): Value | undefined;
}

export type MapKey = string | number | bigint | boolean;

/** A map made by an expression. Keys that are equal as numbers are one key, whatever their types. */
export class CelMap extends Boxed {
  readonly typeName = 'map';
  readonly entries = new Map<MapKey, { readonly key: Value; readonly value: Value }>();
  /** False when the key is there already. */
  put(key: Value, value: Value): boolean {
    const canonical = mapKey(key);
    if (canonical === undefined || this.entries.has(canonical)) return false;
    this.entries.set(canonical, { key, value });
    return true;
  }
}

export interface JsonObject {
  readonly [key: string]: Value;
}
export type Value =
  | number
  | bigint
  | string
  | boolean
  | null
  | Uint8Array
  | Boxed
  | readonly Value[]
  | JsonObject;

export const INT_MAX = 2n ** 63n - 1n;
export const INT_MIN = -(2n ** 63n);
export const UINT_MAX = 2n ** 64n - 1n;

/** An integer in its one form: the same integer is always `===`. */
export const intOf = (value: bigint): number | bigint =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;

/** A number of a JSON object as CEL sees it: whole numbers are integers, as the API server reads them. */
const jsonNumber = (value: number): Value => {
  if (Number.isSafeInteger(value)) return value;
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63 ? BigInt(value) : new Double(value);
};

/** What was read out of a list or a map of JSON, as a value. */
export const adapt = (value: Value): Value =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? jsonNumber(value) : value;

/** The canonical form of a map key; undefined for what can be no key. */
export function mapKey(key: Value): MapKey | undefined {
  switch (typeof key) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return key;
    case 'number':
      return key;
    default:
      if (key instanceof Uint) return intOf(key.value);
      if (key instanceof Double) return Number.isInteger(key.value) ? intOf(BigInt(key.value)) : undefined;
      return undefined;
  }
}

/** Keys as CEL allows them in a map that is written down. */
export const isKeyType = (key: Value): boolean =>
  typeof key === 'string' ||
  typeof key === 'boolean' ||
  typeof key === 'number' ||
  typeof key === 'bigint' ||
  key instanceof Uint;

export const isInt = (value: Value): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isJsonObject = (value: Value): value is JsonObject =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Boxed) &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);
export const isMap = (value: Value): value is CelMap | JsonObject | LazyObject =>
  value instanceof CelMap || value instanceof LazyObject || isJsonObject(value);

/** The name CEL gives to a value's type. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'int';
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    default:
      if (value === null) return 'null_type';
      if (value instanceof Boxed) return value.typeName;
      if (value instanceof Uint8Array) return 'bytes';
      return Array.isArray(value) ? 'list' : 'map';
  }
}

export const noOverload = (name: string, ...values: readonly Value[]): CelError =>
  new CelError(`no such overload: ${name}(${values.map(typeName).join(', ')})`);

/** The value under a key; undefined when there is none. */
export function lookup(map: CelMap | JsonObject | LazyObject, key: Value): Value | undefined {
  if (map instanceof CelMap) {
    const canonical = mapKey(key);
    return canonical === undefined ? undefined : map.entries.get(canonical)?.value;
  }
  if (typeof key !== 'string') return undefined;
  if (map instanceof LazyObject) return map.field(key);
  if (!Object.hasOwn(map, key)) return undefined;
  const found = map[key];
  return found === undefined ? undefined : adapt(found);
}

export const mapSize = (map: CelMap | JsonObject | LazyObject): number => {
  if (map instanceof CelMap) return map.entries.size;
  if (map instanceof LazyObject) return 0;
  const { length } = Object.keys(map);
  spendCopied(length);
  return length;
};

/** Keys and values, in the order the map was written. */
export function mapEntries(map: CelMap | JsonObject | LazyObject): readonly (readonly [Value, Value])[] {
  if (map instanceof LazyObject) return [];
  const entries =
    map instanceof CelMap
      ? [...map.entries.values()].map(({ key, value }) => [key, value] as const)
      : Object.entries(map).map(([key, value]) => [key, adapt(value)] as const);
  spend(entries.length);
  return entries;
}

/** How many code points a text has. */
export function codePoints(text: string): number {
  let count = text.length;
  spendWalked(count);
  for (let at = 0; at < text.length - 1; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next < 0xe000) {
        count -= 1;
        at += 1;
      }
    }
  }
  return count;
}
