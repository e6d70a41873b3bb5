// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageReport } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { ScanParts } from './scan-parts.ts';

const place = (sequence: number, node = 'n-1') => ({ node, bootId: 'b', sequence });
const part = (number: number, last: boolean, scan = 's-1', workload = 'w-1'): PackageReport => ({
  type: 'packages',
  scan,
  part: number,
  last,
  subject: { workload, kind: 'Host', namespace: '', name: 'host' },
  distribution: 'debian 12',
  distributionName: 'Debian 12',
  packages: [
    { name: `p${number}`, version: '1', ecosystem: 'Debian:12', purl: '', cataloger: 'dpkg', locations: [] },
  ],
  coverage: [],
  pendingUpdates: [],
  incomplete: [],
  scannedAtMs: 1,
});
function partsAt(atMs = 0) {
  const clock = { atMs, nowMs: () => clock.atMs };
  return { clock, parts: new ScanParts(clock) };
}
const names = (whole: ReturnType<ScanParts['add']>) => whole?.packages.map(({ name }) => name);

describe('parts of a package list', () => {
  it('are joined when the last has come, and held until then', () => {
    const { parts } = partsAt();
    expect(parts.add(place(5), part(0, false))).toBeUndefined();
    expect(parts.heldFrom('n-1', 'b')).toBe(5);
    expect(parts.heldFrom('n-2', 'b')).toBeUndefined();
    expect(parts.add(place(6), part(1, false))).toBeUndefined();
    const whole = parts.add(place(7), part(2, true));
    expect(names(whole)).toEqual(['p0', 'p1', 'p2']);
    expect(whole?.incomplete).toEqual([]);
    expect(parts.heldFrom('n-1', 'b')).toBeUndefined();
  });

  it('sent again change nothing', () => {
    const { parts } = partsAt();
    parts.add(place(5), part(0, false));
    parts.add(place(6), part(1, false));
    parts.add(place(5), part(0, false));
    parts.add(place(6), part(1, false));
    parts.add(place(6), part(1, false));
    const whole = parts.add(place(7), part(2, true));
    expect(names(whole)).toEqual(['p0', 'p1', 'p2']);
    expect(whole?.incomplete).toEqual([]);
  });

  it('with a gap are judged all the same, and say that they are incomplete', () => {
    const { parts } = partsAt();
    const whole = parts.add(place(9), part(3, true));
    expect(names(whole)).toEqual(['p3']);
    expect(whole?.incomplete).toEqual([
      {
        en: 'part 0 of the package list is missing',
        ja: 'パッケージ一覧の 0 番目の部分が届いていません',
      },
    ]);
  });

  it('of a list that never ends hold nothing for ever', () => {
    const { clock, parts } = partsAt();
    parts.add(place(5), part(0, false));
    clock.atMs = 120_001;
    expect(parts.heldFrom('n-1', 'b')).toBeUndefined();
  });

  it('of an older list of the same workload are given up when a new one begins', () => {
    const { parts } = partsAt();
    parts.add(place(5), part(0, false, 's-1'));
    parts.add(place(8), part(0, false, 's-2'));
    expect(parts.heldFrom('n-1', 'b')).toBe(8);
  });

  it('are bounded in number, and a node that begins many gives up its own only', () => {
    const { parts } = partsAt();
    parts.add(place(7, 'n-2'), part(0, false));
    for (let at = 0; at < 300; at += 1) parts.add(place(at + 1), part(0, false, `s-${at}`, `w-${at}`));
    expect(parts.heldFrom('n-1', 'b')).toBeGreaterThan(300 - 8);
    expect(parts.heldFrom('n-2', 'b')).toBe(7);
    expect(names(parts.add(place(8, 'n-2'), part(1, true)))).toEqual(['p0', 'p1']);
  });

  it('that come for ever are given up, however steadily they come', () => {
    const { clock, parts } = partsAt();
    const minutes = 30;
    const held = Array.from({ length: minutes }, (_, at) => {
      clock.atMs = at * 60_000;
      parts.add(place(at + 1), part(at, false));
      return parts.heldFrom('n-1', 'b');
    });
    expect(held[14]).toBe(1);
    expect(held.at(-1)).toBeGreaterThan(14);
  });

  it('are bounded in what they bring: what is too much is left out, and said once', () => {
    const { parts } = partsAt();
    const pending = {
      ...{ name: 'p', installed: '1', candidate: '2', security: true, origin: 'o', listsAsOfMs: 1 },
    };
    const full = (number: number, last: boolean): PackageReport => ({
      ...part(number, last),
      coverage: [{ ecosystem: `e${number}`, state: 'no-data', packages: 1, withoutData: 1 }],
      pendingUpdates: Array.from({ length: 10 }, () => pending),
      incomplete: [{ en: `reason ${number}`, ja: `理由 ${number}` }],
    });
    for (let at = 0; at < 10_000; at += 1) parts.add(place(at + 1), full(at, false));
    const whole = parts.add(place(10_001), full(10_000, true));
    expect(whole?.packages.length).toBeLessThanOrEqual(4096);
    expect(whole?.coverage.length).toBeLessThanOrEqual(64);
    expect(whole?.pendingUpdates.length).toBeLessThanOrEqual(10_000);
    expect(whole?.incomplete).toHaveLength(64);
  });

  it('that say the same of every part are told once', () => {
    const { parts } = partsAt();
    const told = { en: 'one folder could not be read', ja: '読み取れないフォルダーがあります' };
    for (let at = 0; at < 5000; at += 1) parts.add(place(at + 1), { ...part(at, false), incomplete: [told] });
    const whole = parts.add(place(5001), part(5000, true));
    expect(whole?.incomplete.map((one) => (typeof one === 'string' ? one : one.en))).toEqual([
      told.en,
      'more than 4096 parts',
    ]);
  });
});
