// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { unreachable } from '@bartizan/contracts';
import { bounded, compareDigits, compareText, type Ordering } from './scheme.ts';

/** Kinds of parts in the order a version may hold them: where two versions part ways, the one that goes further is newer. */
const KIND = {
  first: 0,
  number: 1,
  letter: 2,
  suffix: 3,
  suffixNumber: 4,
  hash: 5,
  revision: 6,
  end: 7,
  invalid: 8,
} as const;
type Kind = (typeof KIND)[keyof typeof KIND];

interface Part {
  readonly kind: Kind;
  readonly text: string;
}

const SUFFIXES: readonly string[] = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];
const NO_SUFFIX = SUFFIXES.indexOf('');
const suffixRank = (text: string): number => SUFFIXES.indexOf(text);

/** What may follow which part, and how it is written; the first form that fits is taken (apk-package(5)). */
const FORMS: readonly {
  readonly after: (previous: Kind | -1) => boolean;
  readonly kind: Kind;
  readonly form: RegExp;
}[] = [
  { after: (previous) => previous === -1, kind: KIND.first, form: /^(\d+)/ },
  // A number may be missing between two dots, as apk itself tolerates.
  {
    after: (previous) => previous === KIND.first || previous === KIND.number,
    kind: KIND.number,
    form: /^\.(\d+|(?=\.))/,
  },
  {
    after: (previous) => previous === KIND.first || previous === KIND.number,
    kind: KIND.letter,
    form: /^([a-z])/,
  },
  { after: (previous) => previous === KIND.suffix, kind: KIND.suffixNumber, form: /^(\d+)/ },
  {
    after: (previous) => previous >= 0 && previous <= KIND.suffixNumber,
    kind: KIND.suffix,
    form: /^_(alpha|beta|pre|rc|cvs|svn|git|hg|p)/,
  },
  {
    after: (previous) => previous >= 0 && previous <= KIND.suffixNumber,
    kind: KIND.hash,
    form: /^~([0-9a-f]+)/,
  },
  {
    after: (previous) => previous >= 0 && previous <= KIND.hash,
    kind: KIND.revision,
    form: /^-r(\d*)(?![a-z])/,
  },
];

/** The next part of a version at a place, and where it ends. */
const nextPart = (text: string, at: number, previous: Kind | -1): { part: Part; end: number } => {
  const rest = text.slice(at);
  if (rest === '') return { part: { kind: KIND.end, text: '' }, end: at };
  for (const { after, kind, form } of FORMS) {
    const found = after(previous) ? form.exec(rest) : null;
    if (found !== null) return { part: { kind, text: found[1] ?? '' }, end: at + found[0].length };
  }
  return { part: { kind: KIND.invalid, text: rest }, end: text.length };
};

const partsOf = (text: string): Part[] => {
  const parts: Part[] = [];
  let at = 0;
  let previous: Kind | -1 = -1;
  for (;;) {
    const { part, end } = nextPart(text, at, previous);
    parts.push(part);
    if (part.kind === KIND.end || part.kind === KIND.invalid) return parts;
    at = end;
    previous = part.kind;
  }
};

const compareSame = (left: Part, right: Part): Ordering => {
  switch (left.kind) {
    case KIND.first:
    case KIND.suffixNumber:
    case KIND.revision:
      return compareDigits(left.text, right.text);
    case KIND.number:
      // A leading zero makes the number a fraction: 1.05 is older than 1.1.
      return left.text.startsWith('0') || right.text.startsWith('0')
        ? compareText(left.text, right.text)
        : compareDigits(left.text, right.text);
    case KIND.suffix:
      return suffixRank(left.text) - suffixRank(right.text);
    case KIND.invalid:
      // What follows a dash that starts no revision carries no order.
      return left.text.startsWith('-') && right.text.startsWith('-') ? 0 : compareText(left.text, right.text);
    case KIND.letter:
      return compareText(left.text, right.text);
    case KIND.hash:
    case KIND.end:
      return 0;
    default:
      return unreachable(left.kind);
  }
};

const isEarly = (part: Part): boolean => part.kind === KIND.suffix && suffixRank(part.text) < NO_SUFFIX;

/** Order of Alpine, Wolfi and Chainguard package versions (apk-package(5)). Commit hashes say nothing about the order. */
export const compareApk = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = partsOf(bounded(left.trim()));
  const b = partsOf(bounded(right.trim()));
  for (let at = 0; ; at += 1) {
    const x = a[at];
    const y = b[at];
    if (x === undefined || y === undefined) return 0;
    if (x.kind === y.kind) {
      const order = compareSame(x, y);
      if (order !== 0) return order;
      continue;
    }
    if (isEarly(x)) return -1;
    if (isEarly(y)) return 1;
    return y.kind - x.kind;
  }
};
