// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Comparator, isDigitCode, MAX_VERSION_LENGTH, type Ordering } from './scheme.ts';

const DOT = 46;
const ZERO = 48;
/** Digits that a double holds exactly. */
const MOST_DIGITS = 15;

/** Where the run of digits at `start` ends; -1 for none, one with a leading zero, and one too long. */
const numberEnd = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && isDigitCode(text.charCodeAt(at))) at += 1;
  const length = at - start;
  if (length === 0 || length > MOST_DIGITS) return -1;
  return length > 1 && text.charCodeAt(start) === ZERO ? -1 : at;
};

const numberAt = (text: string, start: number, end: number): number => {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
};

/**
 * The order of two versions by the numbers they begin with, parted by dots: the first that differs decides. Undefined
 * when they do not decide: that is for the order of the ecosystem.
 */
export const compareHead = (left: string, right: string): Ordering | undefined => {
  for (let at = 0; ; ) {
    const leftEnd = numberEnd(left, at);
    const rightEnd = numberEnd(right, at);
    if (leftEnd < 0 || rightEnd < 0) return undefined;
    const order = numberAt(left, at, leftEnd) - numberAt(right, at, rightEnd);
    if (order !== 0) return order;
    // Equal numbers without leading zeros are equally long, so both go on at the same place.
    if (leftEnd === left.length && rightEnd === right.length) return 0;
    if (left.charCodeAt(leftEnd) !== DOT || right.charCodeAt(rightEnd) !== DOT) return undefined;
    at = leftEnd + 1;
  }
};

/** Nothing but numbers with single dots between them. */
const isPlain = (text: string): boolean => {
  if (text.length > MAX_VERSION_LENGTH) return false;
  let previous = DOT;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigitCode(code) && (code !== DOT || previous === DOT)) return false;
    previous = code;
  }
  return previous !== DOT;
};

/** A comparator that answers the common case first: both versions are nothing but numbers and dots. */
export const plainFirst =
  (compare: Comparator): Comparator =>
  (left, right) =>
    (isPlain(left) && isPlain(right) ? compareHead(left, right) : undefined) ?? compare(left, right);

/** Whether nothing stands before the first number, and all of the text is looked at. */
const hasHead = (text: string): boolean => text.length <= MAX_VERSION_LENGTH && !text.includes(':');

/**
 * A comparator that lets the numbers in front decide whatever follows them: right for orders that read a version from
 * left to right, number by number, unless an epoch stands before it.
 */
export const headFirst =
  (compare: Comparator): Comparator =>
  (left, right) =>
    (hasHead(left) && hasHead(right) ? compareHead(left, right) : undefined) ?? compare(left, right);
