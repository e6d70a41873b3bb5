// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { MapEdge, MapNode, parser } from '@bartizan/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutMap, type MapFlow, type MapWorkload } from './index.ts';

const workload = (id: string, namespace = '', more: Partial<MapWorkload> = {}): MapWorkload => ({
  id,
  kind: 'Container',
  namespace,
  name: id,
  ...more,
});
const flow = (from: string, more: Partial<MapFlow> = {}): MapFlow => ({
  workload: from,
  remoteAddress: '203.0.113.9',
  direction: 'outbound',
  protocol: 'tcp',
  serverPort: 443,
  connections: 1,
  bytes: 10,
  verdict: 'allow',
  firstAtMs: 5,
  lastAtMs: 9,
  ...more,
});
const many = (count: number, namespaces: number): MapWorkload[] =>
  Array.from({ length: count }, (_, at) => workload(`w-${at}`, `ns-${at % namespaces}`));

describe('layoutMap', () => {
  it('shows few workloads one by one, the host as such, and the outside by name', () => {
    const { nodes, edges, workloads } = layoutMap({
      workloads: [workload('w-web'), workload('w-db'), workload('w-host', '', { kind: 'Host' })],
      flows: [flow('w-web', { remoteWorkload: 'w-db', serverPort: 5432 }), flow('w-web')],
      externalNames: { '203.0.113.9': 'api.example' },
    });
    expect(workloads).toBe(3);
    expect(nodes.map(({ id, kind }) => [id, kind])).toEqual([
      ['w-db', 'workload'],
      ['w-host', 'host'],
      ['w-web', 'workload'],
      ['external:api.example', 'external'],
    ]);
    expect(edges.map(({ id, protocols }) => [id, protocols])).toEqual([
      ['w-web>external:api.example', ['tcp/443']],
      ['w-web>w-db', ['tcp/5432']],
    ]);
  });

  it('names what is spoken on an edge from either end, and nothing where it was not seen', () => {
    const { edges } = layoutMap({
      workloads: [workload('w-web'), workload('w-db')],
      flows: [
        flow('w-web', { remoteWorkload: 'w-db', serverPort: 5432, connections: 3 }),
        flow('w-web', { remoteWorkload: 'w-db', serverPort: 5432, application: 'postgresql' }),
        flow('w-db', { remoteWorkload: 'w-web', direction: 'inbound', serverPort: 5432, application: 'tls' }),
        flow('w-web'),
      ],
    });
    expect(edges.map(({ to, applications, connections }) => [to, applications, connections])).toEqual([
      ['external:203.0.113.9', undefined, 1],
      ['w-db', ['postgresql', 'tls'], 4],
    ]);
  });

  it('puts clients left of servers and the outside at the right edge', () => {
    const { nodes } = layoutMap({
      workloads: [workload('w-a-db'), workload('w-b-web'), workload('w-c-proxy')],
      flows: [
        flow('w-c-proxy', { remoteWorkload: 'w-b-web' }),
        flow('w-b-web', { remoteWorkload: 'w-a-db' }),
        flow('w-c-proxy', { direction: 'inbound' }),
      ],
    });
    const x = (id: string) => nodes.find((node) => node.id === id)?.x ?? Number.NaN;
    expect(x('w-c-proxy')).toBeLessThan(x('w-b-web'));
    expect(x('w-b-web')).toBeLessThan(x('w-a-db'));
    expect(x('external:203.0.113.9')).toBe(Math.max(...nodes.map((node) => node.x)));
  });

  it('counts a connection once that both of its ends saw', () => {
    const { edges } = layoutMap({
      workloads: [workload('a'), workload('b')],
      flows: [
        flow('a', { remoteWorkload: 'b', connections: 5, bytes: 100 }),
        flow('b', { remoteWorkload: 'a', connections: 4, bytes: 90, direction: 'inbound' }),
      ],
    });
    expect(edges).toHaveLength(1);
    expect(edges[0]).toMatchObject({ from: 'a', to: 'b', connections: 5, bytes: 100 });
  });

  it('adds up the bytes that were counted, and shows none where none were', () => {
    const silent = (from: string, more: Partial<MapFlow> = {}): MapFlow => {
      const { bytes: _bytes, ...rest } = flow(from, { protocol: 'udp', serverPort: 53, ...more });
      return rest;
    };
    const edgeOf = (...flows: MapFlow[]) =>
      layoutMap({ workloads: [workload('a'), workload('b')], flows }).edges[0];
    const to = { remoteWorkload: 'b' };
    expect(edgeOf(silent('a', to))).not.toHaveProperty('bytes');
    expect(edgeOf(silent('a', to), flow('a', { ...to, bytes: 7 }))?.bytes).toBe(7);
    expect(
      edgeOf(flow('b', { remoteWorkload: 'a', direction: 'inbound', bytes: 7 }), silent('a', to))?.bytes,
    ).toBe(7);
  });

  it('shows the worst verdict and the whole time of an edge', () => {
    const { edges } = layoutMap({
      workloads: [workload('a'), workload('b')],
      flows: [
        flow('a', { remoteWorkload: 'b', firstAtMs: 4 }),
        flow('a', { remoteWorkload: 'b', verdict: 'deny', serverPort: 80, lastAtMs: 20 }),
        flow('a', { remoteWorkload: 'b', verdict: 'nonsense', serverPort: 81 }),
      ],
    });
    expect(edges[0]).toMatchObject({
      verdict: 'deny',
      firstAtMs: 4,
      lastAtMs: 20,
      protocols: ['tcp/443', 'tcp/80', 'tcp/81'],
    });
  });

  it('leaves out loopback, itself, and workloads that are gone', () => {
    const { nodes, edges } = layoutMap({
      workloads: [workload('a')],
      flows: [
        flow('a', { remoteAddress: '127.0.0.1' }),
        flow('a', { remoteWorkload: 'a' }),
        flow('gone'),
        flow('a', { remoteWorkload: 'gone' }),
      ],
    });
    expect(edges).toEqual([]);
    expect(nodes.map(({ kind }) => kind)).not.toContain('group');
  });

  it('folds namespaces when there are many workloads, and opens the one that is asked for', () => {
    const closed = layoutMap({ workloads: many(400, 20), flows: [] });
    expect(closed.nodes).toHaveLength(20);
    expect(closed.nodes[0]).toMatchObject({ id: 'group:ns-0', kind: 'group', members: 20, label: 'ns-0' });
    const open = layoutMap({ workloads: many(400, 20), flows: [], expand: ['group:ns-3'] });
    expect(open.nodes.filter(({ namespace }) => namespace === 'ns-3')).toHaveLength(20);
    expect(open.nodes.filter(({ kind }) => kind === 'group')).toHaveLength(19);
  });

  it('keeps the worst severity of a group', () => {
    const list = many(100, 2)
      .with(4, workload('w-4', 'ns-0', { worstSeverity: 'high' }))
      .with(6, workload('w-6', 'ns-0', { worstSeverity: 'low' }));
    expect(
      layoutMap({ workloads: list, flows: [] }).nodes.find(({ id }) => id === 'group:ns-0')?.worstSeverity,
    ).toBe('high');
  });

  it('stays readable however much is opened and however many addresses are outside', () => {
    const list = many(5000, 3);
    const flows = list.map((one, at) => flow(one.id, { remoteAddress: `203.0.${at % 250}.${at % 249}` }));
    const { nodes } = layoutMap({
      workloads: list,
      flows,
      expand: ['group:ns-0', 'group:ns-1', 'group:ns-2'],
    });
    expect(nodes.length).toBeLessThanOrEqual(300);
    expect(nodes.reduce((sum, node) => sum + (node.kind === 'external' ? 0 : node.members), 0)).toBe(5000);
    expect(nodes.find(({ id }) => id === 'external:other')?.members).toBeGreaterThan(1);
  });

  it('gives every node a place of its own, valid nodes and edges, whatever the order of the input', () => {
    const parseNode = parser(MapNode);
    const parseEdge = parser(MapEdge);
    const ids = Array.from({ length: 12 }, (_, at) => `w-${at}`);
    const flows = fc.array(
      fc.record({
        from: fc.constantFrom(...ids),
        to: fc.option(fc.constantFrom(...ids)),
        inbound: fc.boolean(),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(flows, fc.integer({ min: 1, max: 4 }), (talk, namespaces) => {
        const list = ids.map((id, at) => workload(id, at % 3 === 0 ? '' : `ns-${at % namespaces}`));
        const given = talk.map(({ from, to, inbound }) =>
          flow(from, {
            ...(to === null ? {} : { remoteWorkload: to }),
            direction: inbound ? 'inbound' : 'outbound',
          }),
        );
        const map = layoutMap({ workloads: list, flows: given });
        const places = map.nodes.map(({ x, y }) => `${x}/${y}`);
        expect(new Set(places).size).toBe(places.length);
        expect(
          map.nodes.every((node) => parseNode(node).ok) && map.edges.every((edge) => parseEdge(edge).ok),
        ).toBe(true);
        expect(layoutMap({ workloads: list.toReversed(), flows: given.toReversed() })).toEqual(map);
      }),
      { seed: 20261125, numRuns: 200 },
    );
  });

  it('lays out 5,000 workloads and 15,000 flows in a fraction of a second', () => {
    const list = many(5000, 120);
    const flows = Array.from({ length: 15_000 }, (_, at) =>
      flow(`w-${(at * 7) % 5000}`, at % 5 ? { remoteWorkload: `w-${(at * 13) % 5000}` } : {}),
    );
    const times = [1, 2, 3, 4].map(() => {
      const started = performance.now();
      layoutMap({ workloads: list, flows });
      return performance.now() - started;
    });
    expect(Math.min(...times)).toBeLessThan(1000);
  });
});
