// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readJson } from './request-body.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

describe('the body of a request of an agent', () => {
  it('is read when it is whole, and leaves no timer behind', async () => {
    const stream = new PassThrough();
    const read = readJson(stream);
    stream.end('{"a":1}');
    expect(await read).toEqual({ a: 1 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('has ten seconds in all, also when something comes all the time', async () => {
    const stream = new PassThrough();
    const read = readJson(stream);
    for (let second = 0; second < 11; second += 1) {
      if (!stream.destroyed) stream.write(' ');
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(stream.destroyed).toBe(true);
    expect(await read).toBeUndefined();
  });

  it.each([['x'], [`"${'x'.repeat(17_000)}"`]])(
    'is nothing when it is no JSON or too large',
    async (text) => {
      const stream = new PassThrough();
      const read = readJson(stream);
      stream.end(text);
      expect(await read).toBeUndefined();
    },
  );
});
