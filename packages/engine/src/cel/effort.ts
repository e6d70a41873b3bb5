// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Ends an evaluation that costs too much: no operator may absorb it. Caught where the evaluation began. */
export class OverBudget extends Error {}

/**
 * What one evaluation may really do, in values looked at. The cost is that of Kubernetes, so that both decide alike, and it counts
 * the outermost size of what is compared, copied or shown; lists that share their elements can be any number of times larger.
 */
export const EFFORT_MAX = 1_000_000;

/** Nothing is bounded outside of an evaluation. */
let left = Number.POSITIVE_INFINITY;

/** Takes from what the running evaluation may do, and ends it when nothing is left. */
export function spend(units: number): void {
  left -= units;
  if (left < 0) throw new OverBudget();
}

/** Begins an evaluation, perhaps inside of another one; what is answered goes to `endEffort`. */
export function beginEffort(): number {
  const outer = left;
  left = EFFORT_MAX;
  return outer;
}
/** What the running evaluation has done so far. */
export const doneEffort = (): number => EFFORT_MAX - left;
export function endEffort(outer: number): void {
  left = outer;
}

/** Short texts take no time worth counting: they are most of all. */
export const TEXT_FREE = 256;
/** Characters that are compared in the time in which one value is looked at, and those that are walked or written. */
const COMPARED_SHIFT = 8;
const WALKED_SHIFT = 5;

export function spendCompared(length: number): void {
  if (length > TEXT_FREE) spend(length >> COMPARED_SHIFT);
}
export function spendWalked(length: number): void {
  if (length > TEXT_FREE) spend(length >> WALKED_SHIFT);
}

/** Elements that are only copied or listed. */
export function spendCopied(count: number): void {
  if (count > TEXT_FREE) spend(count >> 2);
}
