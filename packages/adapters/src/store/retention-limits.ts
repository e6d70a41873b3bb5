// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** How long each stream is kept: whichever limit comes first. Audit is never deleted. */
export interface Retention {
  readonly days: number;
  readonly maxBytes: number;
  readonly minFreeDiskPercent: number;
}

/** How long answers to API servers are kept: by days or by number for each owner, whichever limit comes first. */
export interface DecisionRetention {
  /** What passed without a word. */
  readonly passed: DecisionLimits;
  /** What was refused, what was warned of or recorded, what could not be decided: each by itself. */
  readonly noted: DecisionLimits;
  /** Removed in one transaction: others who write wait that long. */
  readonly batch: number;
}
export interface DecisionLimits {
  readonly days: number;
  readonly rows: number;
}
