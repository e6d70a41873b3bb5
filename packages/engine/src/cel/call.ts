// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DeclaredFunction } from './environment.ts';
import { charge, type Evaluate } from './frame.ts';
import type { CelFunction } from './function.ts';
import type { Overload, Type } from './types.ts';
import { CelError, noOverload, typeName, type Value } from './value.ts';

const RUNTIME_NAMES: Readonly<Record<string, string>> = {
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
  optional: 'optional_type',
};

/** Whether a value can be of a declared type, by its outermost part. */
function isOf(value: Value, type: Type): boolean {
  if (type.kind === 'basic' || type.kind === 'of')
    return typeName(value) === (RUNTIME_NAMES[type.name] ?? type.name);
  if (type.kind === 'object') return typeName(value) === 'map';
  return type.kind !== 'null' || value === null;
}

const accepts = (overload: Overload, values: readonly Value[]): boolean =>
  overload.parameters.every((type, at) => isOf(values[at] ?? null, type));

type Implementation = DeclaredFunction['implementations'][number];

/** Chooses among functions of one name from several libraries by the types of the values. */
function choose(
  name: string,
  among: readonly Implementation[],
  count: number,
  receiver: boolean,
): CelFunction {
  const rows = among.flatMap((one) =>
    one.overloads
      .filter((overload) => overload.receiver === receiver && overload.parameters.length === count)
      .map((overload) => ({ one, overload })),
  );
  const find = (values: readonly Value[]): Implementation | undefined =>
    rows.find(({ overload }) => accepts(overload, values))?.one;
  const cost = (values: readonly Value[], result: Value): number => find(values)?.cost?.(values, result) ?? 1;
  return {
    name,
    signatures: [],
    call: (...values) => find(values)?.call(...values) ?? noOverload(name, ...values),
    cost: rows.some(({ one }) => (one.cost?.length ?? 0) > 1) ? cost : (values) => cost(values, null),
  };
}

/** A cost that does not depend on the result is charged before the call: what costs more than it may is not done first. */
const costWithoutResult = ({ cost }: CelFunction): CelFunction['cost'] =>
  cost !== undefined && cost.length < 2 ? cost : undefined;

/** Calls of one and two arguments without a list of them, as they are most of all calls. */
function planShort(chosen: CelFunction, first: Evaluate, second: Evaluate | undefined): Evaluate {
  const { call, cost } = chosen;
  const costBefore = costWithoutResult(chosen);
  if (second === undefined)
    return (frame) => {
      const a = first(frame);
      if (a instanceof CelError) return a;
      if (costBefore !== undefined) charge(frame, costBefore([a], null));
      const result = call(a);
      if (cost === undefined) frame.cost += 1;
      else if (costBefore === undefined) charge(frame, cost([a], result));
      return result;
    };
  return (frame) => {
    const a = first(frame);
    if (a instanceof CelError) return a;
    const b = second(frame);
    if (b instanceof CelError) return b;
    if (costBefore !== undefined) charge(frame, costBefore([a, b], null));
    const result = call(a, b);
    if (cost === undefined) frame.cost += 1;
    else if (costBefore === undefined) charge(frame, cost([a, b], result));
    return result;
  };
}

/** The closure of a call. An unknown function, or a number of arguments that no form takes, is an error when it is reached. */
export function planCall(
  functions: ReadonlyMap<string, DeclaredFunction>,
  name: string,
  args: readonly Evaluate[],
  receiver: boolean,
): Evaluate {
  const among = (functions.get(name)?.implementations ?? []).filter(({ overloads }) =>
    overloads.some(
      (overload) => overload.receiver === receiver && overload.parameters.length === args.length,
    ),
  );
  const [only] = among;
  if (only === undefined) {
    const error = new CelError(`no such overload: ${name} with ${args.length} arguments`);
    return () => error;
  }
  const chosen = among.length === 1 ? only : choose(name, among, args.length, receiver);
  const costBefore = costWithoutResult(chosen);
  const [first, second] = args;
  if (first !== undefined && args.length <= 2) return planShort(chosen, first, second);
  return (frame) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(frame);
      if (value instanceof CelError) return value;
      values.push(value);
    }
    if (costBefore !== undefined) charge(frame, costBefore(values, null));
    const result = chosen.call(...values);
    if (costBefore === undefined) charge(frame, chosen.cost?.(values, result) ?? 1);
    return result;
  };
}
