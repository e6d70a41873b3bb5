// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readText } from './literal.ts';
import type { Token } from './token.ts';
import { CelError, Double, INT_MAX, intOf, UINT_MAX, Uint } from './value.ts';

/** Longest source that is read, in UTF-16 units: 64 Ki. */
export const SOURCE_MAX = 65_536;

const RESERVED = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);
const OPERATORS = ['&&', '||', '==', '!=', '<=', '>=', ...'<>+-*/%!?:.,()[]{}'];
const SPACE = /[\t\n\f\r ]/;
const isDigit = (char: string | undefined): boolean => char !== undefined && char >= '0' && char <= '9';
const isIdentStart = (char: string): boolean => /[A-Za-z_]/.test(char);
const isIdentPart = (char: string | undefined): boolean => char !== undefined && /[A-Za-z0-9_]/.test(char);

/** Where the blanks and comments that begin at a place end. */
function skipBlanks(source: string, from: number): number {
  let at = from;
  for (;;) {
    while (SPACE.test(source[at] ?? '')) at += 1;
    if (source[at] !== '/' || source[at + 1] !== '/') return at;
    while (at < source.length && source[at] !== '\n') at += 1;
  }
}

/** Where a run of digits ends. */
function endOfDigits(source: string, from: number): number {
  let at = from;
  while (isDigit(source[at])) at += 1;
  return at;
}

function endOfFloat(source: string, from: number): number {
  let at = endOfDigits(source, from);
  if (source[at] === '.' && isDigit(source[at + 1])) at = endOfDigits(source, at + 1);
  if (source[at] === 'e' || source[at] === 'E') {
    const digits = source[at + 1] === '+' || source[at + 1] === '-' ? at + 2 : at + 1;
    if (isDigit(source[digits])) at = endOfDigits(source, digits);
  }
  return at;
}

function wholeNumber(source: string, at: number, end: number): Token | CelError {
  const text = source.slice(at, end);
  const magnitude = BigInt(text);
  if (source[end] === 'u' || source[end] === 'U')
    return magnitude > UINT_MAX
      ? new CelError(`the unsigned integer ${text} is too large`)
      : { kind: 'number', text: `${text}u`, at, value: new Uint(magnitude) };
  if (magnitude > INT_MAX + 1n) return new CelError(`the integer ${text} is too large`);
  return magnitude > INT_MAX
    ? { kind: 'number', text, at, magnitude }
    : { kind: 'number', text, at, magnitude, value: intOf(magnitude) };
}

function readNumber(source: string, at: number): Token | CelError {
  if (source[at] === '0' && (source[at + 1] === 'x' || source[at + 1] === 'X')) {
    let end = at + 2;
    while (/[0-9a-fA-F]/.test(source[end] ?? '')) end += 1;
    return end === at + 2
      ? new CelError('a hexadecimal number without digits')
      : wholeNumber(source, at, end);
  }
  const digits = endOfDigits(source, at);
  const end = endOfFloat(source, at);
  if (end === digits) return wholeNumber(source, at, end);
  const text = source.slice(at, end);
  return { kind: 'number', text, at, value: new Double(Number(text)) };
}

/** An identifier, or the prefix of a text such as `r"..."` and `b'...'`. */
function readWord(source: string, at: number): Token | CelError {
  let end = at;
  while (isIdentPart(source[end])) end += 1;
  const word = source.slice(at, end);
  if (/^(?:[rR]?[bB]?|[bB][rR])$/.test(word) && (source[end] === '"' || source[end] === "'"))
    return readText(source, at, end);
  if (word === 'true' || word === 'false') return { kind: 'text', text: word, at, value: word === 'true' };
  if (word === 'null') return { kind: 'text', text: word, at, value: null };
  return { kind: RESERVED.has(word) ? 'reserved' : 'ident', text: word, at };
}

function readQuoted(source: string, at: number): Token | CelError {
  const end = source.indexOf('`', at + 1);
  const text = source.slice(at + 1, end);
  return end < 0 || !/^[A-Za-z0-9_.\-/ ]+$/.test(text)
    ? new CelError('a quoted name that is not closed, or has a sign that may not stand in it')
    : { kind: 'quoted', text, at };
}

function readToken(source: string, at: number): Token | CelError {
  const char = source[at] ?? '';
  if (isDigit(char) || (char === '.' && isDigit(source[at + 1]))) return readNumber(source, at);
  if (isIdentStart(char)) return readWord(source, at);
  if (char === '"' || char === "'") return readText(source, at, at);
  if (char === '`') return readQuoted(source, at);
  const operator = OPERATORS.find((one) => source.startsWith(one, at));
  return operator === undefined
    ? new CelError(`the sign ${JSON.stringify(char)} means nothing here`)
    : { kind: 'operator', text: operator, at };
}

/** How much of the source a token takes: a text token holds its source, a quoted name leaves its quotes out. */
const lengthOf = (token: Token): number => token.text.length + (token.kind === 'quoted' ? 2 : 0);

/** Splits a source into tokens, the last one of kind `end`. */
export function lex(source: string): readonly Token[] | CelError {
  if (source.length > SOURCE_MAX) return new CelError(`longer than ${SOURCE_MAX} characters`);
  const tokens: Token[] = [];
  let at = skipBlanks(source, 0);
  while (at < source.length) {
    const token = readToken(source, at);
    if (token instanceof CelError) return new CelError(`${token.message} (at ${at + 1})`);
    tokens.push(token);
    at = skipBlanks(source, at + lengthOf(token));
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}
