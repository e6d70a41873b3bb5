// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Answers that a new or removed exception makes old. */
export const STALE_AFTER_EXCEPTION = [
  'exception.list',
  'finding.list',
  'finding.groups',
  'finding.show',
  'image.list',
  'image.show',
  'scorecard.show',
  'system.status',
] as const;
