// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TEXT_MAX } from '../arithmetic.ts';
import { compareText } from '../compare.ts';
import { formatDouble } from '../convert.ts';
import { spend, spendWalked } from '../effort.ts';
import { formatDuration, formatTimestamp } from '../time.ts';
import { fromUtf8, toUtf8 } from '../utf8.ts';
import {
  CelError,
  Double,
  Duration,
  isInt,
  isMap,
  mapEntries,
  Timestamp,
  TypeValue,
  typeName,
  Uint,
  type Value,
} from '../value.ts';

/** Most digits behind the point that a clause may ask for. */
const PRECISION_MAX = 100;
const NESTING_MAX = 50;

class TooLong extends Error {}

/** What is left of the longest text that may be made. It is looked at before a text is joined: the same value may be shown often. */
class Room {
  #left = TEXT_MAX;
  take(length: number): void {
    spend(1);
    spendWalked(length);
    this.#left -= length;
    if (this.#left < 0) throw new TooLong();
  }
}

const special = (value: number): string | undefined => {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return undefined;
  return value > 0 ? 'Infinity' : '-Infinity';
};

/** With so many digits, halves to the even neighbour. JavaScript takes the larger one. */
function fixed(value: number, digits: number): string {
  const size = Math.abs(value);
  if (size >= 1e21) return BigInt(value).toString() + (digits === 0 ? '' : `.${'0'.repeat(digits)}`);
  const exact = size.toFixed(100);
  const cut = exact.length - 100 + digits;
  const rest = exact.slice(cut);
  const below = digits === 0 ? exact.slice(0, cut - 1) : exact.slice(0, cut);
  const isTie = /^50*$/.test(rest) && /[02468]$/.test(below);
  const text = isTie ? below : size.toFixed(digits);
  return value < 0 || Object.is(value, -0) ? `-${text}` : text;
}

function scientific(value: number, digits: number): string {
  const [mantissa, exponent = '+0'] = value.toExponential(digits).split('e');
  const power = Number(exponent);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

function mapText(value: Value, room: Room, depth: number): string | CelError {
  if (!isMap(value)) return new CelError(`%s cannot show ${typeName(value)}`);
  const parts: [string, string][] = [];
  for (const [key, inner] of mapEntries(value)) {
    const name = stringClause(key, room, depth + 1);
    const text = stringClause(inner, room, depth + 1);
    if (name instanceof CelError) return name;
    if (text instanceof CelError) return text;
    parts.push([name, text]);
  }
  parts.sort(([left], [right]) => compareText(left, right));
  return `{${parts.map(([name, text]) => `${name}: ${text}`).join(', ')}}`;
}

function listText(list: readonly Value[], room: Room, depth: number): string | CelError {
  const parts: string[] = [];
  for (const one of list) {
    const text = stringClause(one, room, depth + 1);
    if (text instanceof CelError) return text;
    parts.push(text);
  }
  return `[${parts.join(', ')}]`;
}

/** What `%s` shows of a value that has no others in it; undefined for one that has. */
function plainText(value: Value): string | CelError | undefined {
  if (typeof value === 'string') return value;
  if (value === null || typeof value === 'boolean' || isInt(value)) return String(value);
  if (value instanceof Double) return special(value.value) ?? formatDouble(value.value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Uint8Array) return fromUtf8(value) ?? new CelError('bytes that are no UTF-8');
  if (value instanceof Timestamp) return formatTimestamp(value.ns);
  if (value instanceof Duration) return formatDuration(value.ns);
  return value instanceof TypeValue ? value.name : undefined;
}

/** Signs round a value in a list or a map. */
const AROUND = 2;

/** `%s`. */
function stringClause(value: Value, room: Room, depth = 0): string | CelError {
  const plain = plainText(value);
  room.take((typeof plain === 'string' ? plain.length : 0) + AROUND);
  if (plain !== undefined) return plain;
  if (depth > NESTING_MAX) return new CelError('values nested too deeply to be shown');
  return Array.isArray(value)
    ? listText(value as readonly Value[], room, depth)
    : mapText(value, room, depth);
}

const whole = (value: Value): bigint | undefined => {
  if (isInt(value)) return BigInt(value);
  return value instanceof Uint ? value.value : undefined;
};
const wrong = (clause: string, value: Value): CelError =>
  new CelError(`%${clause} cannot show ${typeName(value)}`);

function decimal(value: Value): string | CelError {
  const number = whole(value);
  if (number !== undefined) return String(number);
  return value instanceof Double ? (special(value.value) ?? formatDouble(value.value)) : wrong('d', value);
}

function floating(clause: 'e' | 'f', value: Value, digits: number): string | CelError {
  const number = whole(value);
  const double = value instanceof Double ? value.value : number === undefined ? undefined : Number(number);
  if (double === undefined) return wrong(clause, value);
  return special(double) ?? (clause === 'e' ? scientific(double, digits) : fixed(double, digits));
}

function hexadecimal(value: Value, room: Room): string | CelError {
  const number = whole(value);
  if (number !== undefined) return number.toString(16);
  const bytes = typeof value === 'string' ? toUtf8(value) : value;
  if (!(bytes instanceof Uint8Array)) return wrong('x', value);
  room.take(bytes.length * 2);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function clauseText(clause: string, value: Value, digits: number, room: Room): string | CelError {
  switch (clause) {
    case 's':
      return stringClause(value, room);
    case 'd':
      return decimal(value);
    case 'e':
    case 'f':
      return floating(clause, value, digits);
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0';
      return whole(value)?.toString(2) ?? wrong(clause, value);
    case 'o':
      return whole(value)?.toString(8) ?? wrong(clause, value);
    case 'x':
      return hexadecimal(value, room);
    default: {
      const text = hexadecimal(value, room);
      return text instanceof CelError ? text : text.toUpperCase();
    }
  }
}

function formatted(template: string, values: readonly Value[], room: Room): Value {
  const parts: string[] = [];
  let used = 0;
  let from = 0;
  for (let at = template.indexOf('%'); at >= 0; at = template.indexOf('%', from)) {
    parts.push(template.slice(from, at));
    const match = /^%(?:%|(?:\.(\d{1,4}))?([sdfebxXo]))/.exec(template.slice(at, at + 8));
    if (match === null) return new CelError('a formatting clause that does not exist');
    from = at + match[0].length;
    if (match[2] === undefined) {
      parts.push('%');
      continue;
    }
    const value = values[used];
    if (value === undefined) return new CelError(`index ${used} out of range: too few values to format`);
    used += 1;
    const digits = match[1] === undefined ? 6 : Number(match[1]);
    if (digits > PRECISION_MAX) return new CelError(`more than ${PRECISION_MAX} digits`);
    const text = clauseText(match[2], value, digits, room);
    if (text instanceof CelError) return text;
    parts.push(text);
  }
  parts.push(template.slice(from));
  return parts.join('');
}

/** `"%s has %d".format(["x", 2])`. */
export function formatText(template: string, values: readonly Value[]): Value {
  const room = new Room();
  try {
    room.take(template.length);
    return formatted(template, values, room);
  } catch (fault) {
    if (fault instanceof TooLong) return new CelError(`a text of more than ${TEXT_MAX} characters`);
    throw fault;
  }
}
