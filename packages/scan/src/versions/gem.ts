// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

/** `Gem::Version` writes a dash as `.pre.`, and takes runs of digits and of letters as segments. */
const segmentsOf = (version: string): string[] =>
  bounded(version.trim())
    .replaceAll('-', '.pre.')
    .match(/\d+|[a-z]+/gi) ?? [];

const isNumber = (segment: string): boolean => /^\d/.test(segment);
const isZero = (segment: string): boolean => /^0+$/.test(segment);

const withoutTrailingZeros = (segments: readonly string[]): string[] => {
  let end = segments.length;
  while (end > 0 && isZero(segments[end - 1] ?? '')) end -= 1;
  return segments.slice(0, end);
};

/** Zeros before the first word and at the end carry no meaning: 1.0.0.a is 1.a. */
const canonical = (version: string): string[] => {
  const segments = segmentsOf(version);
  const word = segments.findIndex((segment) => !isNumber(segment));
  return word < 0
    ? withoutTrailingZeros(segments)
    : [...withoutTrailingZeros(segments.slice(0, word)), ...withoutTrailingZeros(segments.slice(word))];
};

/** Order of RubyGems versions (RubyGems, `Gem::Version`): words are pre-releases, older than every number. */
export const compareGem = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = canonical(left);
  const b = canonical(right);
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const x = a[at] ?? '0';
    const y = b[at] ?? '0';
    if (isNumber(x) !== isNumber(y)) return isNumber(x) ? 1 : -1;
    const order = isNumber(x) ? compareDigits(x, y) : compareText(x, y);
    if (order !== 0) return order;
  }
  return 0;
};
