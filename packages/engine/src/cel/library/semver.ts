// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { compareText, sizeOf } from '../compare.ts';
import { define, type Library, traversal } from '../function.ts';
import { CelError, intOf, noOverload, Opaque, type Value } from '../value.ts';

const TYPE = 'kubernetes.Semver';
const NUMBER = '(0|[1-9]\\d{0,18})';
const SHAPE = new RegExp(
  `^${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-([0-9A-Za-z.-]{1,200}))?(?:\\+([0-9A-Za-z.-]{1,200}))?$`,
);

/** A version after semver.org. What stands behind `+` has no rank. */
export class Semver extends Opaque {
  readonly typeName = TYPE;
  readonly numbers: readonly bigint[];
  readonly pre: readonly string[];
  constructor(numbers: readonly bigint[], pre: readonly string[]) {
    super();
    this.numbers = numbers;
    this.pre = pre;
  }
  equals(other: Opaque): boolean {
    return other instanceof Semver && compareSemver(this, other) === 0;
  }
}

const isNumeric = (part: string): boolean => /^\d+$/.test(part);

function comparePart(left: string, right: string): number {
  if (isNumeric(left) !== isNumeric(right)) return isNumeric(left) ? -1 : 1;
  if (!isNumeric(left)) return compareText(left, right);
  return BigInt(left) < BigInt(right) ? -1 : Number(BigInt(left) > BigInt(right));
}

function comparePre(left: readonly string[], right: readonly string[]): number {
  // A version without a pre-release comes after those with one.
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const found = comparePart(left[at] ?? '', right[at] ?? '');
    if (found !== 0) return found;
  }
  return Math.sign(left.length - right.length);
}

export function compareSemver(left: Semver, right: Semver): number {
  for (let at = 0; at < 3; at += 1) {
    const first = left.numbers[at] ?? 0n;
    const second = right.numbers[at] ?? 0n;
    if (first !== second) return first < second ? -1 : 1;
  }
  return comparePre(left.pre, right.pre);
}

/** `v1.2` as `1.2.0`: without its v, leading zeros and missing parts. */
function normalized(text: string): string {
  const match = /^v?(\d{1,30}(?:\.\d{1,30}){0,2})(.*)$/s.exec(text);
  if (match === null) return text;
  const parts = (match[1] ?? '').split('.').map((part) => part.replace(/^0+(?=\d)/, ''));
  // A pre-release needs the whole version before it.
  if (parts.length < 3 && match[2] !== '') return text;
  return `${[...parts, '0', '0'].slice(0, 3).join('.')}${match[2]}`;
}

export function readSemver(text: string, normalize = false): Semver | undefined {
  if (text.length > 500) return undefined;
  const match = SHAPE.exec(normalize ? normalized(text) : text);
  if (match === null) return undefined;
  const pre = match[4] === undefined ? [] : match[4].split('.');
  const isWrong = (part: string): boolean => part === '' || /^0\d+$/.test(part);
  if (pre.some(isWrong) || (match[5] ?? 'x').split('.').includes('')) return undefined;
  return new Semver(match.slice(1, 4).map(BigInt), pre);
}

const parseCost = ([text = '']: readonly Value[]): number => traversal(sizeOf(text));
const compare = (name: string, result: string, run: (order: number) => Value) =>
  define(name, `${TYPE}.(${TYPE}) ${result}`, (left, right) =>
    left instanceof Semver && right instanceof Semver
      ? run(compareSemver(left, right))
      : noOverload(name, left, right),
  );
const part = (name: string, at: number) =>
  define(name, `${TYPE}.() int`, (one) =>
    one instanceof Semver ? intOf(one.numbers[at] ?? 0n) : noOverload(name, one),
  );

/** Versions; came with Kubernetes 1.33. */
export const SEMVER: Library = [
  define(
    'semver',
    [`(string) ${TYPE}`, `(string, bool) ${TYPE}`],
    (text, normalize = false) =>
      typeof text === 'string' && typeof normalize === 'boolean'
        ? (readSemver(text, normalize) ?? new CelError('not a version such as 1.2.3'))
        : noOverload('semver', text),
    parseCost,
  ),
  define(
    'isSemver',
    ['(string) bool', '(string, bool) bool'],
    (text, normalize = false) =>
      typeof text === 'string' && typeof normalize === 'boolean'
        ? readSemver(text, normalize) !== undefined
        : noOverload('isSemver', text),
    parseCost,
  ),
  compare('isGreaterThan', 'bool', (found) => found > 0),
  compare('isLessThan', 'bool', (found) => found < 0),
  compare('compareTo', 'int', (found) => found),
  part('major', 0),
  part('minor', 1),
  part('patch', 2),
];
