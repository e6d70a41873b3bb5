// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, compareText, type Ordering, type VersionScheme } from './scheme.ts';

const FORM =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

interface Parsed {
  readonly epoch: string;
  readonly release: readonly string[];
  /** a, b or rc with its number; `undefined` when there is none. */
  readonly pre: { readonly phase: string; readonly number: string } | undefined;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[] | undefined;
}

const PHASES: Readonly<Record<string, string>> = {
  alpha: 'a',
  a: 'a',
  beta: 'b',
  b: 'b',
  c: 'rc',
  rc: 'rc',
  pre: 'rc',
  preview: 'rc',
};

const number = (text: string | undefined): string => (text === undefined || text === '' ? '0' : text);

const parse = (version: string): Parsed | undefined => {
  const found = FORM.exec(bounded(version.trim().toLowerCase()));
  if (found === null) return undefined;
  const [, epoch, release, phase, phaseNumber, implicitPost, post, postNumber, dev, devNumber, local] = found;
  const named = phase === undefined ? undefined : PHASES[phase];
  return {
    epoch: number(epoch),
    release: (release ?? '').split('.'),
    pre: named === undefined ? undefined : { phase: named, number: number(phaseNumber) },
    post: implicitPost ?? (post === undefined ? undefined : number(postNumber)),
    dev: dev === undefined ? undefined : number(devNumber),
    local: local?.split(/[-_.]/),
  };
};

/**
 * A version as `==` and `<=` hold it against another: in Python the local label of a build (`2.1.0+cpu`) does not count
 * against a version without one (PEP 440, "Version matching" and "Inclusive ordered comparison"). The order itself has it.
 */
export const publicAgainst = (version: string, other: string, scheme: VersionScheme | undefined): string =>
  scheme !== 'pep440' || other.includes('+') ? version : (version.split('+', 1)[0] ?? version);

const compareRelease = (left: readonly string[], right: readonly string[]): Ordering => {
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const order = compareDigits(left[at] ?? '0', right[at] ?? '0');
    if (order !== 0) return order;
  }
  return 0;
};

/** A development release of the final version comes before every pre-release; the final one after them. */
const preRank = (parsed: Parsed): number => {
  if (parsed.pre !== undefined) return 1;
  return parsed.post === undefined && parsed.dev !== undefined ? 0 : 2;
};

const comparePre = (left: Parsed, right: Parsed): Ordering => {
  const rank = preRank(left) - preRank(right);
  if (rank !== 0 || left.pre === undefined || right.pre === undefined) return rank;
  return compareText(left.pre.phase, right.pre.phase) || compareDigits(left.pre.number, right.pre.number);
};

/** Absent first or last, else by number. */
const compareOptional = (left: string | undefined, right: string | undefined, absent: -1 | 1): Ordering => {
  if (left === undefined || right === undefined) {
    if (left === right) return 0;
    return left === undefined ? absent : -absent;
  }
  return compareDigits(left, right);
};

const compareLocalPart = (left: string, right: string): Ordering => {
  const a = /^\d+$/.test(left);
  const b = /^\d+$/.test(right);
  if (a && b) return compareDigits(left, right);
  if (a !== b) return a ? 1 : -1;
  return compareText(left, right);
};

const compareLocal = (
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): Ordering => {
  if (left === undefined || right === undefined)
    return Number(left !== undefined) - Number(right !== undefined);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const order = compareLocalPart(left[at] ?? '', right[at] ?? '');
    if (order !== 0) return order;
  }
  return left.length - right.length;
};

/** What the old setuptools did with versions that PEP 440 refuses: parts padded, words below numbers, `-` above all. */
const LEGACY_WORDS: Readonly<Record<string, string>> = {
  pre: 'c',
  preview: 'c',
  '-': 'final-',
  rc: 'c',
  dev: '@',
};

const legacyKey = (version: string): string[] => {
  const key: string[] = [];
  for (const raw of bounded(version.trim().toLowerCase()).match(/\d+|[a-z]+|\.|-|[^\da-z.-]+/g) ?? []) {
    if (raw === '.') continue;
    const part = LEGACY_WORDS[raw] ?? raw;
    if (/^\d/.test(part)) {
      key.push(part.replace(/^0+(?=\d)/, '').padStart(8, '0'));
      continue;
    }
    if (part < 'final') while (key.at(-1) === '*final-') key.pop();
    while (key.at(-1) === '00000000') key.pop();
    key.push(`*${part}`);
  }
  return [...key, '*final'];
};

const compareLegacy = (left: string, right: string): Ordering => {
  const a = legacyKey(left);
  const b = legacyKey(right);
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const order = compareText(a[at] ?? '', b[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
};

/** Order of Python versions (PEP 440). What PEP 440 refuses is older than everything it accepts. */
export const comparePep440 = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = parse(left);
  const b = parse(right);
  if (a === undefined || b === undefined) {
    return a === b ? compareLegacy(left, right) : Number(a !== undefined) - Number(b !== undefined);
  }
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareRelease(a.release, b.release) ||
    comparePre(a, b) ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.dev, b.dev, 1) ||
    compareLocal(a.local, b.local)
  );
};
