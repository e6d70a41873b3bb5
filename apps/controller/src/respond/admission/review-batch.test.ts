// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { ReviewBatch } from './review-batch.ts';

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage(onAnswer: (batch: ReviewBatch<number>, reviews: readonly number[]) => void = () => {}) {
  const answered: (readonly number[])[] = [];
  const batch: ReviewBatch<number> = new ReviewBatch((reviews) => {
    answered.push(reviews);
    onAnswer(batch, reviews);
  });
  return { batch, answered };
}

describe('a batch of reviews', () => {
  it('gives on together what came in while the loop read, before it reads on', async () => {
    const { batch, answered } = stage();
    batch.add(1, 100);
    batch.add(2, 100);
    expect(answered).toEqual([]);
    await immediate();
    expect(answered).toEqual([[1, 2]]);
    batch.add(3, 100);
    await immediate();
    expect(answered).toEqual([[1, 2], [3]]);
  });

  it('does not wait where there are many, or one is large', async () => {
    const { batch, answered } = stage();
    for (let at = 0; at < 33; at += 1) batch.add(at, 100);
    expect(answered.map(({ length }) => length)).toEqual([32]);
    batch.add(33, 65_537);
    expect(answered.slice(1)).toEqual([[32], [33]]);
    await immediate();
    expect(answered).toHaveLength(3);
  });

  it('gives on what waits when it is told to, once', async () => {
    const { batch, answered } = stage();
    batch.flush();
    batch.add(1, 100);
    batch.flush();
    await immediate();
    expect(answered).toEqual([[1]]);
  });

  it('leaves what is asked because of an answer for the next time, however much it is', async () => {
    const { batch, answered } = stage((to, [first = 0]) => {
      if (first >= 3) return;
      to.add(first + 1, 1_000_000);
      to.flush();
      expect(answered).toHaveLength(first);
    });
    batch.add(1, 1_000_000);
    expect(answered).toEqual([[1]]);
    await immediate();
    expect(answered).toEqual([[1], [2]]);
    await immediate();
    expect(answered).toEqual([[1], [2], [3]]);
  });

  it('goes on after a batch whose answer failed', async () => {
    let fails = true;
    const { batch, answered } = stage(() => {
      if (fails) throw new Error('a bug');
    });
    batch.add(1, 100);
    expect(() => batch.flush()).toThrow('a bug');
    fails = false;
    batch.add(2, 100);
    await immediate();
    expect(answered).toEqual([[1], [2]]);
  });
});
