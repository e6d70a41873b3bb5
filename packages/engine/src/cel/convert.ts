// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { doubleToInt, doubleToUint, intInRange, uintInRange } from './arithmetic.ts';
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.ts';
import { fromUtf8, toUtf8 } from './utf8.ts';
import {
  CelError,
  Double,
  Duration,
  isInt,
  noOverload,
  Opaque,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from './value.ts';

const NANO = 1_000_000_000n;

export function toInt(value: Value): Value {
  if (isInt(value)) return value;
  if (value instanceof Uint) return intInRange(value.value);
  if (value instanceof Double) return doubleToInt(value.value);
  if (value instanceof Timestamp) {
    const seconds = value.ns / NANO;
    return intInRange(value.ns % NANO < 0n ? seconds - 1n : seconds);
  }
  if (value instanceof Duration) return intInRange(value.ns);
  if (typeof value === 'string')
    return /^[+-]?\d{1,40}$/.test(value)
      ? intInRange(BigInt(value.replace(/^\+/, '')))
      : new CelError('not an integer');
  return noOverload('int', value);
}

export function toUint(value: Value): Value {
  if (value instanceof Uint) return value;
  if (isInt(value)) return uintInRange(BigInt(value));
  if (value instanceof Double) return doubleToUint(value.value);
  if (typeof value === 'string')
    return /^\d{1,40}$/.test(value) ? uintInRange(BigInt(value)) : new CelError('not an unsigned integer');
  return noOverload('uint', value);
}

const NAMED_DOUBLES: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '+infinity': Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

export function toDouble(value: Value): Value {
  if (value instanceof Double) return value;
  if (isInt(value)) return new Double(Number(value));
  if (value instanceof Uint) return new Double(Number(value.value));
  if (typeof value !== 'string') return noOverload('double', value);
  const text = value.slice(0, 400).toLowerCase();
  const named = Object.hasOwn(NAMED_DOUBLES, text) ? NAMED_DOUBLES[text] : undefined;
  if (named !== undefined) return new Double(named);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(text)
    ? new Double(Number(text))
    : new CelError('not a number');
}

/** A double as Go's shortest form writes it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e21)) {
    const [digits, exponent = '0'] = value.toExponential().split('e');
    const power = Number(exponent);
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return text;
}

export function toText(value: Value): Value {
  if (typeof value === 'string') return value;
  if (isInt(value)) return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Double) return formatDouble(value.value).replace(/^\+Inf$/, '+Inf');
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return fromUtf8(value) ?? new CelError('bytes that are no UTF-8');
  if (value instanceof Timestamp) return formatTimestamp(value.ns);
  if (value instanceof Duration) return formatDuration(value.ns);
  return noOverload('string', value);
}

export function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value;
  return typeof value === 'string' ? toUtf8(value) : noOverload('bytes', value);
}

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

export function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return noOverload('bool', value);
  if (TRUE.has(value)) return true;
  return FALSE.has(value) ? false : new CelError('neither true nor false');
}

export function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value;
  if (isInt(value)) {
    const at = BigInt(value);
    return at < -62_135_596_800n || at > 253_402_300_799n
      ? new CelError('timestamp out of range')
      : new Timestamp(at * NANO);
  }
  return typeof value === 'string' ? parseTimestamp(value) : noOverload('timestamp', value);
}

export function toDuration(value: Value): Value {
  if (value instanceof Duration) return value;
  if (isInt(value)) return new Duration(BigInt(value));
  return typeof value === 'string' ? parseDuration(value) : noOverload('duration', value);
}

/** The type of a value, as a value. */
export const typeOf = (value: Value): TypeValue => new TypeValue(typeName(value));

/** Whether a value is of an extension type of that name. */
export const isOpaque = (value: Value, name: string): value is Opaque =>
  value instanceof Opaque && value.typeName === name;
