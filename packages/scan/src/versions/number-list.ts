// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

const numbersOf = (version: string, separators: RegExp): string[] =>
  bounded(version.trim().replace(/^v(?=\d)/, '')).split(separators);

/** Numbers by value; what is no number has its place below all of them. */
const comparePart = (left: string, right: string): Ordering => {
  const a = /^\d+$/.test(left);
  const b = /^\d+$/.test(right);
  if (a !== b) return a ? 1 : -1;
  return a ? compareDigits(left, right) : compareText(left, right);
};

/** Lists of numbers in dictionary order: of two where one begins with the other, the longer is newer. */
const compareNumberList = (left: string, right: string, separators: RegExp): Ordering => {
  if (left === right) return 0;
  const a = numbersOf(left, separators);
  const b = numbersOf(right, separators);
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) {
    const order = comparePart(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return a.length - b.length;
};

/** Order of R package versions (Writing R Extensions 1.1.1, `package_version`): numbers parted by dots or dashes. */
export const compareCran = (left: string, right: string): Ordering => compareNumberList(left, right, /[.-]/);

/** Order of Haskell versions (Package Versioning Policy, `Data.Version`): numbers parted by dots. */
export const compareHackage = (left: string, right: string): Ordering => compareNumberList(left, right, /\./);
