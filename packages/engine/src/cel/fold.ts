// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { LIST_MAX } from './arithmetic.ts';
import type { FoldKind } from './ast.ts';
import { order, sizeOf } from './compare.ts';
import { OverBudget } from './effort.ts';
import { charge, type Evaluate, type Frame, LIST_COST, MAP_COST } from './frame.ts';
import {
  adapt,
  CelError,
  CelMap,
  isKeyType,
  isList,
  isMap,
  mapEntries,
  noOverload,
  type Value,
} from './value.ts';

/** A comprehension whose parts are closures; `first` and `second` are places of its variables in the frame. */
export interface FoldPlan {
  readonly range: Evaluate;
  readonly first: number;
  readonly second: number | undefined;
  readonly filter: Evaluate | undefined;
  readonly body: Evaluate;
}

/** Visits each element; a returned value ends the loop with it. */
type Visit = (frame: Frame, key: Value) => Value | undefined;

function loopList(frame: Frame, list: readonly Value[], plan: FoldPlan, visit: Visit): Value | undefined {
  const { first, second } = plan;
  for (let at = 0; at < list.length; at += 1) {
    const element = adapt(list[at] ?? null);
    if (second === undefined) frame.locals[first] = element;
    else {
      frame.locals[first] = at;
      frame.locals[second] = element;
    }
    const ended = visit(frame, at);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

function loop(frame: Frame, range: Value, plan: FoldPlan, visit: Visit): Value | undefined {
  if (isList(range)) return loopList(frame, range, plan, visit);
  if (range instanceof CelError) return range;
  if (!isMap(range)) return noOverload('comprehension', range);
  for (const [key, value] of mapEntries(range)) {
    frame.locals[plan.first] = key;
    if (plan.second !== undefined) frame.locals[plan.second] = value;
    const ended = visit(frame, key);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

const notBool = (value: Value): CelError =>
  value instanceof CelError ? value : noOverload('condition', value);

/** `all` and `exists`: one element can decide whatever the others did, so errors wait until the end. */
const quantifier = (plan: FoldPlan, decides: boolean): Evaluate => {
  const { range, first, second, body } = plan;
  const step = decides ? 4 : 3;
  const general = (frame: Frame, over: Value): Value => {
    let failed: CelError | undefined;
    let left = sizeOf(over);
    const ended = loop(frame, over, plan, () => {
      charge(frame, step);
      left -= 1;
      const held = body(frame);
      if (held === decides) {
        frame.cost += left > 0 ? step - 1 : 0;
        return held;
      }
      if (typeof held !== 'boolean') failed ??= notBool(held);
      return undefined;
    });
    frame.cost += 1;
    return ended ?? failed ?? !decides;
  };
  return (frame) => {
    const over = range(frame);
    if (second !== undefined || !isList(over)) return general(frame, over);
    // The commonest loop of all, without a call for each element.
    let failed: CelError | undefined;
    frame.cost += 1;
    for (let at = 0; at < over.length; at += 1) {
      frame.cost += step;
      if (frame.cost > frame.limit) throw new OverBudget();
      frame.locals[first] = adapt(over[at] ?? null);
      const held = body(frame);
      if (held === decides) {
        frame.cost += at + 1 < over.length ? step - 1 : 0;
        return decides;
      }
      if (typeof held !== 'boolean') failed ??= notBool(held);
    }
    return failed ?? !decides;
  };
};

const existsOne =
  (plan: FoldPlan): Evaluate =>
  (frame) => {
    let count = 0;
    const ended = loop(frame, plan.range(frame), plan, () => {
      charge(frame, 1);
      const held = plan.body(frame);
      if (typeof held !== 'boolean') return notBool(held);
      if (held) {
        count += 1;
        frame.cost += 1;
      }
      return undefined;
    });
    frame.cost += 2;
    return ended ?? count === 1;
  };

/** Whether an element is kept: an error or a value that is no boolean ends the loop. */
const kept = (filter: Evaluate | undefined, frame: Frame): Value => {
  if (filter === undefined) return true;
  const held = filter(frame);
  return typeof held === 'boolean' ? held : notBool(held);
};

const STEP_COST = LIST_COST + 2;

const collect =
  (plan: FoldPlan, filter: Evaluate | undefined, body: Evaluate): Evaluate =>
  (frame) => {
    const list: Value[] = [];
    frame.cost += LIST_COST;
    const ended = loop(frame, plan.range(frame), plan, () => {
      const keep = kept(filter, frame);
      if (typeof keep !== 'boolean') return keep;
      charge(frame, keep ? STEP_COST : 1);
      if (!keep) return undefined;
      const value = body(frame);
      if (value instanceof CelError) return value;
      if (list.push(value) > LIST_MAX) return new CelError(`a list of more than ${LIST_MAX} elements`);
      return undefined;
    });
    frame.cost += 1;
    return ended ?? list;
  };

function addEntry(map: CelMap, key: Value, value: Value): CelError | undefined {
  if (!isKeyType(key)) return new CelError('a map key of a type that can be none');
  return map.put(key, value) ? undefined : new CelError('the same map key twice');
}

function addEntries(map: CelMap, value: Value): CelError | undefined {
  if (value instanceof CelError) return value;
  if (!isMap(value)) return noOverload('transformMapEntry', value);
  for (const [key, inner] of mapEntries(value)) {
    const fault = addEntry(map, key, inner);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

const collectMap =
  (plan: FoldPlan, whole: boolean): Evaluate =>
  (frame) => {
    const map = new CelMap();
    const stepCost = whole ? 2 : 3;
    frame.cost += MAP_COST;
    const ended = loop(frame, plan.range(frame), plan, (_frame, key) => {
      const keep = kept(plan.filter, frame);
      if (typeof keep !== 'boolean') return keep;
      charge(frame, keep ? stepCost : 1);
      if (!keep) return undefined;
      const value = plan.body(frame);
      if (value instanceof CelError) return value;
      return whole ? addEntries(map, value) : addEntry(map, key, value);
    });
    frame.cost += 1;
    return ended ?? map;
  };

/** Elements by their keys, which must all have an order; elements with equal keys stay as they are. */
const sortBy =
  (plan: FoldPlan): Evaluate =>
  (frame) => {
    const rows: { readonly key: Value; readonly element: Value }[] = [];
    const ended = loop(frame, plan.range(frame), plan, () => {
      charge(frame, STEP_COST);
      const key = plan.body(frame);
      if (key instanceof CelError) return key;
      rows.push({ key, element: frame.locals[plan.first] ?? null });
      return order(key, rows[0]?.key ?? null) === undefined ? noOverload('sortBy', key) : undefined;
    });
    if (ended !== undefined) return ended;
    charge(frame, rows.length ** 2);
    return rows.sort((left, right) => order(left.key, right.key) ?? 0).map(({ element }) => element);
  };

/** The closure of a comprehension. */
export function planFold(kind: FoldKind, plan: FoldPlan): Evaluate {
  switch (kind) {
    case 'all':
      return quantifier(plan, false);
    case 'exists':
      return quantifier(plan, true);
    case 'sortBy':
      return sortBy(plan);
    case 'existsOne':
      return existsOne(plan);
    case 'map':
      return collect(plan, plan.filter, plan.body);
    case 'filter':
      return collect(plan, plan.body, (frame) => {
        frame.cost += 1;
        return frame.locals[plan.first] ?? null;
      });
    default:
      return collectMap(plan, kind === 'transformMapEntry');
  }
}
