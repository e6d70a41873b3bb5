// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DecisionRetention, Retention } from './ports.ts';
import { SLICE_STREAMS, type SliceName, type SliceStream } from './slices/slice-name.ts';

/** Each stream is kept 7 days or 5 GB, and a tenth of the disk stays free: whichever limit comes first. */
export const DEFAULT_RETENTION: Retention = { days: 7, maxBytes: 5 * 1024 ** 3, minFreeDiskPercent: 10 };

/** A busy cluster asks millions of times a week: what passed is kept as long as events, the rest as audit logs are. */
export const DECISION_RETENTION: DecisionRetention = {
  passed: { days: 7, rows: 300_000 },
  noted: { days: 35, rows: 100_000 },
  batch: 2_000,
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * How old the store is by its own count. Wall clocks jump; this only ever adds what passed between two looks at the
 * clock, at most an hour a look. A jump of years therefore ages the data by an hour, a jump back by nothing.
 */
export interface AgeClock {
  readonly ageMs: number;
  readonly seenAtMs: number;
}

/** One more look at the wall clock. */
export const advanceAge = (clock: AgeClock, nowMs: number): AgeClock => ({
  ageMs: clock.ageMs + Math.min(Math.max(nowMs - clock.seenAtMs, 0), HOUR_MS),
  seenAtMs: nowMs,
});

/** A slice as retention sees it. */
export interface KeptSlice {
  readonly name: SliceName;
  readonly sizeBytes: number;
  /** Age of the store when the slice was begun; a slice holds one hour. */
  readonly bornAgeMs: number;
  readonly isOpen: boolean;
}

/** Part of the room that is kept free which a backup may take for its time. */
const SCRATCH_SHARE = 0.8;

/** What retention looks at. */
export interface RetentionFacts {
  /** Oldest first. */
  readonly slices: readonly KeptSlice[];
  readonly ageMs: number;
  readonly retention: Readonly<Record<SliceStream, Retention>>;
  readonly diskBytes: number;
  readonly freeBytes: number;
  /** What backups take just now. History does not make room for what goes by itself, unless the disk runs full. */
  readonly scratchBytes: number;
}

/** Which slices to delete. The slice being written is kept, except flows when the disk itself runs full. */
export function planRetention(facts: RetentionFacts): SliceName[] {
  const doomed = new Set<KeptSlice>();
  for (const stream of SLICE_STREAMS) {
    for (const slice of pastLimits(facts, stream)) doomed.add(slice);
  }
  let freeBytes = facts.freeBytes + sum([...doomed]);
  for (const stream of SLICE_STREAMS) {
    const keptFreeBytes = (facts.diskBytes * facts.retention[stream].minFreeDiskPercent) / 100;
    const wantedBytes = keptFreeBytes - Math.min(facts.scratchBytes, keptFreeBytes * SCRATCH_SHARE);
    for (const slice of facts.slices) {
      if (freeBytes >= wantedBytes) break;
      if (slice.name.stream !== stream || doomed.has(slice)) continue;
      if (slice.isOpen && stream !== 'flow') continue;
      doomed.add(slice);
      freeBytes += slice.sizeBytes;
    }
  }
  return facts.slices.filter((slice) => doomed.has(slice)).map((slice) => slice.name);
}

const sum = (slices: readonly KeptSlice[]): number =>
  slices.reduce((total, slice) => total + slice.sizeBytes, 0);

function pastLimits(facts: RetentionFacts, stream: SliceStream): KeptSlice[] {
  const { days, maxBytes } = facts.retention[stream];
  const slices = facts.slices.filter((slice) => slice.name.stream === stream);
  let sizeBytes = sum(slices);
  const past: KeptSlice[] = [];
  for (const slice of slices) {
    const isOld = facts.ageMs - slice.bornAgeMs > days * DAY_MS + HOUR_MS;
    if (slice.isOpen || !(isOld || sizeBytes > maxBytes)) continue;
    past.push(slice);
    sizeBytes -= slice.sizeBytes;
  }
  return past;
}
