// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DOT, HYPHEN, PLUS } from './characters.ts';

/** What a scalar is to a client of Kubernetes, which turns YAML into JSON before it reads it. */
export type ScalarValue = string | number | boolean | null;

/** Words with a meaning of their own, as YAML 1.1 has them: clients of Kubernetes read by that version. */
const WORDS: ReadonlyMap<string, ScalarValue> = new Map<string, ScalarValue>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(
    (word) => [word, Number.POSITIVE_INFINITY] as const,
  ),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);
const LONGEST_WORD = 5;

const INTEGER = /^[-+]?(?:0|[1-9]\d*)$/;
const BASED = /^([-+]?)0(?:[xX]([\da-fA-F]+)|[oO]?([0-7]+)|[bB]([01]+))$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
/** A fraction that begins with its point may have underscores between digits only. */
const POINT_FIRST = /^\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?$/;
/** Longer texts are no numbers anybody means. */
const NUMBER_CHARS = 400;
const MOST_UNSIGNED = 2n ** 64n - 1n;

const finite = (text: string): number | undefined => {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
};

/** A number in another base, as far as 64 bits hold it. */
const based = (plain: string): number | undefined => {
  const [, sign, hexadecimal, octal, binary] = BASED.exec(plain) ?? [];
  if (sign === undefined) return undefined;
  let digits = `0b${binary}`;
  if (hexadecimal !== undefined) digits = `0x${hexadecimal}`;
  else if (octal !== undefined) digits = `0o${octal}`;
  const value = BigInt(digits);
  if (value > MOST_UNSIGNED) return undefined;
  return Number(value) * (sign === '-' ? -1 : 1);
};

/** The number a text that starts with a digit or a sign is; undefined when it is none. */
const numberOf = (text: string): number | undefined => {
  if (text.length > NUMBER_CHARS) return undefined;
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  if (INTEGER.test(plain)) return finite(plain);
  return based(plain) ?? (FLOAT.test(plain) ? finite(plain) : undefined);
};

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** What a plain scalar is. */
export const plainValue = (text: string): ScalarValue => {
  if (text === '') return null;
  if (text.length <= LONGEST_WORD) {
    const word = WORDS.get(text);
    if (word !== undefined) return word;
  }
  const code = text.charCodeAt(0);
  if (isDigit(code) || code === HYPHEN || code === PLUS) return negativeZero(numberOf(text)) ?? text;
  if (code === DOT && text.length <= NUMBER_CHARS && POINT_FIRST.test(text))
    return finite(text.replaceAll('_', '')) ?? text;
  return text;
};

/** JSON as Go writes it has no sign for a zero that is an integer. */
const negativeZero = (value: number | undefined): number | undefined =>
  value !== undefined && Object.is(value, -0) ? 0 : value;

/** The shortest digits that are the same number in 32 bits: so keys are written that are fractions. */
const shortest = (value: number): string => {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = wanted.toExponential(digits - 1);
    if (Math.fround(Number(text)) === wanted) return text;
  }
  return wanted.toExponential(8);
};

/** Fractions as keys are written as 32 bits hold them, with an exponent from a million on. */
const floatKey = (value: number): string => {
  const held = Math.fround(value);
  if (!Number.isFinite(held)) return held < 0 ? '-.inf' : '.inf';
  if (held === 0) return Object.is(held, -0) ? '-0' : '0';
  const [digits = '0', exponent = '0'] = shortest(value).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(Number(`${digits}e${power}`));
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
};

/** The text of a key that is no string; undefined for one JSON cannot have. */
export const keyText = (value: ScalarValue, written: string): string | undefined => {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return String(value);
  if (value === null) return undefined;
  if (Number.isNaN(value)) return '.nan';
  return Number.isInteger(value) && !/^[^x]*[.eE]/i.test(written) ? String(value) : floatKey(value);
};
