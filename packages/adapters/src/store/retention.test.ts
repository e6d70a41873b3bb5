// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import {
  advanceAge,
  DEFAULT_RETENTION,
  type KeptSlice,
  planRetention,
  type RetentionFacts,
} from './retention.ts';
import type { SliceStream } from './slices/slice-name.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MB = 1024 ** 2;

const slice = (stream: SliceStream, ordinal: number, changes: Partial<KeptSlice> = {}): KeptSlice => ({
  name: { file: `${stream}-20260101T00-${ordinal}.db`, stream, ordinal },
  sizeBytes: 100 * MB,
  bornAgeMs: 0,
  isOpen: false,
  ...changes,
});
const facts = (slices: readonly KeptSlice[], changes: Partial<RetentionFacts> = {}): RetentionFacts => ({
  slices,
  ageMs: 0,
  retention: {
    flow: DEFAULT_RETENTION,
    file: DEFAULT_RETENTION,
    process: DEFAULT_RETENTION,
    security: DEFAULT_RETENTION,
  },
  diskBytes: 1_000_000 * MB,
  freeBytes: 500_000 * MB,
  scratchBytes: 0,
  ...changes,
});
const ordinals = (plan: readonly { readonly ordinal: number }[]) => plan.map((one) => one.ordinal);

describe('the age of the store', () => {
  it('grows with the time that passes between two looks', () => {
    const clock = advanceAge({ ageMs: 0, seenAtMs: 1000 }, 61_000);
    expect(clock).toEqual({ ageMs: 60_000, seenAtMs: 61_000 });
  });

  it('grows by at most an hour however far the clock jumps, and never shrinks', () => {
    const jumped = advanceAge({ ageMs: 0, seenAtMs: 0 }, 10 * 365 * DAY_MS);
    expect(jumped.ageMs).toBe(HOUR_MS);
    expect(advanceAge(jumped, 0).ageMs).toBe(HOUR_MS);
    expect(advanceAge(advanceAge(jumped, 0), 60_000).ageMs).toBe(HOUR_MS + 60_000);
  });
});

describe('retention', () => {
  it('deletes what is older than its days', () => {
    const slices = [slice('flow', 1), slice('flow', 2, { bornAgeMs: 2 * DAY_MS })];
    expect(planRetention(facts(slices, { ageMs: 7 * DAY_MS }))).toEqual([]);
    expect(ordinals(planRetention(facts(slices, { ageMs: 7 * DAY_MS + 2 * HOUR_MS })))).toEqual([1]);
  });

  it('deletes the oldest of a stream that is too large, and leaves other streams alone', () => {
    const slices = [
      slice('security', 1),
      slice('flow', 2, { sizeBytes: 3000 * MB }),
      slice('flow', 3, { sizeBytes: 3000 * MB }),
    ];
    expect(ordinals(planRetention(facts(slices)))).toEqual([2]);
  });

  it('gives up flows first, then files and processes, security last, when the disk runs full', () => {
    const slices = [
      slice('security', 1),
      slice('process', 2),
      slice('file', 3),
      slice('flow', 4),
      slice('flow', 5),
    ];
    const short = (missingMb: number) =>
      ordinals(planRetention(facts(slices, { freeBytes: (100_000 - missingMb) * MB })));
    expect(short(0)).toEqual([]);
    expect(short(50)).toEqual([4]);
    expect(short(150)).toEqual([4, 5]);
    expect(short(250)).toEqual([3, 4, 5]);
    expect(short(350)).toEqual([2, 3, 4, 5]);
    expect(short(450)).toEqual([1, 2, 3, 4, 5]);
  });

  it('makes no room of history for a backup that goes by itself, unless the disk runs full', () => {
    const slices = [slice('flow', 1), slice('flow', 2)];
    const during = (freeMb: number, scratchMb = 90_000) =>
      ordinals(planRetention(facts(slices, { freeBytes: freeMb * MB, scratchBytes: scratchMb * MB })));
    expect(during(20_000)).toEqual([]);
    expect(during(20_000, 0)).toEqual([1, 2]);
    expect(during(99_900, 50)).toEqual([1]);
    expect(during(19_950)).toEqual([1]);
  });

  it('keeps the slice that is being written, but for flows on a full disk', () => {
    const open = { isOpen: true };
    const slices = [slice('security', 1, open), slice('flow', 2, open)];
    expect(planRetention(facts(slices, { ageMs: 100 * DAY_MS }))).toEqual([]);
    expect(ordinals(planRetention(facts(slices, { freeBytes: 0 })))).toEqual([2]);
  });
});
