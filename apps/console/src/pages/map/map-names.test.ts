// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { labelMost, linesOf, type Named, namesShown, scaleOf, weightOf } from './map-names.ts';

const stage = { width: 340, height: 200 };
const mark = (id: string, x: number, y: number, weight = 0): Named => ({
  ...{ id, x, y, weight },
  ...{ radius: 8, width: 60 },
});
const shown = (...args: Parameters<typeof namesShown>): string[] => [...namesShown(...args)].sort();

describe('names on the map', () => {
  it('are all shown where there is room', () => {
    expect(shown([mark('a', 60, 20), mark('b', 160, 20), mark('c', 60, 80)], stage)).toEqual(['a', 'b', 'c']);
  });
  it('give way to a weightier one that lies over them', () => {
    const marks = [mark('a', 100, 50, 1), mark('b', 130, 55, 9), mark('c', 160, 50, 5)];
    expect(shown(marks, stage)).toEqual(['b']);
    expect(shown([...marks, mark('d', 240, 50)], stage)).toEqual(['b', 'd']);
  });
  it('are few where marks are many, and more as one comes closer', () => {
    const wide = { width: 8_000, height: 200 };
    const marks = Array.from({ length: 80 }, (_, at) => mark(String(at), 50 + at * 90, 50, at));
    expect(shown(marks, wide)).toHaveLength(12);
    expect(shown(marks, wide)).toContain('79');
    expect(shown(marks, { width: 5_000, height: 200 })).toHaveLength(55);
  });
  it('stay within the stage and off the buttons', () => {
    expect(shown([mark('left', 20, 50), mark('low', 100, 190), mark('in', 200, 50)], stage)).toEqual(['in']);
    const buttons = { left: 290, top: 90, right: 340, bottom: 200 };
    expect(shown([mark('a', 280, 110), mark('b', 280, 40)], stage, [buttons])).toEqual(['b']);
  });
});

describe('the size of marks', () => {
  it('is full where few have the stage, and less the more there are, but never nothing', () => {
    expect(scaleOf(3, { width: 1100, height: 320 })).toBe(1);
    expect(scaleOf(9, { width: 340, height: 200 })).toBeGreaterThan(0.6);
    // A group of 40 is drawn some 21 pixels wide at full size: two of them have room beside each other.
    const many = scaleOf(120, { width: 1100, height: 340 });
    expect(many * 2 * 22).toBeLessThan(340 / Math.sqrt(120));
    expect(scaleOf(5_000, { width: 340, height: 200 })).toBe(0.16);
    expect(scaleOf(0, { width: 340, height: 200 })).toBe(1);
  });
});

describe('what the name of a mark weighs', () => {
  it('is the worst finding first, then a group, then how many talk to it', () => {
    const order = [
      weightOf({ worstSeverity: 'critical', kind: 'workload' }, 0),
      weightOf({ worstSeverity: 'low', kind: 'group' }, 900),
      weightOf({ worstSeverity: 'low', kind: 'workload' }, 2_000),
      weightOf({ kind: 'group' }, 0),
      weightOf({ kind: 'workload' }, 7),
      weightOf({ kind: 'external' }, 0),
    ];
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    expect(new Set(order).size).toBe(order.length);
  });
  it('counts the lines at both ends, one to itself once', () => {
    const edges = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'b' },
    ];
    expect([...linesOf(edges)]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
  });
  it('is cut shorter on a phone', () => {
    expect(labelMost(340)).toBeLessThan(labelMost(900));
  });
});
