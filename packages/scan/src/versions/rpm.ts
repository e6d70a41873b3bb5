// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, isDigitCode, isLetterCode, type Ordering } from './scheme.ts';

const TILDE = 126;
const CARET = 94;

const isPart = (code: number): boolean =>
  isDigitCode(code) || isLetterCode(code) || code === TILDE || code === CARET;

const skipSeparators = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && !isPart(text.charCodeAt(at))) at += 1;
  return at;
};

const runFrom = (text: string, start: number, belongs: (code: number) => boolean): number => {
  let at = start;
  while (at < text.length && belongs(text.charCodeAt(at))) at += 1;
  return at;
};

/** Order of one mark (`~` sorts before the end, `^` after it but before more text); undefined when both go on. */
const compareMark = (a: number, b: number): Ordering | undefined => {
  if (a === TILDE || b === TILDE) return a === b ? undefined : a === TILDE ? -1 : 1;
  if (a !== CARET && b !== CARET) return undefined;
  if (a === b) return undefined;
  if (Number.isNaN(a)) return -1;
  if (Number.isNaN(b)) return 1;
  return a === CARET ? -1 : 1;
};

/** rpm's own order of one part: a version or a release. */
const compareRpmPart = (left: string, right: string): Ordering => {
  let i = 0;
  let j = 0;
  for (;;) {
    i = skipSeparators(left, i);
    j = skipSeparators(right, j);
    const a = left.charCodeAt(i);
    const b = right.charCodeAt(j);
    const mark = compareMark(a, b);
    if (mark !== undefined) return mark;
    if (a === TILDE || a === CARET) {
      i += 1;
      j += 1;
      continue;
    }
    if (i >= left.length || j >= right.length) break;
    const belongs = isDigitCode(a) ? isDigitCode : isLetterCode;
    const leftEnd = runFrom(left, i, belongs);
    const rightEnd = runFrom(right, j, belongs);
    // A run of digits is newer than a run of letters.
    if (rightEnd === j) return isDigitCode(a) ? 1 : -1;
    const x = left.slice(i, leftEnd);
    const y = right.slice(j, rightEnd);
    const order = isDigitCode(a) ? compareDigits(x, y) : compareText(x, y);
    if (order !== 0) return order;
    i = leftEnd;
    j = rightEnd;
  }
  return Number(i < left.length) - Number(j < right.length);
};

interface Parts {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

const split = (text: string): Parts => {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon <= 0 ? '0' : text.slice(0, colon),
    version: dash < 0 ? rest : rest.slice(0, dash),
    release: dash < 0 ? undefined : rest.slice(dash + 1),
  };
};

/**
 * Order of `[epoch:]version[-release]` as rpm compares them. A missing epoch is 0; a missing release is older than
 * any, which keeps the order total.
 */
export const compareRpm = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(bounded(left.trim()));
  const b = split(bounded(right.trim()));
  const order = compareRpmPart(a.epoch, b.epoch) || compareRpmPart(a.version, b.version);
  if (order !== 0) return order;
  if (a.release === undefined || b.release === undefined)
    return Number(a.release !== undefined) - Number(b.release !== undefined);
  return compareRpmPart(a.release, b.release);
};
