// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { follower } from './follower.ts';

const AFTER_MS = 300;

describe('what follows the live stream', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('acts while messages come faster than it waits', async () => {
    const act = vi.fn(() => Promise.resolve());
    const { ask } = follower(act, AFTER_MS);
    for (let at = 0; at < 25; at += 1) {
      ask();
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(act.mock.calls.length).toBeGreaterThanOrEqual(10);
  });
  it('acts once for what comes together, and not without being asked', async () => {
    const act = vi.fn(() => Promise.resolve());
    const { ask } = follower(act, AFTER_MS);
    ask();
    ask();
    expect(act).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(act).toHaveBeenCalledOnce();
  });
  it('does not ask a slow controller anew before it answered, and then once for all that came meanwhile', async () => {
    const act = vi.fn(() => new Promise((resolve) => setTimeout(resolve, 10 * AFTER_MS)));
    const { ask } = follower(act, AFTER_MS);
    for (let at = 0; at < 9; at += 1) {
      ask();
      await vi.advanceTimersByTimeAsync(AFTER_MS);
    }
    expect(act).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(5 * AFTER_MS);
    expect(act).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(50 * AFTER_MS);
    expect(act).toHaveBeenCalledTimes(2);
  });
  it('goes on after a failure, and acts no more after its end', async () => {
    const act = vi.fn(() => Promise.reject(new Error('no answer')));
    const { ask, end } = follower(act, AFTER_MS);
    ask();
    await vi.advanceTimersByTimeAsync(AFTER_MS);
    ask();
    await vi.advanceTimersByTimeAsync(AFTER_MS);
    expect(act).toHaveBeenCalledTimes(2);
    ask();
    end();
    await vi.advanceTimersByTimeAsync(10 * AFTER_MS);
    expect(act).toHaveBeenCalledTimes(2);
  });
});
