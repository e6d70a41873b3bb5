// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { withField } from '../filter/tokens.ts';
import { useApi } from './queries.ts';

/** Nodes whose names are asked for at once: a filter holds so many, and nobody reads more in one place. */
export const NODES_NAMED = 50;

/** What a place says of a node it knows by its id: the name, or that there is none (any more). */
export type NodeNames = ReadonlyMap<string, string>;

/** The filter that asks for the first of these nodes, each once; in one order, so that one answer is kept for all. */
export const filterOfNodes = (ids: readonly string[]): string =>
  withField('', 'id', [...new Set(ids)].sort().slice(0, NODES_NAMED));

/** Names of nodes; empty until they are known. */
export const useNodeNames = (ids: readonly string[]): NodeNames => {
  const filter = filterOfNodes(ids);
  const asked = useApi('node.list', { query: { filter, limit: NODES_NAMED }, enabled: filter !== '' });
  return new Map((asked.data?.items ?? []).map(({ id, name }) => [id, name]));
};
