// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

/** Work that ends when it is told to. */
function gate() {
  const waiting: (() => void)[] = [];
  const started: string[] = [];
  const work = (name: string) => async () => {
    started.push(name);
    await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const release = async (): Promise<void> => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { work, release, started };
}

describe('a fair queue', () => {
  it('gives every line its turn: a thousand of one do not starve another', async () => {
    const queue = new FairQueue(1);
    const { work, release, started } = gate();
    for (let at = 0; at < 1000; at += 1) queue.add('big', 4, work(`big ${at}`));
    queue.add('small', 4, work('small 0'));
    queue.add('small', 4, work('small 1'));
    for (let at = 0; at < 5; at += 1) await release();
    expect(started.slice(0, 5)).toEqual(['big 0', 'big 1', 'small 0', 'big 2', 'small 1']);
    expect(queue.waiting).toBe(1002 - started.length);
  });

  it('keeps a line to its own limit, and all lines to the workers', async () => {
    const queue = new FairQueue(3);
    const { work, release, started } = gate();
    for (let at = 0; at < 3; at += 1) queue.add('slow', 1, work(`slow ${at}`));
    expect(started).toEqual(['slow 0']);
    for (let at = 0; at < 4; at += 1) queue.add('quick', 4, work(`quick ${at}`));
    expect(started).toEqual(['slow 0', 'quick 0', 'quick 1']);
    await release();
    expect(started.at(-1)).toBe('slow 1');
  });

  it('goes on after work that throws, and tells when a line is empty', async () => {
    const queue = new FairQueue(1);
    const done: number[] = [];
    queue.add('a', 1, () => Promise.reject(new Error('work of the test')));
    queue.add('a', 1, async () => void done.push(1));
    await queue.idle('a');
    expect(done).toEqual([1]);
    await queue.idle('never seen');
  });

  it('forgets what waits, not what runs', async () => {
    const queue = new FairQueue(1);
    const { work, release, started } = gate();
    for (let at = 0; at < 3; at += 1) queue.add('a', 1, work(`a ${at}`));
    expect(queue.drop('a')).toBe(2);
    let isIdle = false;
    const idle = queue.idle('a').then(() => {
      isIdle = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isIdle).toBe(false);
    await release();
    await idle;
    expect(started).toEqual(['a 0']);
  });
});
