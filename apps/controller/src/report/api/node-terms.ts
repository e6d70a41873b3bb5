// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { err, type FilterTerm, failure, ok, type Query, type Result, type Scope } from '@bartizan/contracts';
import { FILTER_VALUES_MAX } from '@bartizan/engine';
import type { ApiFailure } from '../../ports.ts';

const isOfNodes = (term: FilterTerm): boolean => term.field === 'node' && term.operator === 'in';

/**
 * Lets a filter name nodes as people see them: records hold the ids of nodes, pages and lists show names. A name stands
 * for all nodes that have it; what is no name is left as it is, an id.
 */
export async function withNodeIds(
  store: Pick<Store, 'nodes'>,
  scope: Scope,
  wanted: Result<Query, ApiFailure>,
): Promise<Result<Query, ApiFailure>> {
  if (!wanted.ok || !wanted.value.filter.some(isOfNodes)) return wanted;
  const filter: FilterTerm[] = [];
  for (const term of wanted.value.filter) {
    if (!isOfNodes(term)) {
      filter.push(term);
      continue;
    }
    const named = await store.nodes.list(scope, {
      filter: [{ ...term, field: 'name', negated: false }],
      limit: FILTER_VALUES_MAX,
    });
    if (!named.ok) return named;
    const values = [...new Set([...term.values, ...named.value.items.map(({ id }) => id)])];
    if (named.value.next !== undefined || values.length > FILTER_VALUES_MAX)
      return err(failure('E_FILTER', `node: more than ${FILTER_VALUES_MAX} nodes have such a name`));
    filter.push({ ...term, values });
  }
  return ok({ ...wanted.value, filter });
}
