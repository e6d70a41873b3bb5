// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Token } from './token.ts';
import { toUtf8 } from './utf8.ts';
import { CelError } from './value.ts';

const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  '"': 34,
  "'": 39,
  '`': 96,
  '?': 63,
};
const DIGITS: Readonly<Record<string, number>> = { x: 2, X: 2, u: 4, U: 8 };

interface Part {
  /** A byte in bytes, a code point in a string. */
  readonly code: number;
  readonly length: number;
  /** Written as a number: in bytes it is one byte, not a code point to encode. */
  readonly raw: boolean;
}

function numericEscape(source: string, at: number, isBytes: boolean): Part | CelError {
  const letter = source[at + 1] ?? '';
  const count = DIGITS[letter];
  const digits = count === undefined ? source.slice(at + 1, at + 4) : source.slice(at + 2, at + 2 + count);
  const shape = count === undefined ? /^[0-3][0-7]{2}$/ : /^[0-9a-fA-F]+$/;
  if (!shape.test(digits) || (count !== undefined && digits.length !== count))
    return new CelError('an escape with a wrong number');
  const code = Number.parseInt(digits, count === undefined ? 8 : 16);
  const isCodePoint = letter === 'u' || letter === 'U';
  if (isBytes && isCodePoint) return new CelError('bytes take no Unicode escape');
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return new CelError('not a Unicode code point');
  return { code, length: count === undefined ? 4 : 2 + count, raw: true };
}

function readEscape(source: string, at: number, isBytes: boolean): Part | CelError {
  const letter = source[at + 1] ?? '';
  const simple = Object.hasOwn(SIMPLE, letter) ? SIMPLE[letter] : undefined;
  return simple === undefined ? numericEscape(source, at, isBytes) : { code: simple, length: 2, raw: false };
}

const readPart = (source: string, at: number, raw: boolean, isBytes: boolean): Part | CelError => {
  if (source[at] === '\\' && !raw) return readEscape(source, at, isBytes);
  const code = source.codePointAt(at) ?? 0;
  return { code, length: code > 0xffff ? 2 : 1, raw: false };
};

/** Reads a text or bytes literal whose prefix begins at `at` and whose quote stands at `quote`. */
export function readText(source: string, at: number, quote: number): Token | CelError {
  const prefix = source.slice(at, quote).toLowerCase();
  const mark = source[quote] ?? '';
  const triple = source.startsWith(mark.repeat(3), quote);
  const close = triple ? mark.repeat(3) : mark;
  const isBytes = prefix.includes('b');
  let place = quote + close.length;
  let text = '';
  const bytes: number[] = [];
  while (!source.startsWith(close, place)) {
    if (place >= source.length || (!triple && /[\n\r]/.test(source[place] ?? '')))
      return new CelError('a text that is not closed');
    const part = readPart(source, place, prefix.includes('r'), isBytes);
    if (part instanceof CelError) return part;
    if (!isBytes) text += String.fromCodePoint(part.code);
    else if (part.raw) bytes.push(part.code);
    else bytes.push(...toUtf8(String.fromCodePoint(part.code)));
    place += part.length;
  }
  const value = isBytes ? Uint8Array.from(bytes) : text;
  return { kind: 'text', text: source.slice(at, place + close.length), at, value };
}
