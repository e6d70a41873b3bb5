// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

describe('a turnstile', () => {
  it('lets one piece of work through at a time, in order, also after one that failed', async () => {
    const turnstile = new Turnstile();
    const steps: string[] = [];
    const work = (name: string, fails = false) =>
      turnstile.run(async () => {
        steps.push(`${name} in`);
        await new Promise((resolve) => setTimeout(resolve, 2));
        steps.push(`${name} out`);
        if (fails) throw new Error(name);
      });
    const ends = await Promise.allSettled([work('a'), work('b', true), work('c')]);
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(steps).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });
});
