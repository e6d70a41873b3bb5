// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode } from '@bartizan/contracts';

const COLUMN = 220;
const ROW = 90;
const BLOCK_GAP = 140;
/** Rows of one column of a block before the next column begins. */
const ROWS_MAX = 8;
/** Blocks beside each other before the next line of blocks begins. */
const LINE_WIDTH = 1800;

type Unplaced = Omit<MapNode, 'x' | 'y'>;

/** Clients left, servers right: sorted by how much more a node calls than it is called, then by name. */
function byRole(edges: readonly MapEdge[]): (one: Unplaced, two: Unplaced) => number {
  const lead = new Map<string, number>();
  for (const { from, to } of edges) {
    lead.set(from, (lead.get(from) ?? 0) - 1);
    lead.set(to, (lead.get(to) ?? 0) + 1);
  }
  return (one, two) =>
    (lead.get(one.id) ?? 0) - (lead.get(two.id) ?? 0) ||
    (one.label < two.label ? -1 : one.label > two.label ? 1 : one.id < two.id ? -1 : 1);
}

/**
 * Gives each node a place: a block per namespace, blocks in lines, the outside world in a column at the right edge.
 * Units are those of a screen at scale 1.
 */
export function placeNodes(nodes: readonly Unplaced[], edges: readonly MapEdge[]): MapNode[] {
  const order = byRole(edges);
  const inside = nodes.filter((node) => node.kind !== 'external');
  const blocks = [...Map.groupBy(inside, (node) => node.namespace)].sort(([one], [two]) =>
    one < two ? -1 : 1,
  );
  const placed: MapNode[] = [];
  let left = 0;
  let top = 0;
  let lineHeight = 0;
  let right = 0;
  for (const [, members] of blocks) {
    const columns = Math.ceil(members.length / ROWS_MAX);
    const rows = Math.ceil(members.length / columns);
    if (left > 0 && left + columns * COLUMN > LINE_WIDTH) {
      left = 0;
      top += lineHeight + BLOCK_GAP;
      lineHeight = 0;
    }
    for (const [at, node] of members.toSorted(order).entries())
      placed.push({ ...node, x: left + Math.floor(at / rows) * COLUMN, y: top + (at % rows) * ROW });
    lineHeight = Math.max(lineHeight, rows * ROW);
    left += columns * COLUMN + BLOCK_GAP;
    right = Math.max(right, left);
  }
  const outside = nodes.filter((node) => node.kind === 'external').toSorted(order);
  for (const [at, node] of outside.entries()) placed.push({ ...node, x: right + COLUMN, y: at * ROW });
  return placed;
}
