// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, type Ordering } from './scheme.ts';

/** Words by how they begin, in the order of PHP's `version_compare`; every other word is older than all of them. */
const WORDS: readonly (readonly [RegExp, number])[] = [
  [/^dev/, 1],
  [/^a/, 2],
  [/^b/, 3],
  [/^(?:RC|rc)/, 4],
  [/^p/, 6],
];
const NUMBER_RANK = 5;

/** `#` stands for any number; so that the order stays total it is read as 1, or left out before a word. */
const partsOf = (version: string): string[] => {
  const parts =
    bounded(version.trim())
      .replace(/^v(?=\d)/i, '')
      .match(/\d+|[^\d._+-]+/g) ?? [];
  return parts.flatMap((part, at) => {
    if (part !== '#') return part;
    const next = parts[at + 1];
    return next === undefined || isNumber(next) ? '1' : [];
  });
};

const isNumber = (part: string): boolean => /^\d/.test(part);
const rankOf = (part: string): number =>
  isNumber(part) ? NUMBER_RANK : (WORDS.find(([form]) => form.test(part))?.[1] ?? 0);

/** Order of Composer versions: PHP's `version_compare` (PHP manual), to which Composer hands normalised versions. */
export const compareComposer = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = partsOf(left);
  const b = partsOf(right);
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const x = a[at];
    const y = b[at];
    if (x === undefined) return isNumber(y ?? '') ? -1 : NUMBER_RANK - rankOf(y ?? '');
    if (y === undefined) return isNumber(x) ? 1 : rankOf(x) - NUMBER_RANK;
    const order = rankOf(x) - rankOf(y) || (isNumber(x) ? compareDigits(x, y) : 0);
    if (order !== 0) return order;
  }
  return 0;
};
