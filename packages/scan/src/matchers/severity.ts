// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Severity } from '@bartizan/contracts';
import { type AdvisoryRow, type CveFacts, RATING_LABELS, type Rating } from '../advisories/row.ts';

/** The severity that is shown, and who says so. */
export interface SeverityChoice {
  readonly severity: Severity;
  readonly source?: string;
  readonly score?: number;
  readonly vectors?: readonly string[];
}

const worse = (left: Rating, right: Rating): Rating => {
  const order = RATING_LABELS.indexOf(left.label) - RATING_LABELS.indexOf(right.label);
  if (order !== 0) return order > 0 ? left : right;
  return (left.score ?? 0) >= (right.score ?? 0) ? left : right;
};

/**
 * Chooses a severity: what the advisory itself says goes before what a CVE is rated in general; of several of one
 * kind the worst. Where nobody rates it, the answer is `unknown`.
 */
export const severityOf = (rows: readonly AdvisoryRow[], facts: readonly CveFacts[]): SeverityChoice => {
  const own = rows.flatMap((row) => (row.rating === undefined ? [] : [row.rating]));
  const general = facts.flatMap((fact) => (fact.rating === undefined ? [] : [fact.rating]));
  const candidates = own.length > 0 ? own : general;
  const [first, ...rest] = candidates;
  if (first === undefined) return { severity: 'unknown' };
  const chosen = rest.reduce(worse, first);
  return {
    severity: chosen.label === 'none' ? 'info' : chosen.label,
    source: chosen.source,
    ...(chosen.score === undefined ? {} : { score: chosen.score }),
    ...(chosen.vectors === undefined ? {} : { vectors: chosen.vectors }),
  };
};
