// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Flow, MapEdge, MapNode, ResponseOf } from '@bartizan/contracts';
import { BASE, HOUR_MS, MINUTE_MS, NOW_MS, seeded } from './random.ts';
import { NODE_ID, refAt, type Summary } from './workloads.ts';

type NetworkMap = ResponseOf<'map.show'>;
const VERDICTS = ['allow', 'allow', 'allow', 'undecided', 'alert', 'deny'] as const;

const edge = (
  from: string,
  to: string,
  more: { port: string; connections: number; verdict: MapEdge['verdict'] },
): MapEdge => ({
  id: `${from}>${to}:${more.port}`,
  from,
  to,
  protocols: [more.port],
  connections: more.connections,
  bytes: more.connections * 1_812,
  verdict: more.verdict,
  firstAtMs: NOW_MS - 5 * HOUR_MS,
  lastAtMs: NOW_MS - MINUTE_MS,
});

const worstOf = (summary: Summary): string | undefined =>
  ['critical', 'high', 'medium', 'low'].find((severity) => summary.openFindings[severity] !== undefined);

const workloadNode = (summary: Summary, place: { readonly x: number; readonly y: number }): MapNode => {
  const worst = worstOf(summary);
  return {
    id: summary.workload.id,
    kind: summary.workload.kind === 'Host' ? 'host' : 'workload',
    label: summary.workload.name,
    namespace: summary.workload.namespace,
    members: 1,
    ...place,
    ...(worst === undefined ? {} : { worstSeverity: worst }),
  };
};

/** The small host: a shop of three, a runner, and the outside. */
export const smallMap = (summaries: readonly Summary[], expanded: readonly string[]): NetworkMap => {
  const shop = summaries.filter((summary) => summary.workload.namespace === 'shop');
  const isOpen = expanded.includes('g-shop');
  const [web, api, db] = shop.map((summary) => (isOpen ? summary.workload.id : 'g-shop'));
  const shopNodes: MapNode[] = isOpen
    ? shop.map((summary, index) => workloadNode(summary, { x: 0, y: -260 + index * 260 }))
    : [
        {
          id: 'g-shop',
          kind: 'group',
          label: 'shop',
          namespace: 'shop',
          members: shop.length,
          x: 0,
          y: 0,
          worstSeverity: 'critical',
        },
      ];
  const others = summaries.filter((summary) => summary.workload.namespace !== 'shop');
  const runner = others.find((summary) => summary.workload.name === 'ci-runner')?.workload.id ?? '';
  const host = others.find((summary) => summary.workload.kind === 'Host')?.workload.id ?? '';
  const metrics = others.find((summary) => summary.workload.name === 'metrics')?.workload.id ?? '';
  const outside: MapNode[] = [
    { id: 'x-internet', kind: 'external', label: '203.0.113.9', namespace: '', members: 1, x: 640, y: -180 },
    {
      id: 'x-registry',
      kind: 'external',
      label: 'registry.example.com',
      namespace: '',
      members: 1,
      x: 640,
      y: 160,
    },
  ];
  const inner = isOpen
    ? [
        edge(web ?? '', api ?? '', { port: 'tcp/8080', connections: 18_204, verdict: 'allow' }),
        edge(api ?? '', db ?? '', { port: 'tcp/5432', connections: 9_102, verdict: 'allow' }),
      ]
    : [];
  return {
    nodes: [
      ...shopNodes,
      ...others.map((summary, index) =>
        workloadNode(summary, { x: -560 + (index % 2) * 240, y: -260 + index * 160 }),
      ),
      ...outside,
    ],
    edges: [
      ...inner,
      edge(web ?? '', 'x-internet', { port: 'tcp/4444', connections: 1, verdict: 'alert' }),
      edge(runner, 'x-registry', { port: 'tcp/443', connections: 412, verdict: 'undecided' }),
      edge(runner, host, { port: 'tcp/22', connections: 3, verdict: 'deny' }),
      edge(metrics, api ?? '', { port: 'tcp/9090', connections: 1_440, verdict: 'allow' }),
    ],
    workloads: summaries.length,
    asOfMs: NOW_MS,
  };
};

/** The small host some hours ago: one connection was not there yet, one is gone since, one was allowed then. */
export const atTime = (map: NetworkMap, toMs: number | undefined): NetworkMap => {
  if (toMs === undefined || toMs > NOW_MS - HOUR_MS) return map;
  const [anyNode] = map.nodes;
  return {
    ...map,
    edges: [
      ...map.edges
        .filter((one) => one.verdict !== 'alert')
        .map(
          (one): MapEdge => (one.verdict === 'deny' ? { ...one, verdict: 'allow', connections: 41 } : one),
        ),
      ...(anyNode === undefined
        ? []
        : [edge(anyNode.id, 'x-registry', { port: 'tcp/8443', connections: 77, verdict: 'allow' })]),
    ],
  };
};

/** Five thousand workloads as 120 groups; opened groups show their members around their place. */
export const bigMap = (summaries: readonly Summary[], expanded: readonly string[]): NetworkMap => {
  const random = seeded(77);
  const five = summaries.slice(0, 5_000);
  const byTeam = new Map<string, Summary[]>();
  for (const summary of five)
    byTeam.set(summary.workload.namespace, [...(byTeam.get(summary.workload.namespace) ?? []), summary]);
  const teams = [...byTeam.keys()];
  const nodes: MapNode[] = [];
  for (const [index, team] of teams.entries()) {
    const members = byTeam.get(team) ?? [];
    const angle = index * 2.399_963;
    const center = {
      x: Math.round(Math.cos(angle) * 90 * Math.sqrt(index)),
      y: Math.round(Math.sin(angle) * 90 * Math.sqrt(index)),
    };
    if (!expanded.includes(`g-${team}`)) {
      nodes.push({
        id: `g-${team}`,
        kind: 'group',
        label: team,
        namespace: team,
        members: members.length,
        ...center,
        ...(index % 7 === 0 ? { worstSeverity: 'critical' } : {}),
      });
    } else {
      for (const [at, member] of members.entries()) {
        const turn = (at / members.length) * Math.PI * 2;
        nodes.push(
          workloadNode(member, {
            x: Math.round(center.x + Math.cos(turn) * 60),
            y: Math.round(center.y + Math.sin(turn) * 60),
          }),
        );
      }
    }
  }
  const endOf = (team: string): string =>
    expanded.includes(`g-${team}`) ? (byTeam.get(team)?.[0]?.workload.id ?? `g-${team}`) : `g-${team}`;
  const edges = new Map<string, MapEdge>();
  for (let index = 0; index < 900; index += 1) {
    const from = endOf(random.pick(['team-000', ...teams]));
    const to = endOf(random.pick(['team-001', ...teams]));
    const made = edge(from, to, {
      port: `tcp/${8_000 + random.below(40)}`,
      connections: 1 + random.below(40_000),
      verdict: VERDICTS[random.below(VERDICTS.length)] ?? 'allow',
    });
    if (from !== to) edges.set(made.id, made);
  }
  return { nodes, edges: [...edges.values()], workloads: five.length, asOfMs: NOW_MS };
};

/** Connections of a workload. */
export const FLOWS: readonly Flow[] = Array.from({ length: 14 }, (_, index) => ({
  ...BASE,
  id: `${NODE_ID}:boot:flow:${index + 1}`,
  node: NODE_ID,
  bootId: 'boot',
  stream: 'flow',
  sequence: index + 1,
  bootUs: index,
  occurredAtMs: NOW_MS - index * MINUTE_MS,
  workload: refAt(1),
  severity: 'info',
  owasp: { 2022: [], 2025: [] },
  attack: [],
  aggregation: { count: 1, firstAtMs: NOW_MS - HOUR_MS, lastAtMs: NOW_MS - index * MINUTE_MS },
  kind: 'flow',
  direction: index % 3 === 0 ? 'inbound' : 'outbound',
  protocol: 'tcp',
  ...(index % 4 === 0 ? { application: 'http', applicationHost: 'shop.example' } : {}),
  localAddress: '172.18.0.10',
  remoteAddress: index % 5 === 4 ? '2001:db8::9:4444:1' : `172.18.0.${20 + index}`,
  serverPort: index % 3 === 0 ? 8080 : 5432,
  ...(index % 5 === 4 ? {} : { remoteWorkload: refAt(2 + (index % 2)) }),
  connections: 120 * (index + 1),
  failures: index === 4 ? 3 : 0,
  bytesSent: 812_100 * (index + 1),
  bytesReceived: 91_200,
  verdict: index === 4 ? 'alert' : 'allow',
}));
