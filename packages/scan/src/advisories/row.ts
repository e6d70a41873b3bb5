// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { PROPERTY_LIMITS } from './limits.ts';

/** One end of a range, in the words of the OSV schema. */
export interface RangeEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

/** A range of versions: events in rising order. */
export interface AffectedRange {
  readonly type: string;
  readonly events: readonly RangeEvent[];
  /** The first version itself is not affected. */
  readonly introducedExclusive?: boolean;
}

export const RATING_LABELS = ['none', 'low', 'medium', 'high', 'critical'] as const;
export type RatingLabel = (typeof RATING_LABELS)[number];

/** How bad a source says it is. */
export interface Rating {
  readonly label: RatingLabel;
  /** CVSS base score, 0 to 10, where known. */
  readonly score?: number;
  /** CVSS vectors, newest version first. */
  readonly vectors?: readonly string[];
  readonly source: string;
}

/** What an advisory says about one package. This is the row that a pack stores, keyed by (ecosystem, package). */
export interface AdvisoryRow {
  readonly id: string;
  readonly kind: 'vulnerability' | 'malicious' | 'notice';
  readonly aliases?: readonly string[];
  readonly ranges?: readonly AffectedRange[];
  /** Exact affected versions; `*` stands for every version. */
  readonly versions?: readonly string[];
  /** Versions that the source says are not affected. */
  readonly unaffected?: readonly string[];
  /** Every version with a fix, one for each maintained line. */
  readonly fixed?: readonly string[];
  /** The source's own word on the fix: affected, under_investigation, will_not_fix, not_affected ... */
  readonly status?: string;
  /** Why the source says "not affected". */
  readonly justification?: string;
  /** Module and stream (`nodejs:18`) that the row is about; other builds of the package are none of its matter. */
  readonly module?: string;
  /** CPEs of the products or content sets that the row is about. */
  readonly cpes?: readonly string[];
  /** Repository or product line that carries the fix. */
  readonly channel?: string;
  /** Conditions in free text that could not be turned into a range: the answer is "unknown", never "safe". */
  readonly conditions?: string;
  readonly rating?: Rating;
  readonly summary?: string;
  readonly published?: string;
  readonly modified?: string;
  /** A withdrawn row never matches; it is kept so that old findings can be closed with a reason. */
  readonly withdrawn?: string;
  readonly references?: readonly string[];
  readonly source: string;
  readonly licence?: string;
  /** Set when the link between advisory and package is a guess of the source. */
  readonly confidence?: 'low';
}

/** Facts about one CVE, whatever package it is in. */
export interface CveFacts {
  readonly rating?: Rating;
  readonly kev?: {
    readonly addedOn: string;
    readonly dueOn?: string;
    readonly isRansomware: boolean;
    readonly name?: string;
  };
  readonly epss?: { readonly probability: number; readonly percentile: number; readonly scoredOn: string };
}

/** The label that CVSS v3 and v4 give to a base score (FIRST, CVSS v3.1 section 5). */
export const labelOfScore = (score: number): RatingLabel => {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'none';
};

/** Cuts a list and its texts to what a pack stores. */
export const boundedList = (values: readonly unknown[], most: number = PROPERTY_LIMITS.listItems): string[] =>
  values
    .filter((value): value is string => typeof value === 'string' && value !== '')
    .slice(0, most)
    .map((value) => value.slice(0, PROPERTY_LIMITS.textLength));
