// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { bounded, compareDigits, isDigitCode, isLetterCode, type Ordering } from './scheme.ts';

/** Debian policy 5.6.12: the tilde sorts before the end, letters before everything else. */
const weight = (code: number): number => {
  if (code === 126) return -1;
  return isLetterCode(code) ? code : code + 256;
};

const digitsFrom = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && isDigitCode(text.charCodeAt(at))) at += 1;
  return at;
};

/** One part (upstream version or revision): runs of non-digits and of digits take turns. */
const comparePart = (left: string, right: string): Ordering => {
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    for (;;) {
      const a = i < left.length && !isDigitCode(left.charCodeAt(i)) ? weight(left.charCodeAt(i)) : 0;
      const b = j < right.length && !isDigitCode(right.charCodeAt(j)) ? weight(right.charCodeAt(j)) : 0;
      if (a !== b) return a - b;
      if (a === 0) break;
      i += 1;
      j += 1;
    }
    const leftEnd = digitsFrom(left, i);
    const rightEnd = digitsFrom(right, j);
    const order = compareDigits(left.slice(i, leftEnd), right.slice(j, rightEnd));
    if (order !== 0) return order;
    i = leftEnd;
    j = rightEnd;
  }
  return 0;
};

const split = (version: string): { epoch: string; upstream: string; revision: string } => {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? '0' : version.slice(0, colon),
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '0' : rest.slice(dash + 1),
  };
};

/** Order of Debian and Ubuntu package versions (Debian policy 5.6.12): epoch, upstream version, revision. */
export const compareDpkg = (left: string, right: string): Ordering => {
  if (left === right) return 0;
  const a = split(bounded(left.trim()));
  const b = split(bounded(right.trim()));
  return (
    comparePart(a.epoch, b.epoch) ||
    comparePart(a.upstream, b.upstream) ||
    comparePart(a.revision, b.revision)
  );
};
