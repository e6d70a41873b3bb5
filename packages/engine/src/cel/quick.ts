// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { CallNode } from './ast.ts';
import { equals, sizeOf } from './compare.ts';
import { charge, type Evaluate } from './frame.ts';
import { traversal } from './function.ts';
import { isIn } from './library/operators.ts';
import { CelError, isList, noOverload, Optional } from './value.ts';

/** `&&` and `||`: one operand can decide whatever the others are, so an error waits for the rest. */
export function logic(parts: readonly Evaluate[], decides: boolean): Evaluate {
  const name = decides ? '_||_' : '_&&_';
  const [first, second] = parts;
  if (parts.length === 2 && first !== undefined && second !== undefined)
    return (frame) => {
      const one = first(frame);
      if (one === decides) return decides;
      const other = second(frame);
      if (other === decides) return decides;
      if (typeof one !== 'boolean') return one instanceof CelError ? one : noOverload(name, one);
      return typeof other === 'boolean' || other instanceof CelError ? other : noOverload(name, other);
    };
  return (frame) => {
    let failed: CelError | undefined;
    for (let at = 0; at < parts.length; at += 1) {
      const value = parts[at]?.(frame) ?? null;
      if (value === decides) return value;
      if (typeof value !== 'boolean') failed ??= value instanceof CelError ? value : noOverload(name, value);
    }
    return failed ?? !decides;
  };
}

export function conditional(parts: readonly Evaluate[]): Evaluate {
  const [condition, yes, no] = parts;
  if (condition === undefined || yes === undefined || no === undefined) return () => noOverload('_?_:_');
  return (frame) => {
    const held = condition(frame);
    if (held === true) return yes(frame);
    if (held === false) return no(frame);
    return held instanceof CelError ? held : noOverload('_?_:_', held);
  };
}

/** Comparison with a text or truth value that is written down, the commonest of all. */
function againstConstant(node: CallNode, read: readonly Evaluate[]): Evaluate | undefined {
  const [left, right] = node.args;
  const [first] = read;
  if (left === undefined || right?.kind !== 'constant' || first === undefined) return undefined;
  const { value } = right;
  if (typeof value !== 'string' && typeof value !== 'boolean' && typeof value !== 'number') return undefined;
  const wanted = node.name === '_==_';
  const size = sizeOf(value);
  return (frame) => {
    const found = first(frame);
    frame.cost += typeof found === 'string' ? traversal(Math.min(size, found.length)) : 1;
    if (typeof found === typeof value) return (found === value) === wanted;
    return found instanceof CelError ? found : equals(found, value) === wanted;
  };
}

/** `optional.or(optional)` and `optional.orValue(value)`: what stands in for an absent value is asked only where it is absent. */
export function planFallback(name: string, target: Evaluate, fallback: Evaluate): Evaluate {
  const wraps = name === 'or';
  return (frame) => {
    frame.cost += 1;
    const value = target(frame);
    if (!(value instanceof Optional)) return value instanceof CelError ? value : noOverload(name, value);
    if (value.value !== undefined) return wraps ? value : value.value;
    const other = fallback(frame);
    return wraps && !(other instanceof Optional || other instanceof CelError)
      ? noOverload(name, value, other)
      : other;
  };
}

function not(operand: Evaluate): Evaluate {
  return (frame) => {
    frame.cost += 1;
    const value = operand(frame);
    if (typeof value === 'boolean') return !value;
    return value instanceof CelError ? value : noOverload('!_', value);
  };
}

/** `x in list`. */
function membership(value: Evaluate, container: Evaluate): Evaluate {
  return (frame) => {
    const one = value(frame);
    if (one instanceof CelError) return one;
    const within = container(frame);
    if (within instanceof CelError) return within;
    if (!isList(within)) {
      frame.cost += 1;
      return isIn(one, within);
    }
    charge(frame, within.length);
    return isIn(one, within);
  };
}

/** Operators that policies use most, without the way through the table of functions. */
export function planQuick(node: CallNode, read: readonly Evaluate[]): Evaluate | undefined {
  const [first, second] = read;
  if (first === undefined) return undefined;
  if (node.name === '!_') return not(first);
  if (second === undefined) return undefined;
  if (node.name === '@in') return membership(first, second);
  return node.name === '_==_' || node.name === '_!=_' ? againstConstant(node, read) : undefined;
}
