// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { MapEdge } from '@bartizan/contracts';
import { csvTextField } from '@bartizan/engine/spreadsheet';
import { CHANGES, type Change, type Comparison } from './map-compare.ts';
import { type NetworkMap, nodesById, sortEdges } from './map-model.ts';

/** Worst first; while two times are compared, by change, and only what was asked for. */
export const listedEdges = (
  map: NetworkMap,
  comparison: Comparison | undefined,
  shown: readonly Change[],
): readonly MapEdge[] => {
  const sorted = sortEdges(map.edges);
  if (comparison === undefined) return sorted;
  const changeOf = (edge: MapEdge): Change => comparison.edges.get(edge.id)?.change ?? 'same';
  return sorted
    .filter((edge) => shown.includes(changeOf(edge)))
    .sort((a, b) => CHANGES.indexOf(changeOf(a)) - CHANGES.indexOf(changeOf(b)));
};

/** A connection as a file has it: the ends by the names the map shows. */
export interface MapRow extends Omit<MapEdge, 'id'> {
  readonly change?: Change;
}

/** The rows of the table of the map, in its order. */
export const mapRows = (
  map: NetworkMap,
  comparison: Comparison | undefined,
  shown: readonly Change[],
): readonly MapRow[] => {
  const names = nodesById(map);
  const nameOf = (id: string): string => names.get(id)?.label ?? id;
  return listedEdges(map, comparison, shown).map(({ id, from, to, ...rest }) => {
    const change = comparison?.edges.get(id)?.change;
    return { from: nameOf(from), to: nameOf(to), ...(change === undefined ? {} : { change }), ...rest };
  });
};

const COLUMNS = [
  'from',
  'to',
  'change',
  'protocols',
  'applications',
  'verdict',
  'connections',
  'bytes',
  'firstAtMs',
  'lastAtMs',
] as const satisfies readonly (keyof MapRow)[];

const cell = (value: MapRow[(typeof COLUMNS)[number]]): string => {
  // What was not counted is no zero.
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return csvTextField(typeof value === 'string' ? value : value.join('; '));
};

/** The same rows for spreadsheets; columns are named as the API and the other lists name them. */
export const mapCsv = (rows: readonly MapRow[]): string =>
  [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','))]
    .map((line) => `${line}\n`)
    .join('');
