// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Interruption } from './interruption.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function stage() {
  const signals = new EventEmitter();
  const end = vi.fn();
  return { signals, end, interruption: new Interruption(signals, end) };
}

describe('Ctrl-C', () => {
  it('tells the command, and ends it two seconds later', () => {
    const { signals, end, interruption } = stage();
    signals.emit('SIGINT');
    expect([interruption.signal.aborted, end.mock.calls.length]).toEqual([true, 0]);
    vi.advanceTimersByTime(2000);
    expect(end).toHaveBeenCalledTimes(1);
  });

  it('ends it at once the second time', () => {
    const { signals, end } = stage();
    signals.emit('SIGINT');
    signals.emit('SIGINT');
    expect(end).toHaveBeenCalledTimes(1);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'lets work that must not be left half done come to its end, as any %s does',
    async (signal) => {
      const { signals, end, interruption } = stage();
      const { promise, resolve } = Promise.withResolvers<string>();
      const done = interruption.unbroken(() => promise);
      signals.emit(signal);
      signals.emit(signal);
      vi.advanceTimersByTime(60_000);
      expect([interruption.signal.aborted, end.mock.calls.length]).toEqual([true, 0]);
      resolve('started again');
      expect(await done).toBe('started again');
      vi.advanceTimersByTime(2000);
      expect(end).toHaveBeenCalled();
      expect([signals.listenerCount('SIGTERM'), signals.listenerCount('SIGHUP')]).toEqual([0, 0]);
    },
  );

  it('that came just before such work does not end it either', async () => {
    const { signals, end, interruption } = stage();
    signals.emit('SIGINT');
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = interruption.unbroken(() => promise);
    vi.advanceTimersByTime(60_000);
    expect(end).not.toHaveBeenCalled();
    resolve();
    await done;
  });
});
