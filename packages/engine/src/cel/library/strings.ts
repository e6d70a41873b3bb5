// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { TEXT_MAX } from '../arithmetic.ts';
import { sizeOf } from '../compare.ts';
import { spendWalked } from '../effort.ts';
import { define, type Library, traversal } from '../function.ts';
import { firstPlace, lastPlace, splitText } from '../search.ts';
import { CelError, codePoints, isInt, isList, noOverload, type Value } from '../value.ts';
import { formatText } from './format-text.ts';

const textCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));
/** Once over the text, and once more to build the result. */
const twiceCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text) * 2);
const outOfRange = (index: number | bigint): CelError => new CelError(`index out of range: ${index}`);

const pointLength = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/** The UTF-16 place of a code point; undefined beyond the end. */
function placeOf(text: string, index: number): number | undefined {
  if (index < 0 || index > text.length) return undefined;
  if (codePoints(text) === text.length) return index;
  let at = 0;
  for (let count = 0; count < index; count += 1) {
    if (at >= text.length) return undefined;
    at += pointLength(text, at);
  }
  return at;
}

function charAt(text: Value, index: Value): Value {
  if (typeof text !== 'string' || !isInt(index)) return noOverload('charAt', text, index);
  const at = placeOf(text, Number(index));
  return at === undefined ? outOfRange(index) : text.slice(at, at + pointLength(text, at));
}

function indexOf(text: Value, part: Value, from?: Value): Value {
  if (typeof text !== 'string' || typeof part !== 'string') return noOverload('indexOf', text, part);
  if (from !== undefined && !isInt(from)) return noOverload('indexOf', text, part, from);
  const start = placeOf(text, Number(from ?? 0));
  if (start === undefined) return outOfRange(from ?? 0);
  const found = firstPlace(text, part, start);
  return found < 0 ? -1 : codePoints(text.slice(0, found));
}

function lastIndexOf(text: Value, part: Value, from?: Value): Value {
  if (typeof text !== 'string' || typeof part !== 'string') return noOverload('lastIndexOf', text, part);
  if (from !== undefined && !isInt(from)) return noOverload('lastIndexOf', text, part, from);
  const start = from === undefined ? text.length : placeOf(text, Number(from));
  if (start === undefined) return outOfRange(from ?? 0);
  const found = lastPlace(text, part, start);
  return found < 0 ? -1 : codePoints(text.slice(0, found));
}

function substring(text: Value, from: Value, to?: Value): Value {
  if (typeof text !== 'string' || !isInt(from)) return noOverload('substring', text, from);
  if (to !== undefined && !isInt(to)) return noOverload('substring', text, from, to);
  const start = placeOf(text, Number(from));
  if (start === undefined) return outOfRange(from);
  const end = to === undefined ? text.length : placeOf(text, Number(to));
  if (end === undefined) return outOfRange(to ?? 0);
  return start > end
    ? new CelError(`a range that runs backwards: ${from} to ${String(to)}`)
    : text.slice(start, end);
}

/** Parts between separators; at most `limit`, the last one with the rest. */
function split(text: Value, separator: Value, limit?: Value): Value {
  if (typeof text !== 'string' || typeof separator !== 'string') return noOverload('split', text, separator);
  if (limit !== undefined && !isInt(limit)) return noOverload('split', text, separator, limit);
  const most = limit === undefined || limit < 0 ? Number.POSITIVE_INFINITY : Number(limit);
  if (most === 0) return [];
  const parts = separator === '' ? Array.from(text) : splitText(text, separator);
  return parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

function replace(text: Value, old: Value, fresh: Value, limit?: Value): Value {
  if (typeof text !== 'string' || typeof old !== 'string' || typeof fresh !== 'string')
    return noOverload('replace', text, old, fresh);
  if (limit !== undefined && !isInt(limit)) return noOverload('replace', text, old, fresh, limit);
  const most = limit === undefined || limit < 0 ? Number.POSITIVE_INFINITY : Number(limit);
  if (most === 0) return text;
  if (old === '') return interleave(text, fresh, most);
  const parts = splitText(text, old);
  const count = Math.min(parts.length - 1, most);
  const size = text.length + count * (fresh.length - old.length);
  if (size > TEXT_MAX) return new CelError(`a text of more than ${TEXT_MAX} characters`);
  spendWalked(size);
  return parts.length - 1 <= most
    ? parts.join(fresh)
    : [...parts.slice(0, most), parts.slice(most).join(old)].join(fresh);
}

/** The empty text is found before each code point and at the end. */
function interleave(text: string, fresh: string, most: number): Value {
  const chars = Array.from(text);
  const count = Math.min(chars.length + 1, most);
  const size = text.length + count * fresh.length;
  if (size > TEXT_MAX) return new CelError(`a text of more than ${TEXT_MAX} characters`);
  spendWalked(size);
  const parts = chars.map((char, at) => (at < count ? fresh + char : char));
  return parts.join('') + (count > chars.length ? fresh : '');
}

function join(list: Value, separator: Value = ''): Value {
  if (!isList(list) || typeof separator !== 'string') return noOverload('join', list, separator);
  let size = 0;
  for (const one of list) {
    if (typeof one !== 'string') return noOverload('join', one);
    size += one.length + separator.length;
  }
  return size > TEXT_MAX ? new CelError(`a text of more than ${TEXT_MAX} characters`) : list.join(separator);
}

const BLANK = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Without white space at both ends, as Unicode defines it. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && BLANK.test(text[start] ?? '')) start += 1;
  while (end > start && BLANK.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(start, end);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
const quote = (text: string): string => `"${Array.from(text, (char) => ESCAPES[char] ?? char).join('')}"`;

const one =
  (name: string, run: (text: string) => Value) =>
  (text: Value): Value =>
    typeof text === 'string' ? run(text) : noOverload(name, text);

/** Functions on texts. */
export const STRINGS: Library = [
  define('charAt', 'string.(int) string', charAt),
  define('indexOf', ['string.(string) int', 'string.(string, int) int'], indexOf, textCost),
  define('lastIndexOf', ['string.(string) int', 'string.(string, int) int'], lastIndexOf, textCost),
  define('substring', ['string.(int) string', 'string.(int, int) string'], substring, textCost),
  define('split', ['string.(string) list<string>', 'string.(string, int) list<string>'], split, twiceCost),
  define(
    'replace',
    ['string.(string, string) string', 'string.(string, string, int) string'],
    replace,
    twiceCost,
  ),
  define('join', ['list<string>.() string', 'list<string>.(string) string'], join, (_values, result) =>
    traversal(sizeOf(result) * 2),
  ),
  define(
    'lowerAscii',
    'string.() string',
    one('lowerAscii', (text) => text.replace(/[A-Z]/g, (char) => char.toLowerCase())),
    textCost,
  ),
  define(
    'upperAscii',
    'string.() string',
    one('upperAscii', (text) => text.replace(/[a-z]/g, (char) => char.toUpperCase())),
    textCost,
  ),
  define('trim', 'string.() string', one('trim', trim), textCost),
  define(
    'reverse',
    'string.() string',
    one('reverse', (text) => Array.from(text).reverse().join('')),
    textCost,
  ),
  define('strings.quote', '(string) string', one('strings.quote', quote), textCost),
  define(
    'format',
    'string.(list<dyn>) string',
    (template, values) =>
      typeof template === 'string' && isList(values)
        ? formatText(template, values)
        : noOverload('format', template, values),
    ([template = '']) => traversal(sizeOf(template)),
  ),
];
