// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode, ResponseOf } from '@bartizan/contracts';

export type NetworkMap = ResponseOf<'map.show'>;
/** What is chosen on the map or in its table: one edge or one node, by one address. */
export type Selection =
  | { readonly kind: 'edge'; readonly edge: MapEdge }
  | { readonly kind: 'node'; readonly node: MapNode };

/** The thing an address names, when it is on the map. */
export const findSelection = (map: NetworkMap, address: string | undefined): Selection | undefined => {
  if (address === undefined) return undefined;
  const edge = map.edges.find((candidate) => `e:${candidate.id}` === address);
  if (edge !== undefined) return { kind: 'edge', edge };
  const node = map.nodes.find((candidate) => `n:${candidate.id}` === address);
  return node === undefined ? undefined : { kind: 'node', node };
};

/** Opens a group, or closes it again. */
export const toggleExpanded = (expanded: string | undefined, group: string): string | undefined => {
  const open = (expanded ?? '').split(',').filter((id) => id !== '');
  const next = open.includes(group) ? open.filter((id) => id !== group) : [...open, group];
  return next.length === 0 ? undefined : next.join(',');
};

/** Nodes by id, for the names of the ends of edges. */
export const nodesById = (map: NetworkMap): ReadonlyMap<string, MapNode> =>
  new Map(map.nodes.map((node) => [node.id, node]));

const VERDICT_RANK = { deny: 0, alert: 1, undecided: 2, allow: 3 } as const;
/** Edges as the table shows them: worst verdict first, then the busiest. */
export const sortEdges = (edges: readonly MapEdge[]): MapEdge[] =>
  [...edges].sort(
    (a, b) => VERDICT_RANK[a.verdict] - VERDICT_RANK[b.verdict] || b.connections - a.connections,
  );

/** Thickness of a line: grows with the order of magnitude. */
export const edgeWidth = (edge: Pick<MapEdge, 'connections'>): number =>
  1.5 + Math.min(5, Math.log10(1 + edge.connections) * 1.2);
/** Radius of a mark: grows with what is inside. */
export const nodeRadius = (node: Pick<MapNode, 'kind' | 'members'>): number =>
  node.kind === 'group' ? Math.min(26, 12 + Math.sqrt(Math.max(1, node.members)) * 1.6) : 10;
