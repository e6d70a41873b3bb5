// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { OverBudget } from './effort.ts';
import type { Value } from './value.ts';

/** What one evaluation carries along. */
export interface Frame {
  readonly input: Bindings;
  readonly locals: (Value | undefined)[];
  cost: number;
  readonly limit: number;
}
export type Bindings = Readonly<Record<string, Value>>;
/** A part of an expression as a closure. */
export type Evaluate = (frame: Frame) => Value;

/** Adds to the cost and ends the evaluation beyond its limit. */
export function charge(frame: Frame, cost: number): void {
  frame.cost += cost;
  if (frame.cost > frame.limit) throw new OverBudget();
}

/** Cost of making a list and a map. */
export const LIST_COST = 10;
export const MAP_COST = 30;
