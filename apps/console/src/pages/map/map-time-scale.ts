// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { TimeRange } from '../../format/time.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LONGEST_MS = 31 * DAY_MS;
/** Steps a handle makes, from the finest; the first that leaves at most this many places is taken. */
const STEPS_MS = [MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS, 3_600_000] as const;
const PLACES_MAX = 1_500;

/** The time a slider spans: from the oldest record that is kept to now; never shorter than what is shown, never over a month. */
export const keptRange = (oldestAtMs: number | undefined, shown: TimeRange, nowMs: number): TimeRange => {
  const toMs = Math.max(Math.ceil(nowMs / MINUTE_MS) * MINUTE_MS, shown.toMs);
  const oldest = oldestAtMs ?? shown.fromMs - (shown.toMs - shown.fromMs);
  const fromMs = Math.max(toMs - LONGEST_MS, Math.min(oldest, toMs - 3_600_000));
  return { fromMs: Math.floor(fromMs / MINUTE_MS) * MINUTE_MS, toMs };
};

const MARKS_MAX = 31;
/** Midnights on the slider, as small marks; none where they would stand too close. */
export const midnightsIn = (kept: TimeRange): readonly number[] => {
  const first = new Date(kept.fromMs);
  first.setHours(24, 0, 0, 0);
  const marks: number[] = [];
  for (let at = first; at.getTime() < kept.toMs && marks.length <= MARKS_MAX; at.setDate(at.getDate() + 1)) {
    marks.push(at.getTime());
  }
  return marks;
};

/** How far one press of an arrow key moves a handle. */
export const stepOf = (kept: TimeRange): number =>
  STEPS_MS.find((step) => (kept.toMs - kept.fromMs) / step <= PLACES_MAX) ?? 3_600_000;
