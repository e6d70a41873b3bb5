// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RestorePace } from './restore-pace.ts';

let nowMs = 0;
let pace: RestorePace;
beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 1_000_000;
  pace = new RestorePace(() => nowMs);
});
afterEach(() => {
  pace.close();
  vi.useRealTimers();
});

/** Somebody changes it as soon as it is back, for so long; how often it was put back, and when it was told. */
function disputed(forMs: number, key = 'one'): { readonly backs: number; readonly told: number[] } {
  const startMs = nowMs;
  const told: number[] = [];
  let backs = 0;
  let untold = 0;
  while (nowMs - startMs < forMs) {
    nowMs += pace.waitMs(key) + 1;
    const noted = pace.note(key);
    backs += 1;
    if (noted.isTold) {
      expect(noted.untold).toBe(untold);
      told.push(nowMs - startMs);
      untold = 0;
    } else untold += 1;
  }
  return { backs, told };
}

describe('the pace of putting back', () => {
  it('is at once for one change, and for some that belong to one attack', () => {
    for (let at = 0; at < 3; at += 1) {
      expect(pace.waitMs('one')).toBe(0);
      expect(pace.note('one')).toEqual({ isTold: true, untold: 0, isDispute: false });
    }
    expect(pace.waitMs('one')).toBe(100);
    expect(pace.waitMs('other')).toBe(0);
    nowMs += 10_000;
    expect(pace.waitMs('one')).toBe(0);
  });

  it('never waits longer than is promised, and is bounded in a dispute that does not end', () => {
    const { backs, told } = disputed(600_000);
    expect(backs).toBeLessThan(770);
    expect(backs).toBeGreaterThan(600_000 / 900);
    // What comes first is told each, what goes on once a minute.
    expect(told.filter((ms) => ms < 10_000)).toHaveLength(6);
    expect(told.length - 6).toBeGreaterThanOrEqual(9);
    expect(told.length - 6).toBeLessThanOrEqual(10);
    expect(pace.isDispute('one')).toBe(true);
    nowMs += 10_000;
    expect(pace.isDispute('one')).toBe(false);
  });

  it('puts back once, however often it is told meanwhile, and not after it ended', async () => {
    for (let at = 0; at < 4; at += 1) pace.note('one');
    const putBack = vi.fn();
    for (let at = 0; at < 5; at += 1) pace.soon('one', putBack);
    expect(putBack).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(putBack).toHaveBeenCalledTimes(1);
    pace.soon('one', putBack);
    pace.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(putBack).toHaveBeenCalledTimes(1);
  });

  it('tries again soon what an API server did not do, then less often, and soon again after an answer', async () => {
    let tries = 0;
    const fail = (): void => {
      tries += 1;
      pace.again('one', fail);
    };
    pace.again('one', fail);
    for (const [ms, wanted] of [
      [500, 1],
      [1_000, 2],
      [2_000, 3],
      [4_000, 4],
      [8_000, 5],
      [15_000, 6],
      [15_000, 7],
    ] as const) {
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(tries).toBe(wanted - 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(tries).toBe(wanted);
    }
    pace.close();
    pace = new RestorePace(() => nowMs);
    const tried: string[] = [];
    pace.again('one', () => void tried.push('first'));
    await vi.advanceTimersByTimeAsync(500);
    pace.answered('one');
    pace.again('one', () => void tried.push('after an answer'));
    await vi.advanceTimersByTimeAsync(500);
    expect(tried).toEqual(['first', 'after an answer']);
  });

  it('is held up by no clock that was set back', () => {
    disputed(60_000);
    nowMs -= 3_600_000;
    expect(pace.waitMs('one')).toBe(0);
  });
});
