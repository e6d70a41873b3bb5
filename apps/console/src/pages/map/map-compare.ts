// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import type { NetworkMap } from './map-model.ts';

/** `unknown`: an end is the mark that many addresses share, so that either time may mean others by it. */
export const CHANGES = ['new', 'gone', 'changed', 'unknown', 'same'] as const;
export type Change = (typeof CHANGES)[number];

/** One connection in two times: what it was, what it is, and whether that differs. */
export interface ComparedEdge {
  readonly change: Change;
  readonly before?: MapEdge;
  readonly after?: MapEdge;
}
export interface Comparison {
  /** Everything of either time, to be drawn once: what is there now, and what is gone at its old place. */
  readonly map: NetworkMap;
  readonly edges: ReadonlyMap<string, ComparedEdge>;
  readonly counts: Readonly<Record<Change, number>>;
}

const sameSet = (a: readonly string[] | undefined, b: readonly string[] | undefined): boolean => {
  const left = new Set(a ?? []);
  const right = new Set(b ?? []);
  return left.size === right.size && [...left].every((entry) => right.has(entry));
};

/** Whether a connection is of another kind now. How much went over it is no change of kind: that always differs. */
export const hasChanged = (before: MapEdge, after: MapEdge): boolean =>
  before.verdict !== after.verdict ||
  !sameSet(before.protocols, after.protocols) ||
  // What was not looked at in one of the times says nothing about a change.
  ((before.applications?.length ?? 0) > 0 &&
    (after.applications?.length ?? 0) > 0 &&
    !sameSet(before.applications, after.applications));

/** The mark of all addresses outside that have none of their own, as the controller names it. */
const OTHER_EXTERNALS_ID = 'external:other';
const isFolded = ({ from, to }: MapEdge): boolean => from === OTHER_EXTERNALS_ID || to === OTHER_EXTERNALS_ID;

const changeOf = (before: MapEdge | undefined, after: MapEdge): Change => {
  if (isFolded(after)) return 'unknown';
  if (before === undefined) return 'new';
  return hasChanged(before, after) ? 'changed' : 'same';
};

/** Holds two times of the same map against each other, connection by connection. */
export const compareMaps = (before: NetworkMap, after: NetworkMap): Comparison => {
  const then = new Map(before.edges.map((edge) => [edge.id, edge]));
  const edges = new Map<string, ComparedEdge>();
  const counts = { new: 0, gone: 0, changed: 0, unknown: 0, same: 0 };
  const put = (id: string, compared: ComparedEdge): void => {
    edges.set(id, compared);
    counts[compared.change] += 1;
  };
  for (const edge of after.edges) {
    const old = then.get(edge.id);
    put(edge.id, { change: changeOf(old, edge), ...(old === undefined ? {} : { before: old }), after: edge });
  }
  const known = new Set(after.nodes.map((node) => node.id));
  const gone = before.edges.filter((edge) => !edges.has(edge.id));
  for (const edge of gone) put(edge.id, { change: isFolded(edge) ? 'unknown' : 'gone', before: edge });
  return {
    map: {
      ...after,
      nodes: [...after.nodes, ...before.nodes.filter((node) => !known.has(node.id))],
      edges: [...after.edges, ...gone],
    },
    edges,
    counts,
  };
};

/** The time of the same length just before another. */
export const rangeBefore = (range: { readonly fromMs: number; readonly toMs: number }) => ({
  fromMs: range.fromMs - (range.toMs - range.fromMs),
  toMs: range.fromMs,
});
