// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';
import { compareSemver } from './semver.ts';

const buildOf = (version: string): string[] | undefined => {
  const plus = version.indexOf('+');
  return plus < 0 ? undefined : version.slice(plus + 1).split('.');
};

/** Numbers by value and below words. */
const compareIdentifier = (left: string, right: string): Ordering => {
  const a = /^\d+$/.test(left);
  const b = /^\d+$/.test(right);
  if (a !== b) return a ? -1 : 1;
  return a ? compareDigits(left, right) : compareText(left, right);
};

const compareBuild = (left: readonly string[], right: readonly string[]): Ordering => {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = compareIdentifier(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** Order of Dart packages (pub versioning philosophy): semantic versions where the build counts, after none. */
export const comparePub = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const order = compareSemver(left, right);
  return order !== 0
    ? order
    : compareBuild(buildOf(bounded(left.trim())) ?? [], buildOf(bounded(right.trim())) ?? []);
};
