// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

interface Parts {
  readonly items: readonly string[];
  readonly prerelease: readonly string[] | undefined;
  readonly build: readonly string[] | undefined;
}

/**
 * Numbers by value and below words; what begins with a number, by that number first. Conan compares such mixtures as
 * text, which is no total order (2 < 10 < 1a < 2).
 */
const compareItem = (left: string, right: string): Ordering => {
  const a = /^\d*/.exec(left)?.[0] ?? '';
  const b = /^\d*/.exec(right)?.[0] ?? '';
  if (a === '' || b === '') return a === b ? compareText(left, right) : a === '' ? 1 : -1;
  return compareDigits(a, b) || compareText(left.slice(a.length), right.slice(b.length));
};

const compareItems = (left: readonly string[], right: readonly string[]): Ordering => {
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = compareItem(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** Zeros at the end carry no meaning. */
const itemsOf = (text: string): string[] => {
  const items = text.split('.');
  while (items.length > 0 && /^0*$/.test(items.at(-1) ?? '')) items.pop();
  return items;
};

const split = (version: string): Parts => {
  const [whole = '', ...builds] = bounded(version.trim().toLowerCase()).split('+');
  const [core = '', ...prereleases] = whole.split('-');
  return {
    items: itemsOf(core),
    prerelease: prereleases.length > 0 ? itemsOf(prereleases.join('-')) : undefined,
    build: builds.length > 0 ? itemsOf(builds.join('+')) : undefined,
  };
};

/** A pre-release is older than its release; a build is newer than none. */
const compareOptional = (
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
  absent: 1 | -1,
): Ordering => {
  if (left === undefined || right === undefined)
    return left === right ? 0 : left === undefined ? absent : -absent;
  return compareItems(left, right);
};

/** Order of Conan versions (Conan 2 reference, "Version ranges"; items compare one by one, builds count). */
export const compareConan = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(left);
  const b = split(right);
  return (
    compareItems(a.items, b.items) ||
    compareOptional(a.prerelease, b.prerelease, 1) ||
    compareOptional(a.build, b.build, -1)
  );
};
