// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { FILTER_MAX, parseFilter } from '../filter/tokens.ts';
import { filterOfNodes, NODES_NAMED } from './node-names.ts';

const idOf = (n: number): string => `n-${n.toString(16).padStart(32, '0')}`;

describe('names of nodes', () => {
  it('are asked for by id, each once, whatever the order', () => {
    expect(filterOfNodes(['n-2', 'n-1', 'n-2'])).toBe('id:n-1,n-2');
    expect(filterOfNodes([])).toBe('');
  });
  it('are asked for no more nodes than a filter holds', () => {
    const filter = filterOfNodes(Array.from({ length: 5_000 }, (_, n) => idOf(n)));
    expect(filter.length).toBeLessThan(FILTER_MAX);
    expect(parseFilter(filter)[0]?.values).toHaveLength(NODES_NAMED);
  });
});
