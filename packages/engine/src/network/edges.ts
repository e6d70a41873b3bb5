// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, Verdict } from '@bartizan/contracts';
import type { MapFlow, Marks } from './marks.ts';

const PROTOCOLS_MAX = 64;
const APPLICATIONS_MAX = 32;
/** Worst first. */
const VERDICT_ORDER: readonly Verdict[] = ['deny', 'undecided', 'alert', 'allow'];

interface Seen {
  connections: number;
  bytes: number | undefined;
}
interface Conversation {
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** The same connections as each end reported them. */
  readonly outbound: Seen;
  readonly inbound: Seen;
  readonly applications: Set<string>;
  verdict: Verdict;
  firstAtMs: number;
  lastAtMs: number;
}

/** What is not counted adds nothing, and is not zero. */
const added = (one: number | undefined, two: number | undefined): number | undefined =>
  one === undefined ? two : one + (two ?? 0);
const larger = (one: number | undefined, two: number | undefined): number | undefined =>
  one === undefined || two === undefined ? (one ?? two) : Math.max(one, two);

const asVerdict = (text: string): Verdict => VERDICT_ORDER.find((verdict) => verdict === text) ?? 'undecided';
const worse = (one: Verdict, two: Verdict): Verdict =>
  VERDICT_ORDER.indexOf(one) <= VERDICT_ORDER.indexOf(two) ? one : two;

/** Both ends of a flow as client and server: workload ids, or `@address` for the outside. */
function endsOf(flow: MapFlow): readonly [client: string, server: string] {
  const remote = flow.remoteWorkload ?? `@${flow.remoteAddress}`;
  return flow.direction === 'outbound' ? [flow.workload, remote] : [remote, flow.workload];
}

function conversations(flows: readonly MapFlow[]): Conversation[] {
  const found = new Map<string, Conversation>();
  for (const flow of flows) {
    const [from, to] = endsOf(flow);
    const protocol = `${flow.protocol}/${flow.serverPort}`;
    const key = `${from} ${to} ${protocol}`;
    const entry: Conversation = found.get(key) ?? {
      from,
      to,
      protocol,
      outbound: { connections: 0, bytes: undefined },
      inbound: { connections: 0, bytes: undefined },
      applications: new Set<string>(),
      verdict: 'allow',
      firstAtMs: flow.firstAtMs,
      lastAtMs: flow.lastAtMs,
    };
    const side = entry[flow.direction];
    side.connections += flow.connections;
    side.bytes = added(side.bytes, flow.bytes);
    if (flow.application !== undefined) entry.applications.add(flow.application);
    entry.verdict = worse(entry.verdict, asVerdict(flow.verdict));
    entry.firstAtMs = Math.min(entry.firstAtMs, flow.firstAtMs);
    entry.lastAtMs = Math.max(entry.lastAtMs, flow.lastAtMs);
    found.set(key, entry);
  }
  return [...found.values()];
}

const markOf = (end: string, marks: Marks): string | undefined =>
  end.startsWith('@') ? marks.ofAddress.get(end.slice(1)) : marks.ofWorkload.get(end);

type Draft = Omit<MapEdge, 'protocols' | 'applications'> & {
  readonly protocols: Set<string>;
  readonly applications: Set<string>;
};

/**
 * Edges between marks. A connection that both of its ends reported counts once; traffic inside one mark has no edge;
 * ends that have no mark (a workload that is gone, loopback) are left out.
 */
export function edgesBetween(flows: readonly MapFlow[], marks: Marks): MapEdge[] {
  const edges = new Map<string, Draft>();
  for (const talk of conversations(flows)) {
    const from = markOf(talk.from, marks);
    const to = markOf(talk.to, marks);
    if (from === undefined || to === undefined || from === to) continue;
    const id = `${from}>${to}`;
    const edge = edges.get(id) ?? {
      id,
      from,
      to,
      protocols: new Set<string>(),
      applications: new Set<string>(),
      connections: 0,
      verdict: 'allow',
      firstAtMs: talk.firstAtMs,
      lastAtMs: talk.lastAtMs,
    };
    edge.protocols.add(talk.protocol);
    for (const application of talk.applications) edge.applications.add(application);
    edge.connections += Math.max(talk.outbound.connections, talk.inbound.connections);
    const bytes = added(edge.bytes, larger(talk.outbound.bytes, talk.inbound.bytes));
    if (bytes !== undefined) edge.bytes = bytes;
    edge.verdict = worse(edge.verdict, talk.verdict);
    edge.firstAtMs = Math.min(edge.firstAtMs, talk.firstAtMs);
    edge.lastAtMs = Math.max(edge.lastAtMs, talk.lastAtMs);
    edges.set(id, edge);
  }
  return [...edges.values()]
    .map(({ protocols, applications, ...edge }) => ({
      ...edge,
      protocols: [...protocols].sort().slice(0, PROTOCOLS_MAX),
      // Absent and not empty: nothing was seen, which is not the same as nothing being spoken.
      ...(applications.size === 0
        ? {}
        : { applications: [...applications].sort().slice(0, APPLICATIONS_MAX) }),
    }))
    .sort((one, two) => (one.id < two.id ? -1 : 1));
}
