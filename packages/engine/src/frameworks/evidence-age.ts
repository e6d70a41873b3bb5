// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ComplianceAnswer } from '@bartizan/contracts/compliance';

/** Evidence older than this counts as unknown: seven days. */
export const EVIDENCE_AGE_MAX_MS = 7 * 24 * 3600 * 1000;
/** Evidence dated further ahead than clocks differ does not tell its age, and counts as unknown too: five minutes. */
export const EVIDENCE_AHEAD_MAX_MS = 5 * 60_000;

/** Whether an answer says nothing of now, by its age. */
export const isStale = (
  { at }: Pick<ComplianceAnswer, 'at'>,
  atMs: number,
  maxAgeMs = EVIDENCE_AGE_MAX_MS,
): boolean => atMs - at > maxAgeMs || at - atMs > EVIDENCE_AHEAD_MAX_MS;
