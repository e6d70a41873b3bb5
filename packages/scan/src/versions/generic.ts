// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

const partsOf = (version: string): string[] =>
  bounded(
    version
      .trim()
      .toLowerCase()
      .replace(/^v(?=\d)/, ''),
  )
    .split('+')[0]
    ?.match(/\d+|[a-z]+/g) ?? [];

const isNumber = (part: string): boolean => /^\d/.test(part);

/** Compares parts that are numbers or words: numbers by value, words before numbers and before the end, missing ones zero. */
export const compareParts = (a: readonly string[], b: readonly string[]): Ordering => {
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const x = a[at] ?? '0';
    const y = b[at] ?? '0';
    if (isNumber(x) !== isNumber(y)) return isNumber(x) ? 1 : -1;
    const order = isNumber(x) ? compareDigits(x, y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return 0;
};

/** An order for ecosystems that have none of their own here: such versions are not judged, only sorted. */
export const compareGeneric = (left: string, right: string): Ordering =>
  compareParts(partsOf(left), partsOf(right));
