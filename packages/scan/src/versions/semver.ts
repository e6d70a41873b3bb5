// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

const isNumeric = (text: string): boolean => /^\d+$/.test(text);

/** Semantic Versioning 2.0.0, item 11.4: numbers by value and below words; words in ASCII order. */
const compareIdentifier = (left: string, right: string): Ordering => {
  const a = isNumeric(left);
  const b = isNumeric(right);
  if (a && b) return compareDigits(left, right);
  if (a !== b) return a ? -1 : 1;
  return compareText(left, right);
};

const comparePrerelease = (left: string | undefined, right: string | undefined): Ordering => {
  if (left === undefined || right === undefined)
    return Number(left === undefined) - Number(right === undefined);
  const a = left.split('.');
  const b = right.split('.');
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = compareIdentifier(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

interface Parts {
  readonly numbers: readonly string[];
  readonly prerelease: string | undefined;
}

/** Splits leniently: any count of numbers, an optional `v`, words glued to the last number count as a pre-release. */
const split = (version: string): Parts => {
  const core = (
    bounded(version.trim())
      .replace(/^[=vV]+\s*/, '')
      .split('+')[0] ?? ''
  ).trim();
  const found = /^\d+(?:\.\d+)*/.exec(core);
  if (found === null) return { numbers: [], prerelease: core };
  const rest = core.slice(found[0].length).replace(/^[-.]/, '');
  return { numbers: found[0].split('.'), prerelease: rest === '' ? undefined : rest };
};

/**
 * Order of Semantic Versioning 2.0.0; build metadata is ignored. Also for what only resembles it: missing numbers are
 * zero, a text without any number is older than everything.
 */
export const compareSemver = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(left);
  const b = split(right);
  if (a.numbers.length === 0 || b.numbers.length === 0) {
    const order = Number(a.numbers.length > 0) - Number(b.numbers.length > 0);
    return order !== 0 ? order : comparePrerelease(a.prerelease, b.prerelease);
  }
  for (let at = 0; at < Math.max(a.numbers.length, b.numbers.length); at += 1) {
    const order = compareDigits(a.numbers[at] ?? '0', b.numbers[at] ?? '0');
    if (order !== 0) return order;
  }
  return comparePrerelease(a.prerelease, b.prerelease);
};
