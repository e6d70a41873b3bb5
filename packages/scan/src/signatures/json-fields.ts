// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asObject, type JsonObject } from '../json/fields.ts';
import { demand } from './refusal.ts';

/** An object with no other fields than these: what nobody reads, nobody signed. */
export function closedObject(value: unknown, fields: readonly string[], place: string): JsonObject {
  const object = asObject(value);
  demand(object !== undefined, 'malformed', `${place}: not an object`);
  const strange = Object.keys(object).find((key) => !fields.includes(key));
  demand(strange === undefined, 'malformed', `${place}: unknown field ${strange?.slice(0, 60)}`);
  return object;
}

/** A list of at most `most` entries; absent or null is an empty one. */
export function listOf(value: unknown, most: number, place: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  demand(Array.isArray(value) && value.length <= most, 'malformed', `${place}: not a list, or too long`);
  return value as readonly unknown[];
}

/** A text of at most `most` characters. */
export function textOf(value: unknown, place: string, most = 4096): string {
  demand(typeof value === 'string' && value.length <= most, 'malformed', `${place}: not a text, or too long`);
  return value;
}

/** Bytes in base64 in the one form they have: padded, no other characters, no spare bits. */
export function bytesOf(value: unknown, place: string, most = 16 * 1024 * 1024): Buffer {
  const text = textOf(value, place, Math.ceil(most / 3) * 4);
  const bytes = Buffer.from(text, 'base64');
  demand(bytes.length > 0 && bytes.toString('base64') === text, 'malformed', `${place}: not base64`);
  return bytes;
}

/** A whole number that is not negative: JSON number, or the decimal text protobuf writes for 64 bits. */
export function countOf(value: unknown, place: string): number {
  const number = typeof value === 'string' && /^(0|[1-9]\d{0,15})$/.test(value) ? Number(value) : value;
  demand(
    typeof number === 'number' && Number.isSafeInteger(number) && number >= 0,
    'malformed',
    `${place}: not a whole number`,
  );
  return number;
}

/** An RFC 3339 time in UTC as epoch milliseconds. */
export function instantOf(value: unknown, place: string): number {
  const text = textOf(value, place, 40);
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  demand(Number.isFinite(at), 'malformed', `${place}: not a time`);
  return at;
}
