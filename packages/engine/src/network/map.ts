// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type MapEdge,
  type MapNode,
  type Severity,
  severityRank,
  VERDICTS,
  type Verdict,
} from '@bartizan/contracts';
import { placeNodes } from './place.ts';

/** A workload as the map needs it. */
export interface MapWorkload {
  readonly id: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly worstSeverity?: Severity;
}
/** Connections between a workload and another end, folded; `workload` is the one that saw them. */
export interface MapFlow {
  readonly workload: string;
  readonly remoteWorkload?: string;
  readonly remoteAddress: string;
  readonly direction: 'outbound' | 'inbound';
  readonly protocol: string;
  readonly serverPort: number;
  readonly connections: number;
  readonly bytes: number;
  readonly verdict: string;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}
/** What to draw. */
export interface MapInput {
  readonly workloads: readonly MapWorkload[];
  readonly flows: readonly MapFlow[];
  /** Ids of groups to open. */
  readonly expand: readonly string[];
  /** Marks at most before namespaces stay closed; about 300 can be read. */
  readonly marksMax?: number;
}
/** The map without its date. */
export interface NetworkMapParts {
  readonly nodes: MapNode[];
  readonly edges: MapEdge[];
  readonly workloads: number;
}

const MARKS_MAX = 300;
const EXTERNAL_MAX = 40;
const OUTSIDE = 'external:other';

const groupId = (namespace: string): string => `group:${namespace}`;

/** Which node stands for each workload: itself, or its closed group. */
function nodeOfWorkloads(input: MapInput): Map<string, string> {
  const groups = Map.groupBy(input.workloads, (workload) => workload.namespace);
  const open = new Set(input.expand);
  const fits = input.workloads.length <= (input.marksMax ?? MARKS_MAX);
  const nodes = new Map<string, string>();
  for (const [namespace, members] of groups) {
    const alone = members.length === 1;
    const opened = fits || alone || open.has(groupId(namespace));
    for (const { id } of members) nodes.set(id, opened ? id : groupId(namespace));
  }
  return nodes;
}

const worse = (one: Severity | undefined, two: Severity | undefined): Severity | undefined => {
  if (one === undefined || two === undefined) return one ?? two;
  return severityRank(one) <= severityRank(two) ? one : two;
};

type Draft = Omit<MapNode, 'x' | 'y'>;

function draftNodes(input: MapInput, standsFor: ReadonlyMap<string, string>): Map<string, Draft> {
  const drafts = new Map<string, Draft>();
  for (const workload of input.workloads) {
    const id = standsFor.get(workload.id) ?? workload.id;
    const known = drafts.get(id);
    const grouped = id !== workload.id;
    const worst = worse(known?.worstSeverity as Severity | undefined, workload.worstSeverity);
    drafts.set(id, {
      id,
      kind: grouped ? 'group' : workload.kind === 'Host' ? 'host' : 'workload',
      label: grouped ? workload.namespace || '(no namespace)' : workload.name,
      namespace: workload.namespace,
      members: (known?.members ?? 0) + 1,
      ...(worst === undefined ? {} : { worstSeverity: worst }),
    });
  }
  return drafts;
}

/** Addresses outside, busiest first; those beyond the limit are folded into one node. */
function externalNodes(flows: readonly MapFlow[]): ReadonlyMap<string, string> {
  const bytes = new Map<string, number>();
  for (const flow of flows)
    if (flow.remoteWorkload === undefined)
      bytes.set(flow.remoteAddress, (bytes.get(flow.remoteAddress) ?? 0) + flow.bytes + 1);
  const sorted = [...bytes].sort(
    ([oneName, one], [twoName, two]) => two - one || (oneName < twoName ? -1 : 1),
  );
  return new Map(
    sorted.map(([address], at) => [address, at < EXTERNAL_MAX ? `external:${address}` : OUTSIDE]),
  );
}

const isVerdict = (text: string): text is Verdict => VERDICTS.some((verdict) => verdict === text);
const BADNESS: Readonly<Record<Verdict, number>> = { deny: 3, alert: 2, undecided: 1, allow: 0 };
const worstVerdict = (one: Verdict, two: Verdict): Verdict => (BADNESS[one] >= BADNESS[two] ? one : two);

function addFlow(edges: Map<string, MapEdge>, ends: { from: string; to: string }, flow: MapFlow): void {
  const id = `${ends.from}>${ends.to}`;
  const port = `${flow.protocol}/${flow.serverPort}`;
  const verdict: Verdict = isVerdict(flow.verdict) ? flow.verdict : 'undecided';
  const known = edges.get(id);
  if (known === undefined) {
    edges.set(id, {
      id,
      ...ends,
      protocols: [port],
      connections: flow.connections,
      bytes: flow.bytes,
      verdict,
      firstAtMs: flow.firstAtMs,
      lastAtMs: flow.lastAtMs,
    });
    return;
  }
  if (!known.protocols.includes(port) && known.protocols.length < 64) known.protocols.push(port);
  known.connections += flow.connections;
  known.bytes += flow.bytes;
  known.verdict = worstVerdict(known.verdict, verdict);
  known.firstAtMs = Math.min(known.firstAtMs, flow.firstAtMs);
  known.lastAtMs = Math.max(known.lastAtMs, flow.lastAtMs);
}

/** A connection between two known workloads is seen by both: the client's view counts, the server's only alone. */
function seenTwice(flows: readonly MapFlow[]): ReadonlySet<string> {
  const seen = new Set<string>();
  for (const flow of flows)
    if (flow.direction === 'outbound' && flow.remoteWorkload !== undefined)
      seen.add(`${flow.workload}>${flow.remoteWorkload}/${flow.protocol}/${flow.serverPort}`);
  return seen;
}

/**
 * Aggregates and lays out the network map. Deterministic: the same input gives the same places, so that a map does
 * not jump between refreshes. Namespaces stay closed when everything opened would be more than can be read.
 */
export function layoutMap(input: MapInput): NetworkMapParts {
  const standsFor = nodeOfWorkloads(input);
  const drafts = draftNodes(input, standsFor);
  const outside = externalNodes(input.flows);
  const twice = seenTwice(input.flows);
  const edges = new Map<string, MapEdge>();
  for (const flow of input.flows) {
    const own = standsFor.get(flow.workload);
    if (own === undefined) continue;
    const known = flow.remoteWorkload === undefined ? undefined : standsFor.get(flow.remoteWorkload);
    const other = known ?? outside.get(flow.remoteAddress) ?? OUTSIDE;
    if (own === other) continue;
    const key = `${flow.remoteWorkload}>${flow.workload}/${flow.protocol}/${flow.serverPort}`;
    if (flow.direction === 'inbound' && twice.has(key)) continue;
    if (known === undefined && !drafts.has(other))
      drafts.set(other, {
        id: other,
        kind: 'external',
        label: other === OUTSIDE ? '…' : flow.remoteAddress,
        namespace: '',
        members: 1,
      });
    addFlow(edges, flow.direction === 'outbound' ? { from: own, to: other } : { from: other, to: own }, flow);
  }
  const sorted = [...edges.values()].sort((one, two) => (one.id < two.id ? -1 : 1));
  return {
    nodes: placeNodes([...drafts.values()], sorted),
    edges: sorted,
    workloads: input.workloads.length,
  };
}
