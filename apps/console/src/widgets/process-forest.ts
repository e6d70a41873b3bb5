// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Of an ancestor that only the sensor's walk told of, nothing but the name is known: its user ids are no user ids. */
export const isOnlyNamed = ({ executable }: { readonly executable: string }): boolean => executable === '';

interface ForestRow {
  readonly process: { readonly pid: number; readonly startBootUs: number; readonly parentPid?: number };
  readonly firstAtMs: number;
}
export interface ForestNode<T> {
  readonly key: string;
  readonly row: T;
  readonly children: ForestNode<T>[];
}

/**
 * Builds trees from a flat list by parent pid. Of several processes that had the parent's pid, the youngest that
 * started before the child is the parent; who has none is a root. Order is by start.
 */
export const buildForest = <T extends ForestRow>(rows: readonly T[]): ForestNode<T>[] => {
  const sorted = [...rows].sort((a, b) => a.process.startBootUs - b.process.startBootUs);
  const byPid = new Map<number, ForestNode<T>[]>();
  const roots: ForestNode<T>[] = [];
  for (const [index, row] of sorted.entries()) {
    const node: ForestNode<T> = {
      key: `${row.process.pid}-${row.process.startBootUs}-${index}`,
      row,
      children: [],
    };
    const parents = row.process.parentPid === undefined ? undefined : byPid.get(row.process.parentPid);
    const parent = parents?.at(-1);
    (parent === undefined ? roots : parent.children).push(node);
    const same = byPid.get(row.process.pid);
    if (same === undefined) byPid.set(row.process.pid, [node]);
    else same.push(node);
  }
  return roots;
};
