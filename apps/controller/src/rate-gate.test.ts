// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { RateGate } from './rate-gate.ts';

describe('the rate gate', () => {
  it('lets as many requests of one caller through as the limit says, and again in the next minute', () => {
    const clock = { atMs: 0, nowMs: () => clock.atMs };
    const gate = new RateGate(clock, 3);
    const taken = [1, 2, 3, 4].map(() => gate.take('a'));
    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, true, false]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
    expect(gate.take('b').allowed).toBe(true);
    clock.atMs = 59_000;
    expect(gate.take('a')).toMatchObject({ allowed: false, resetS: 1 });
    clock.atMs = 60_000;
    expect(gate.take('a').allowed).toBe(true);
  });

  it('does not lock anybody out when the clock jumps back', () => {
    const clock = { atMs: 1_000_000, nowMs: () => clock.atMs };
    const gate = new RateGate(clock, 1);
    gate.take('a');
    clock.atMs = 0;
    expect(gate.take('a').allowed).toBe(true);
  });
});
