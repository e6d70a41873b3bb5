// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { makeBackoff } from './backoff.ts';

describe('pauses between attempts', () => {
  it('double up to the bound, and begin again after a success', () => {
    const backoff = makeBackoff(100, 1000, () => 1);
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
    backoff.reset();
    expect(backoff.next()).toBe(100);
  });

  it('are spread between half and all of their length', () => {
    expect(makeBackoff(100, 1000, () => 0).next()).toBe(50);
    expect(makeBackoff(100, 1000, () => 0.5).next()).toBe(75);
  });
});
