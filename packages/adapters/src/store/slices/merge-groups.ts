// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Cells } from '../sqlite/database.ts';
import { numberOf } from '../sqlite/database.ts';
import type { Fold, GroupRequest } from '../workers/protocol.ts';

/** Folds groups of several slices into one list, largest first column first, bounded. */
export function mergeGroups(request: Pick<GroupRequest, 'keys' | 'folds' | 'groupsMax'>): {
  readonly add: (row: Cells) => void;
  readonly rows: () => Cells[];
} {
  const groups = new Map<string, { readonly keys: Cells; readonly values: number[] }>();
  return {
    add: (row) => {
      const keys = row.slice(0, request.keys);
      const values = row.slice(request.keys).map(numberOf);
      const id = JSON.stringify(keys);
      const known = groups.get(id);
      if (known === undefined) {
        groups.set(id, { keys, values });
        return;
      }
      for (const [index, fold] of request.folds.entries()) {
        known.values[index] = foldTwo(fold, known.values[index] ?? 0, values[index] ?? 0);
      }
    },
    rows: () =>
      [...groups.values()]
        .sort((left, right) => (right.values[0] ?? 0) - (left.values[0] ?? 0))
        .slice(0, request.groupsMax)
        .map(({ keys, values }) => [...keys, ...values]),
  };
}

function foldTwo(fold: Fold, left: number, right: number): number {
  if (fold === 'sum') return left + right;
  return fold === 'min' ? Math.min(left, right) : Math.max(left, right);
}
