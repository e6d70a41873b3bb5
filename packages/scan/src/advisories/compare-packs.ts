// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isSameGroup, type PoolMap } from './group-sameness.ts';
import type { AdvisoryPack, StoredGroup } from './pack.ts';

/** Which groups of two packs differ. What is named in none of both says the same in both. */
export interface PackComparison {
  /** Keys that are new in the second pack, or say something else there. */
  readonly put: ReadonlySet<string>;
  /** Keys that the second pack no longer has. */
  readonly gone: ReadonlySet<string>;
}

/** The numbers of one pool in another; `one pool` when every number means the same text in both. */
function mapPool(before: AdvisoryPack, after: AdvisoryPack): PoolMap | 'one pool' {
  const numbers = new Map(after.poolTexts().map((text, number) => [text, number]));
  const map = Int32Array.from(before.poolTexts(), (text) => numbers.get(text) ?? -1);
  return map.length === numbers.size && map.every((number, at) => number === at) ? 'one pool' : map;
}

const nextOf = (groups: Iterator<StoredGroup, unknown>): StoredGroup | undefined => {
  const next = groups.next();
  return next.done === true ? undefined : next.value;
};

/** Negative when the first stands before the second in an index. */
const orderOf = (left: StoredGroup, right: StoredGroup): number =>
  left.high - right.high ||
  left.low - right.low ||
  (left.key < right.key ? -1 : Number(left.key > right.key));

/**
 * Compares two packs group by group, without reading what both say alike. Both indexes are walked through once, side by
 * side; an index that is out of order only makes more groups differ.
 */
export function comparePacks(before: AdvisoryPack, after: AdvisoryPack): PackComparison {
  const map = mapPool(before, after);
  const put = new Set<string>();
  const gone = new Set<string>();
  const old = before.stored();
  const now = after.stored();
  let left = nextOf(old);
  let right = nextOf(now);
  while (left !== undefined || right !== undefined) {
    const order = left === undefined ? 1 : right === undefined ? -1 : orderOf(left, right);
    if (right === undefined || order < 0) gone.add(left?.key ?? '');
    else if (left === undefined || order > 0 || !isSame(left, right, map)) put.add(right.key);
    if (order <= 0) left = nextOf(old);
    if (order >= 0) right = nextOf(now);
  }
  for (const key of put) gone.delete(key);
  return { put, gone };
}

/** Rows are compared with their numbers turned into those of the other pool; facts are texts. */
const isSame = (left: StoredGroup, right: StoredGroup, map: PoolMap | 'one pool'): boolean =>
  isSameGroup(left, right, left.key.startsWith('p\t') ? map : 'one pool');
