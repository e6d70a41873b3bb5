// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { AS_SPANS, FIXED_PLACE, NOT_PLAIN, RATING_PLACE, SPAN_END } from './row-codec.ts';

/** Numbers of one pool in another: at the place of a number stands its number there, or -1. */
export type PoolMap = Int32Array;

/** Elements of a rating that are numbers of the pool: its label and its source. */
const RATING_POOLED: ReadonlySet<number> = new Set([0, 3]);
const [QUOTE, COMMA, OPEN, CLOSE, BACKSLASH, OBJECT, ZERO] = [0x22, 0x2c, 0x5b, 0x5d, 0x5c, 0x7b, 0x30];
const isDigit = (byte: number | undefined): byte is number =>
  byte !== undefined && byte >= ZERO && byte <= 0x39;

/** Some bytes that are read one after the other. */
interface Reader {
  readonly bytes: Buffer;
  at: number;
  readonly end: number;
}

/** Takes a whole number as our writer spells it, up to the end of its element; undefined for anything else. */
function takeNumber(reader: Reader): number | undefined {
  const { bytes, end } = reader;
  const first = reader.at;
  let value = 0;
  for (let byte = bytes[first]; reader.at < end && isDigit(byte); byte = bytes[reader.at]) {
    value = value * 10 + byte - ZERO;
    reader.at += 1;
  }
  const next = bytes[reader.at];
  const isWhole = reader.at > first && reader.at < end && (next === COMMA || next === CLOSE);
  return isWhole && (bytes[first] !== ZERO || reader.at === first + 1) ? value : undefined;
}

/** Where in a detail a reader stands. */
interface Standing {
  depth: number;
  /** Place in the list itself. */
  place: number;
  /** Place in a list of it. */
  element: number;
  isInText: boolean;
  isAtStart: boolean;
}

/** Whether a number that begins here is one of the pool. */
const isOfPool = ({ depth, place, element, isAtStart }: Standing): boolean =>
  isAtStart && (depth === 1 || (depth === 2 && place === RATING_PLACE && RATING_POOLED.has(element)));

/** Whether the next numbers of both are the same text. In the list itself they begin with 1, in a rating with 0. */
function isSameText(left: Reader, right: Reader, map: PoolMap, { depth, place }: Standing): boolean {
  const [was, is] = [takeNumber(left), takeNumber(right)];
  if (was === undefined || is === undefined) return false;
  if (depth === 1 && was <= (place === FIXED_PLACE ? AS_SPANS : 0)) return was === is;
  const shift = depth === 1 ? 1 : 0;
  const wanted = map[was - shift] ?? -1;
  return wanted >= 0 && wanted + shift === is;
}

/** Follows a byte outside of a text; false for what our writer does not write there. */
function follow(standing: Standing, byte: number): boolean {
  standing.isAtStart = byte === OPEN || byte === COMMA;
  if (byte === QUOTE) standing.isInText = true;
  else if (byte === OPEN) {
    standing.depth += 1;
    if (standing.depth === 2) standing.element = 0;
  } else if (byte === CLOSE) standing.depth -= 1;
  else if (byte === COMMA && standing.depth === 1) standing.place += 1;
  else if (byte === COMMA && standing.depth === 2) standing.element += 1;
  else if (byte === OBJECT && standing.place === RATING_PLACE) return false;
  return byte > 0x20;
}

/**
 * Whether two details say the same: lists in JSON whose pooled places hold numbers of two pools. They are read byte by
 * byte side by side; whatever is not a number of the pool has to be the same bytes.
 */
function isSameDetail(left: Reader, right: Reader, map: PoolMap): boolean {
  const standing: Standing = { depth: 0, place: 0, element: 0, isInText: false, isAtStart: false };
  while (left.at < left.end) {
    const byte = left.bytes[left.at] ?? 0;
    if (!standing.isInText && isDigit(byte) && isOfPool(standing)) {
      if (!isSameText(left, right, map, standing)) return false;
      standing.isAtStart = false;
      continue;
    }
    if (right.at >= right.end || right.bytes[right.at] !== byte) return false;
    left.at += 1;
    right.at += 1;
    if (!standing.isInText) {
      if (!follow(standing, byte)) return false;
    } else if (byte === QUOTE) standing.isInText = false;
    else if (byte === BACKSLASH) {
      if (left.bytes[left.at] !== right.bytes[right.at]) return false;
      left.at += 1;
      right.at += 1;
    }
  }
  return right.at === right.end;
}

/** Where the spans of a row end, and its detail. */
interface RowPlace {
  readonly detail: number;
  readonly end: number;
}

/** Where the row that begins at a place lies; undefined when it reaches out of the group. */
function rowAt(group: Buffer, start: number): RowPlace | undefined {
  const head = group[start] ?? 0;
  let at = start + 1;
  for (let left = head === NOT_PLAIN ? 0 : head; left > 0; left -= 1) {
    const hasEnd = ((group[at] ?? 0) & SPAN_END) !== 0;
    at += 2 + (group[at + 1] ?? 0);
    if (hasEnd) at += 1 + (group[at] ?? 0);
  }
  if (at + 4 > group.length) return undefined;
  const end = at + 4 + group.readUInt32LE(at);
  return end > group.length ? undefined : { detail: at + 4, end };
}

/** How many rows a group has that was read before; undefined when it cannot be walked through. */
export function countRows(group: Buffer, start: number): number | undefined {
  let count = 0;
  for (let at = start; at < group.length; count += 1) {
    const row = rowAt(group, at);
    if (row === undefined) return undefined;
    at = row.end;
  }
  return count;
}

/** The details of a group's rows, as they are stored. */
export function* detailsOf(group: Buffer, start: number): Generator<Buffer> {
  for (let at = start; at < group.length; ) {
    const row = rowAt(group, at);
    if (row === undefined) return;
    yield group.subarray(row.detail, row.end);
    at = row.end;
  }
}

/**
 * Whether two groups of rows say the same, each with numbers of its own pool. Rows are stored in the order of what they
 * say, so that equal ones stand at equal places. When in doubt they do not say the same.
 */
export function isSameGroup(
  left: { readonly group: Buffer; readonly start: number },
  right: { readonly group: Buffer; readonly start: number },
  map: PoolMap | 'one pool',
): boolean {
  if (map === 'one pool') return left.group.equals(right.group);
  let [from, to] = [left.start, right.start];
  while (from < left.group.length && to < right.group.length) {
    const [was, is] = [rowAt(left.group, from), rowAt(right.group, to)];
    if (was === undefined || is === undefined) return false;
    // Head and spans are the same bytes whatever the pool; the length of the detail is not.
    const spans = left.group.subarray(from, was.detail - 4);
    if (!spans.equals(right.group.subarray(to, is.detail - 4))) return false;
    const isSame = isSameDetail(
      { bytes: left.group, at: was.detail, end: was.end },
      { bytes: right.group, at: is.detail, end: is.end },
      map,
    );
    if (!isSame) return false;
    [from, to] = [was.end, is.end];
  }
  return from === left.group.length && to === right.group.length;
}
