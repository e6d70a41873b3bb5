// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import { describe, expect, it } from 'vitest';
import { compareMaps } from './map-compare.ts';
import type { NetworkMap } from './map-model.ts';
import { mapCsv, mapRows } from './map-rows.ts';

const edge = (id: string, more: Partial<MapEdge> = {}): MapEdge => ({
  id,
  from: 'a',
  to: 'b',
  protocols: ['tcp/80', 'tcp/443'],
  connections: 3,
  bytes: 0,
  verdict: 'allow',
  firstAtMs: 1,
  lastAtMs: 2,
  ...more,
});
const named = (id: string, label: string) => ({
  id,
  kind: 'workload' as const,
  label,
  namespace: '',
  members: 1,
  x: 0,
  y: 0,
});
const map = (edges: MapEdge[]): NetworkMap => ({
  nodes: [named('a', 'shop/web'), named('b', '=cmd()')],
  edges,
  workloads: 2,
  asOfMs: 0,
});
const EVERY = ['new', 'gone', 'changed', 'same'] as const;

describe('the table of the map as a file', () => {
  it('has every connection, worst first, with the names of its ends', () => {
    const rows = mapRows(map([edge('calm'), edge('worst', { verdict: 'deny' })]), undefined, EVERY);
    expect(rows.map(({ verdict }) => verdict)).toEqual(['deny', 'allow']);
    expect(rows[0]).toMatchObject({ from: 'shop/web', to: '=cmd()' });
    expect(rows[0]).not.toHaveProperty('change');
  });
  it('names the change while two times are compared, and leaves out what the table leaves out', () => {
    const comparison = compareMaps(map([edge('same'), edge('gone')]), map([edge('same'), edge('new')]));
    expect(mapRows(comparison.map, comparison, EVERY).map(({ change }) => change)).toEqual([
      'new',
      'gone',
      'same',
    ]);
    expect(mapRows(comparison.map, comparison, ['gone']).map(({ change }) => change)).toEqual(['gone']);
  });
  it('is CSV that no spreadsheet calculates; what was not counted is empty and no zero', () => {
    const { bytes: _, ...uncounted } = edge('u', { connections: 2, applications: ['http', 'tls'] });
    expect(mapCsv(mapRows(map([edge('counted'), uncounted]), undefined, EVERY)).split('\n')).toEqual([
      'from,to,change,protocols,applications,verdict,connections,bytes,firstAtMs,lastAtMs',
      "shop/web,'=cmd(),,tcp/80; tcp/443,,allow,3,0,1,2",
      "shop/web,'=cmd(),,tcp/80; tcp/443,http; tls,allow,2,,1,2",
      '',
    ]);
  });
});
