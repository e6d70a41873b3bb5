// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import { layoutMap, type MapFlow } from '@bartizan/engine';
import { describe, expect, it } from 'vitest';
import { compareMaps, hasChanged, rangeBefore } from './map-compare.ts';
import type { NetworkMap } from './map-model.ts';
import { keptRange, midnightsIn, stepOf } from './map-time-scale.ts';

const edge = (id: string, more: Partial<MapEdge> = {}): MapEdge => ({
  id,
  from: 'a',
  to: 'b',
  protocols: ['tcp/80'],
  connections: 1,
  bytes: 1,
  verdict: 'allow',
  firstAtMs: 0,
  lastAtMs: 0,
  ...more,
});
const node = (id: string, x = 0) => ({
  id,
  kind: 'workload' as const,
  label: id,
  namespace: '',
  members: 1,
  x,
  y: 0,
});
const map = (edges: MapEdge[], nodes = [node('a'), node('b')]): NetworkMap => ({
  nodes,
  edges,
  workloads: nodes.length,
  asOfMs: 0,
});

describe('two times of one map', () => {
  it('tell what is new, gone, changed and the same', () => {
    const { edges, counts } = compareMaps(
      map([edge('same'), edge('gone'), edge('changed')]),
      map([edge('same', { connections: 900 }), edge('new'), edge('changed', { verdict: 'deny' })]),
    );
    expect(counts).toEqual({ new: 1, gone: 1, changed: 1, unknown: 0, same: 1 });
    expect(edges.get('changed')?.before?.verdict).toBe('allow');
    expect(edges.get('gone')?.after).toBeUndefined();
  });
  it('are drawn once: what is there now at its place, what is gone at its old one', () => {
    const drawn = compareMaps(
      map([edge('gone')], [node('a', 1), node('old', 2)]),
      map([edge('new')], [node('a', 9)]),
    ).map;
    expect(drawn.nodes.map(({ id, x }) => [id, x])).toEqual([
      ['a', 9],
      ['old', 2],
    ]);
    expect(drawn.edges.map(({ id }) => id)).toEqual(['new', 'gone']);
  });
  it('see no change in the order of ports, in numbers, or in what nobody looked at', () => {
    const before = edge('x', { protocols: ['tcp/80', 'tcp/443'], applications: ['http'] });
    expect(hasChanged(before, edge('x', { protocols: ['tcp/443', 'tcp/80'], connections: 5 }))).toBe(false);
    expect(hasChanged(before, { ...before, applications: ['http', 'tls'] })).toBe(true);
    expect(hasChanged(before, { ...before, protocols: ['tcp/80'] })).toBe(true);
  });
  it('take the time of the same length before', () => {
    expect(rangeBefore({ fromMs: 100, toMs: 130 })).toEqual({ fromMs: 70, toMs: 100 });
  });
});

describe('two times with more addresses outside than have a mark', () => {
  const WORKLOADS = ['web', 'shop'].map((name) => ({
    ...{ id: `w-${name}`, kind: 'Deployment', namespace: 'shop', name },
  }));
  const call = (remoteAddress: string, connections: number, more: Partial<MapFlow> = {}): MapFlow => ({
    workload: 'w-web',
    remoteAddress,
    direction: 'outbound',
    protocol: 'tcp',
    serverPort: 443,
    connections,
    verdict: 'undecided',
    firstAtMs: 1,
    lastAtMs: 2,
    ...more,
  });
  const usual = Array.from({ length: 60 }, (_, at) => call(`198.51.100.${at + 1}`, 100 - at));
  const compared = (before: readonly MapFlow[], after: readonly MapFlow[]) => {
    const drawn = (flows: readonly MapFlow[], otherFlows: readonly MapFlow[]): NetworkMap => {
      const { nodes, edges, workloads } = layoutMap({ workloads: WORKLOADS, flows, otherFlows });
      return { nodes: [...nodes], edges: [...edges], workloads, asOfMs: 0 };
    };
    return compareMaps(drawn(before, after), drawn(after, before));
  };
  const differing = ({ edges }: ReturnType<typeof compared>) =>
    [...edges].flatMap(([id, { change }]) =>
      change === 'same' || change === 'unknown' ? [] : [[id, change]],
    );

  it('tell a new address, however little it is used', () => {
    expect(differing(compared(usual, [...usual, call('203.0.113.66', 1)]))).toEqual([
      ['w-web>external:203.0.113.66', 'new'],
    ]);
    expect(differing(compared([...usual, call('203.0.113.66', 1)], usual))).toEqual([
      ['w-web>external:203.0.113.66', 'gone'],
    ]);
  });
  it('tell a new address among many callers that come and go', () => {
    const callers = (net: string) =>
      Array.from({ length: 200 }, (_, at) =>
        call(`${net}.${at + 1}`, 500, { workload: 'w-shop', direction: 'inbound' }),
      );
    const found = compared(
      [...usual, ...callers('192.0.2')],
      [...usual, ...callers('198.18.0'), call('203.0.113.66', 1)],
    );
    expect(found.edges.get('w-web>external:203.0.113.66')?.change).toBe('new');
  });
  it('tell who else calls an address that was called before', () => {
    const last = call('198.51.100.60', 1, { workload: 'w-shop' });
    expect(differing(compared(usual, [...usual, last]))).toEqual([['w-shop>external:198.51.100.60', 'new']]);
  });
  it('see no difference in how much goes where, and none in what shares a mark', () => {
    const found = compared(
      usual,
      usual.map((talk, at) => ({ ...talk, connections: at + 1 })),
    );
    expect(found.counts).toEqual({ new: 0, gone: 0, changed: 0, unknown: 1, same: 44 });
    expect(found.edges.get('w-web>external:other')?.change).toBe('unknown');
  });
  it('do not judge a shared mark that only one of them has', () => {
    const other = edge('a>external:other', { to: 'external:other' });
    expect(compareMaps(map([]), map([other])).counts.unknown).toBe(1);
    expect(compareMaps(map([other]), map([])).counts.unknown).toBe(1);
  });
});

describe('the scale of the slider', () => {
  const NOW = Date.UTC(2026, 10, 28, 12, 0, 30);
  const DAY = 86_400_000;
  const shown = { fromMs: NOW - DAY, toMs: NOW };
  it('begins with the oldest record that is kept and ends now', () => {
    const kept = keptRange(NOW - 7 * DAY, shown, NOW);
    expect(NOW - kept.fromMs).toBeGreaterThanOrEqual(7 * DAY);
    expect(NOW - kept.fromMs).toBeLessThan(7 * DAY + 60_000);
    expect(kept.toMs).toBeGreaterThanOrEqual(NOW);
  });
  it('is an hour at least and a month at most, and never without what is shown last', () => {
    expect(keptRange(NOW, shown, NOW).toMs - keptRange(NOW, shown, NOW).fromMs).toBeGreaterThanOrEqual(
      3_600_000,
    );
    const long = keptRange(0, shown, NOW);
    expect(long.toMs - long.fromMs).toBeLessThanOrEqual(31 * DAY + 60_000);
    expect(keptRange(NOW - DAY, { fromMs: NOW, toMs: NOW + DAY }, NOW).toMs).toBe(NOW + DAY);
  });
  it('moves by steps that leave no more than 1,500 places', () => {
    for (const days of [0.1, 1, 7, 31]) {
      const kept = { fromMs: NOW - days * DAY, toMs: NOW };
      expect((kept.toMs - kept.fromMs) / stepOf(kept)).toBeLessThanOrEqual(1_500);
    }
  });
  it('marks midnights inside', () => {
    const marks = midnightsIn({ fromMs: NOW - 3 * DAY, toMs: NOW });
    expect(marks).toHaveLength(3);
    for (const at of marks) expect(new Date(at).getHours()).toBe(0);
  });
});
