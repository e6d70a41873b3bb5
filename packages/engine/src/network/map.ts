// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge, MapNode } from '@bartizan/contracts';
import { edgesBetween } from './edges.ts';
import { foldMarks, type MapFlow, type MapWorkload, type Mark } from './marks.ts';
import { placeMarks } from './place.ts';

/** What a map is made from. */
export interface MapInput {
  readonly workloads: readonly MapWorkload[];
  readonly flows: readonly MapFlow[];
  /** Connections of the time that this map is held against; the maps of both then name the same addresses outside. */
  readonly otherFlows?: readonly MapFlow[];
  /** Ids of groups that are opened. */
  readonly expand?: readonly string[];
  /** Names of addresses outside, for instance from DNS answers. */
  readonly externalNames?: Readonly<Record<string, string>>;
  /** Most marks on the map; 300 unless said otherwise. */
  readonly marksMax?: number;
}
/** A map with places. */
export interface MapLayout {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  /** Workloads behind the nodes. */
  readonly workloads: number;
}

const MARKS_MAX = 300;
const EXTERNALS_SHARE = 0.15;

function nodeOf(mark: Mark, place: { readonly x: number; readonly y: number } | undefined): MapNode {
  const { id, kind, label, namespace, members, worstSeverity } = mark;
  const node = { id, kind, label, namespace, members, x: place?.x ?? 0, y: place?.y ?? 0 };
  return worstSeverity === undefined ? node : { ...node, worstSeverity };
}

/**
 * Lays out the network map: workloads by namespace or project, clients left of servers, the outside at the right edge.
 * Deterministic: the order of the input does not matter, and the same input gives the same places.
 */
export function layoutMap(input: MapInput): MapLayout {
  const marksMax = input.marksMax ?? MARKS_MAX;
  const marks = foldMarks(input.workloads, input.flows, {
    expand: new Set(input.expand ?? []),
    marksMax,
    externalsMax: Math.max(2, Math.floor(marksMax * EXTERNALS_SHARE)),
    otherFlows: input.otherFlows,
    externalNames: input.externalNames ?? {},
  });
  const edges = edgesBetween(input.flows, marks);
  const places = placeMarks(marks.marks, edges);
  return {
    nodes: marks.marks.map((mark) => nodeOf(mark, places.get(mark.id))),
    edges,
    workloads: input.workloads.length,
  };
}
