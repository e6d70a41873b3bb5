// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { UseRecord } from '@bartizan/adapters/store';
import type { PackageUse } from '@bartizan/contracts';
import { aFinding } from '@bartizan/testkit/store';
import { describe, expect, it } from 'vitest';
import { mergeUses, USE_FORGOTTEN_MS, withUse } from './merge-uses.ts';

const NOW_MS = 100 * 24 * 3600_000;
const record = (node: string, packages: UseRecord['packages'], watchedSinceMs?: number): UseRecord => ({
  cluster: 'local',
  tenant: 'default',
  workload: 'w-1',
  node,
  packages,
  toldAtMs: NOW_MS,
  ...(watchedSinceMs === undefined ? {} : { watchedSinceMs }),
});
const merge = (
  records: readonly UseRecord[],
  nodes = records.map(({ node }) => node),
  heardUntilMs: (node: string) => number = () => NOW_MS,
): Record<string, PackageUse> =>
  Object.fromEntries(mergeUses({ records, nodes, heardUntilMs, nowMs: NOW_MS }));

const notSeen = { purl: 'p', state: 'not-seen' } as const;
const loaded = { purl: 'p', state: 'loaded', lastSeenAtMs: NOW_MS - 5000 } as const;

describe('use of packages over nodes', () => {
  it('says "not seen" with the time of watching, of the node that watches shortest', () => {
    const uses = merge([record('a', [notSeen], NOW_MS - 90_000), record('b', [notSeen], NOW_MS - 60_000)]);
    expect(uses).toEqual({ p: { state: 'not-seen', observedMs: 60_000, sinceMs: NOW_MS - 60_000 } });
  });

  it.each([
    ['one node is blind', [record('a', [notSeen], 1), record('b', [notSeen])], undefined],
    ['one node never told', [record('a', [notSeen], 1)], ['a', 'b']],
  ])('says nothing, never "not seen", where %s', (_why, records, nodes) => {
    expect(merge(records, nodes)).toEqual({});
  });

  it('says "loaded" when it was seen anywhere, also where nobody watches any more', () => {
    expect(merge([record('a', [notSeen], 1), record('b', [loaded])])['p']).toEqual({
      state: 'loaded',
      observedMs: 0,
      lastSeenAtMs: loaded.lastSeenAtMs,
    });
  });

  it('takes the exact use before the coarse one, and the newer time of both', () => {
    const coarse = { ...loaded, coarse: true, lastSeenAtMs: NOW_MS };
    expect(merge([record('a', [coarse], 1), record('b', [loaded], 1)])['p']).toMatchObject({
      state: 'loaded',
      lastSeenAtMs: NOW_MS,
    });
    expect(merge([record('a', [coarse], 1), record('b', [loaded], 1)])['p']).not.toHaveProperty('coarse');
    expect(merge([record('a', [coarse], 1)])['p']?.coarse).toBe(true);
  });

  it('forgets use after 30 days, and keeps when it was', () => {
    const old = { ...loaded, lastSeenAtMs: NOW_MS - USE_FORGOTTEN_MS };
    expect(merge([record('a', [old], 1)])['p']).toMatchObject({
      state: 'not-seen',
      lastSeenAtMs: old.lastSeenAtMs,
    });
    expect(merge([record('a', [old])])).toEqual({});
  });

  it('lets the time of watching stand still when a node is not heard of', () => {
    const uses = merge([record('a', [notSeen], NOW_MS - 3600_000)], ['a'], () => NOW_MS - 3000_000);
    expect(uses['p']?.observedMs).toBe(600_000);
  });
});

describe('a finding', () => {
  const finding = aFinding();
  const purl = finding.package?.purl ?? '';
  const use: PackageUse = { state: 'not-seen', observedMs: 5, sinceMs: NOW_MS };

  it('is explained by one step, which a newer one replaces, and never changes its state', () => {
    expect(purl).not.toBe('');
    const first = withUse(finding, new Map([[purl, use]]));
    const second = withUse(first, new Map([[purl, { ...use, state: 'loaded', lastSeenAtMs: NOW_MS }]]));
    expect(second.why.filter(({ step }) => step === 'in-use')).toEqual([
      {
        step: 'in-use',
        detail:
          'loaded: its code was executed, mapped or opened; last seen 1970-04-11T00:00:00.000Z; watched since 1970-04-11T00:00:00.000Z; this moves the finding among those of its severity, and never closes it',
      },
    ]);
    expect([first.state, second.state]).toEqual([finding.state, finding.state]);
    expect(second.why.length).toBe(finding.why.length + 1);
    expect(withUse(second, new Map())).toEqual(finding);
  });
});
