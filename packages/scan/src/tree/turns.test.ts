// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { Turns } from './turns.ts';

describe('Turns', () => {
  it('let the clock of each stand still while another one works, and go on for what they do together', () => {
    let nowMs = 1_000;
    const turns = new Turns(() => nowMs);
    const [one, other] = [turns.join(), turns.join()];
    expect(one.work(() => (nowMs += 300))).toBe(1_300);
    expect([one.now(), other.now()]).toEqual([1_300, 1_000]);
    nowMs += 50;
    expect([one.now(), other.now()]).toEqual([1_350, 1_050]);
    other.work(() => {
      nowMs += 7;
      expect(other.now()).toBe(1_057);
    });
    expect([one.now(), other.now()]).toEqual([1_350, 1_057]);
    expect(turns.join().now()).toBe(1_357);
  });

  it('count the time of work that throws', () => {
    let nowMs = 0;
    const turns = new Turns(() => nowMs);
    const [one, other] = [turns.join(), turns.join()];
    expect(() =>
      one.work(() => {
        nowMs += 40;
        throw new RangeError('broken');
      }),
    ).toThrow(RangeError);
    expect([one.now(), other.now()]).toEqual([40, 0]);
  });
});
