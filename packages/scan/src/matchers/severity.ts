// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import { RATING_LABELS, type Rating } from '../advisories/row.ts';

/** The severity that is shown, who says so, and what everybody says. */
export interface SeverityChoice {
  readonly severity: Severity;
  readonly source?: string;
  readonly score?: number;
  readonly vectors?: readonly string[];
  /** Every rating, the one that was chosen first. */
  readonly ratings: readonly Rating[];
}

/** Whose word goes first: the vendor of the namespace, then who numbers and enriches CVEs, then GitHub. */
const rankOf = (rating: Rating): number => {
  if (/\b(?:NVD|CNA|ADP|CISA|vulnrichment)\b/i.test(rating.source)) return 1;
  return /\b(?:GHSA|GitHub)/i.test(rating.source) ? 2 : 0;
};

/** A newer version of CVSS goes before an older one. */
const cvssRank = (rating: Rating): number => {
  const vector = rating.vectors?.[0] ?? '';
  const at = ['CVSS:4', 'CVSS:3.1', 'CVSS:3.0', 'AV:'].findIndex((prefix) => vector.startsWith(prefix));
  return at < 0 ? 9 : at;
};

const byWord = (left: Rating, right: Rating): number =>
  rankOf(left) - rankOf(right) ||
  RATING_LABELS.indexOf(right.label) - RATING_LABELS.indexOf(left.label) ||
  cvssRank(left) - cvssRank(right) ||
  (right.score ?? 0) - (left.score ?? 0);

/** Chooses among ratings; of several of one rank the worst. Where nobody rates it, the answer is `unknown`. */
export const chooseSeverity = (given: readonly Rating[]): SeverityChoice => {
  const unique = new Map(
    given.map((rating) => [`${rating.source}\0${rating.label}\0${rating.score ?? ''}`, rating]),
  );
  const ratings = [...unique.values()].sort(byWord);
  const [chosen] = ratings;
  if (chosen === undefined) return { severity: 'unknown', ratings };
  return {
    severity: chosen.label === 'none' ? 'info' : chosen.label,
    source: chosen.source,
    ...(chosen.score === undefined ? {} : { score: chosen.score }),
    ...(chosen.vectors === undefined ? {} : { vectors: chosen.vectors }),
    ratings,
  };
};
