// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactValue } from '@bartizan/contracts';

/** Strings, members after a dot, and names that stand for themselves. */
const WORD = /"(?:[^"\\]|\\.)*"|\.\??[A-Za-z_]\w*|[A-Za-z_]\w*/g;

/** Gives variables other names; strings and members of the same name stay as they are. */
export const renamed = (text: string, names: Readonly<Record<string, string>>): string =>
  text.replace(WORD, (word) => (Object.hasOwn(names, word) ? (names[word] ?? word) : word));

/** A value as CEL writes it. */
export const literal = (value: FactValue): string =>
  Array.isArray(value) ? `[${value.map((one) => JSON.stringify(one)).join(', ')}]` : JSON.stringify(value);

/** A number that is compared with fractions. */
export const fraction = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);

/** The expression of RE2 that matches what a wildcard does. */
export const patternOf = (wildcard: string): string =>
  `(?s)^${wildcard
    .replaceAll(/[.+^$()[\]{}|\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')}$`;

/** Whether text is one of the names or matches one of the wildcards. */
export function namesHold(text: string, patterns: readonly string[]): string {
  const plain = patterns.filter((pattern) => !/[*?]/.test(pattern));
  const wild = patterns.filter((pattern) => /[*?]/.test(pattern));
  const parts = [
    ...(plain.length === 0 ? [] : [`${text} in ${literal(plain)}`]),
    ...wild.map((pattern) => `${text}.matches(${literal(patternOf(pattern))})`),
  ];
  return parts.length === 1 ? (parts[0] ?? 'false') : `(${parts.join(' || ')})`;
}
