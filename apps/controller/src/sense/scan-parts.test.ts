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

  it('are bounded in number', () => {
    const { parts } = partsAt();
    for (let at = 0; at < 1000; at += 1) parts.add(place(at + 1), part(0, false, `s-${at}`, `w-${at}`));
    const held = parts.heldFrom('n-1', 'b') ?? 0;
    expect(held).toBeGreaterThan(1000 - 258);
  });
});
