// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { sizeOf } from '../compare.ts';
import {
  toBool,
  toBytes,
  toDouble,
  toDuration,
  toInt,
  toText,
  toTimestamp,
  toUint,
  typeOf,
} from '../convert.ts';
import { define, type Library, traversal } from '../function.ts';
import { compileRegex, type Regex } from '../regex/match.ts';
import { type Civil, civilOf, zoneOffset } from '../time.ts';
import {
  CelError,
  codePoints,
  Duration,
  isList,
  isMap,
  mapSize,
  noOverload,
  Timestamp,
  type Value,
} from '../value.ts';

const regexes = new Map<string, Regex | string>();
const REGEXES_MAX = 256;

/** A compiled pattern; the latest few are kept, as policies ask the same ones again and again. */
export function regexOf(pattern: string): Regex | CelError {
  let regex = regexes.get(pattern);
  if (regex === undefined) {
    regex = compileRegex(pattern);
    if (regexes.size >= REGEXES_MAX) regexes.clear();
    regexes.set(pattern, regex);
  }
  return typeof regex === 'string' ? new CelError(`the pattern cannot be used: ${regex}`) : regex;
}

function size(value: Value): Value {
  if (typeof value === 'string') return codePoints(value);
  if (isList(value) || value instanceof Uint8Array) return value.length;
  return isMap(value) ? mapSize(value) : noOverload('size', value);
}

const texts =
  (name: string, test: (text: string, part: string) => Value) =>
  (text: Value, part: Value): Value =>
    typeof text === 'string' && typeof part === 'string' ? test(text, part) : noOverload(name, text, part);

/** Cost of a regular expression: the text once for each fourth sign of the pattern. */
const matchCost = ([text = '', pattern = '']: readonly Value[]): number =>
  traversal(1 + sizeOf(text)) * Math.ceil(sizeOf(pattern) * 0.25);

const getter = (name: string, read: (at: Civil) => number, duration?: (ns: bigint) => bigint) =>
  define(
    name,
    ['timestamp.() int', 'timestamp.(string) int', ...(duration === undefined ? [] : ['duration.() int'])],
    (value, zone?) => {
      if (value instanceof Duration && duration !== undefined) return Number(duration(value.ns));
      if (!(value instanceof Timestamp)) return noOverload(name, value);
      const offset =
        zone === undefined ? 0 : typeof zone === 'string' ? zoneOffset(zone, value.ns) : undefined;
      return offset === undefined
        ? new CelError('a time zone that is not known')
        : read(civilOf(value.ns, offset));
    },
  );

const SECOND = 1_000_000_000n;
const CONVERSIONS: Library = [
  define(
    'int',
    ['(int) int', '(uint) int', '(double) int', '(string) int', '(timestamp) int', '(duration) int'],
    toInt,
  ),
  define('uint', ['(uint) uint', '(int) uint', '(double) uint', '(string) uint'], toUint),
  define('double', ['(double) double', '(int) double', '(uint) double', '(string) double'], toDouble),
  define(
    'string',
    ['string', 'int', 'uint', 'double', 'bool', 'bytes', 'timestamp', 'duration'].map(
      (type) => `(${type}) string`,
    ),
    toText,
    ([value = null]) => (value instanceof Uint8Array ? traversal(value.length) : 1),
  ),
  define('bytes', ['(bytes) bytes', '(string) bytes'], toBytes, ([value = null]) => traversal(sizeOf(value))),
  define('bool', ['(bool) bool', '(string) bool'], toBool),
  define('timestamp', ['(timestamp) timestamp', '(string) timestamp', '(int) timestamp'], toTimestamp),
  define('duration', ['(duration) duration', '(string) duration', '(int) duration'], toDuration),
  define('type', '(A) type<A>', typeOf),
  define('dyn', '(A) dyn', (value) => value),
];

const OF_TIME: Library = [
  getter('getFullYear', (at) => at.year),
  getter('getMonth', (at) => at.month - 1),
  getter('getDayOfYear', (at) => at.dayOfYear),
  getter('getDayOfMonth', (at) => at.day - 1),
  getter('getDate', (at) => at.day),
  getter('getDayOfWeek', (at) => at.weekday),
  getter(
    'getHours',
    (at) => at.hour,
    (ns) => ns / (3600n * SECOND),
  ),
  getter(
    'getMinutes',
    (at) => at.minute,
    (ns) => ns / (60n * SECOND),
  ),
  getter(
    'getSeconds',
    (at) => at.second,
    (ns) => ns / SECOND,
  ),
  getter(
    'getMilliseconds',
    (at) => at.milli,
    (ns) => (ns / 1_000_000n) % 1000n,
  ),
];

/** The functions of the language itself; its operators are built by the planner. */
export const STANDARD: Library = [
  ...CONVERSIONS,
  ...OF_TIME,
  define(
    'size',
    ['string', 'bytes', 'list<A>', 'map<A, B>'].flatMap((type) => [`(${type}) int`, `${type}.() int`]),
    size,
  ),
  define(
    'startsWith',
    'string.(string) bool',
    texts('startsWith', (text, part) => text.startsWith(part)),
    ([, part = '']) => traversal(sizeOf(part)),
  ),
  define(
    'endsWith',
    'string.(string) bool',
    texts('endsWith', (text, part) => text.endsWith(part)),
    ([, part = '']) => traversal(sizeOf(part)),
  ),
  define(
    'contains',
    'string.(string) bool',
    texts('contains', (text, part) => text.includes(part)),
    ([text = '', part = '']) => traversal(sizeOf(text)) * traversal(sizeOf(part)),
  ),
  define(
    'matches',
    ['string.(string) bool', '(string, string) bool'],
    texts('matches', (text, pattern) => {
      const regex = regexOf(pattern);
      return regex instanceof CelError ? regex : regex.test(text);
    }),
    matchCost,
  ),
];
