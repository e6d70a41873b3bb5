// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { BACKSLASH, DOUBLE_QUOTE, EOF, isBlank, NEWLINE, SINGLE_QUOTE } from './characters.ts';
import type { Cursor } from './cursor.ts';
import { foldBreaks } from './plain.ts';

/** What a letter after a backslash stands for. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const CODE_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const LAST_CODE_POINT = 0x10_ffff;
const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff;

/** A line break inside quotes: leaves `pos` at the text of the next line and gives what the break folds to. */
const foldInQuotes = (cursor: Cursor, open: number): string => {
  cursor.isMultiLine = true;
  const fold = foldBreaks(cursor);
  if (cursor.isMarker(cursor.lineStart)) cursor.fail('E_YAML_UNCLOSED', 'a quotation that never ends', open);
  return fold;
};

/** The text before a line break, without the blanks at its end. */
const untilBlanks = (cursor: Cursor, from: number, to: number): string => {
  let end = to;
  while (end > from && isBlank(cursor.charAt(end - 1))) end--;
  return cursor.text.slice(from, end);
};

const hexadecimal = (cursor: Cursor, from: number, digits: number): number => {
  const text = cursor.text.slice(from, from + digits);
  if (text.length < digits || !/^[\da-f]+$/i.test(text))
    cursor.fail('E_YAML_ESCAPE', `an escape needs ${digits} hexadecimal digits`, from);
  return Number.parseInt(text, 16);
};

/** A character by its number; JSON writes those beyond 16 bits as two escapes. */
const numbered = (cursor: Cursor, digits: number): string => {
  const from = cursor.pos + 2;
  const code = hexadecimal(cursor, from, digits);
  cursor.pos = from + digits;
  if (!isSurrogate(code)) {
    if (code > LAST_CODE_POINT) cursor.fail('E_YAML_ESCAPE', 'an escape beyond the last character', from);
    return String.fromCodePoint(code);
  }
  const low = cursor.text.startsWith('\\u', cursor.pos) ? hexadecimal(cursor, cursor.pos + 2, 4) : 0;
  if (digits !== 4 || code > 0xdbff || low < 0xdc00 || low > 0xdfff)
    cursor.fail('E_YAML_ESCAPE', 'half of a pair of escapes', from);
  cursor.pos += 6;
  return String.fromCharCode(code, low);
};

/** An escape at `pos`: leaves `pos` after it. */
const escaped = (cursor: Cursor, open: number): string => {
  const code = cursor.charAt(cursor.pos + 1);
  if (code === EOF) cursor.fail('E_YAML_UNCLOSED', 'a quotation that never ends', open);
  if (code === NEWLINE) {
    cursor.pos++;
    const fold = foldInQuotes(cursor, open);
    return fold === ' ' ? '' : fold;
  }
  const letter = String.fromCharCode(code);
  const digits = CODE_DIGITS[letter];
  if (digits !== undefined) return numbered(cursor, digits);
  const found =
    ESCAPES[letter] ?? cursor.fail('E_YAML_ESCAPE', 'a backslash before a character that has no escape');
  cursor.pos += 2;
  return found;
};

/** A quoted scalar from its opening quote on; afterwards `pos` is after the closing one. */
export const quotedScalar = (cursor: Cursor, quote: number): void => {
  const { text, end } = cursor;
  const open = cursor.pos;
  const isDouble = quote === DOUBLE_QUOTE;
  let value = '';
  let from = open + 1;
  cursor.style = isDouble ? 'double' : 'single';
  cursor.isMultiLine = false;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      value = value === '' ? text.slice(from, at) : value + text.slice(from, at);
      cursor.pos = at + 1;
      if (isDouble || cursor.charAt(at + 1) !== SINGLE_QUOTE) {
        cursor.value = value;
        return;
      }
      value += "'";
      from = ++at + 1;
    } else if (code === NEWLINE) {
      cursor.pos = at;
      value += untilBlanks(cursor, from, at) + foldInQuotes(cursor, open);
      from = cursor.pos;
      at = from - 1;
    } else if (isDouble && code === BACKSLASH) {
      cursor.pos = at;
      value += text.slice(from, at) + escaped(cursor, open);
      from = cursor.pos;
      at = from - 1;
    }
  }
  cursor.fail('E_YAML_UNCLOSED', 'a quotation that never ends', open);
};
