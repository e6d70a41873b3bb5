// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { steadyMs } from './clock.ts';

describe('the steady clock', () => {
  it('rises with the boot clock and does not follow a wall clock that is set back by years', () => {
    let bootUs = 5_000_000;
    let wallMs = 1_764_000_000_000;
    const never = () => () => undefined;
    const clock = { wallMs: () => wallMs, bootUs: () => bootUs, after: never, every: never };
    const before = steadyMs(clock);
    wallMs -= 20 * 365 * 86_400_000;
    bootUs += 1_500_000;
    expect(steadyMs(clock) - before).toBe(1500);
  });
});
