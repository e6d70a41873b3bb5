// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import fewer, { fewerRuns } from './fewer-runs.ts';

describe('a quick look at a property', () => {
  it.each([
    [undefined, 20],
    [12, 12],
    [100, 20],
    [300, 30],
    [10_000, 1000],
  ])('of %s runs makes %i', (wanted, made) => {
    expect(fewerRuns(wanted)).toBe(made);
    let runs = 0;
    const count = fewer.property(fewer.integer(), () => {
      runs += 1;
    });
    fewer.assert(count, { seed: 1, ...(wanted === undefined ? {} : { numRuns: wanted }) });
    expect(runs).toBe(made);
  });

  it('fails as the whole one does', () => {
    expect(() =>
      fewer.assert(
        fewer.property(fewer.integer(), (number) => number < 0),
        { seed: 1 },
      ),
    ).toThrow(/Property failed/);
  });
});
