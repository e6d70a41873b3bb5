// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Value } from './value.ts';

/** A function or operator of CEL, with everything that the checker, the planner and the cost meter need of it. */
export interface CelFunction {
  readonly name: string;
  /**
   * Types it is declared for: `(list<A>) int` is called as `name(x)`, `string.(int) string` as `x.name(1)`.
   * A capital letter alone is a type parameter.
   */
  readonly signatures: readonly string[];
  /** Given the target, when there is one, and the arguments. Types are looked at when it runs: any value may be dynamic. */
  readonly call: (...args: Value[]) => Value;
  /**
   * What a call costs in the units of Kubernetes; 1 when it is left out. One that takes no result is charged before the call, so
   * that what costs more than it may is not done first.
   */
  readonly cost?: (args: readonly Value[], result: Value) => number;
}

/** Functions that come together. */
export type Library = readonly CelFunction[];

export const define = (
  name: string,
  signatures: readonly string[] | string,
  call: CelFunction['call'],
  cost?: CelFunction['cost'],
): CelFunction => {
  const list = typeof signatures === 'string' ? [signatures] : signatures;
  return cost === undefined ? { name, signatures: list, call } : { name, signatures: list, call, cost };
};

/** Share of a text's characters that looking at it costs. */
const TEXT_FACTOR = 0.1;
/** The cost of going once over a text of so many characters. */
export const traversal = (size: number): number => Math.ceil(size * TEXT_FACTOR);
