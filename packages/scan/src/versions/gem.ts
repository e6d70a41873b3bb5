// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compareParts } from './generic.ts';
import { bounded, type Ordering } from './scheme.ts';

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
export const compareGem = (left: string, right: string): Ordering =>
  left === right ? 0 : compareParts(canonical(left), canonical(right));
