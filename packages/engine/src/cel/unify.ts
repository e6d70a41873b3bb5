// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DYN, type Type } from './types.ts';

/**
 * Finds types for type parameters so that what is given fits what is wanted. Follows the rules of the reference checker:
 * a parameter takes the more general of the types it has met, and `dyn` fits everything.
 */

/** What type parameters stand for. */
export interface Substitution {
  readonly get: (name: string) => Type | undefined;
  readonly set: (name: string, type: Type) => unknown;
}

/** An attempt: reads through to what is known, and keeps what it learns to itself. */
export class Trial implements Substitution {
  readonly learnt = new Map<string, Type>();
  readonly #known: Substitution;
  constructor(known: Substitution) {
    this.#known = known;
  }
  get(name: string): Type | undefined {
    return this.learnt.get(name) ?? this.#known.get(name);
  }
  set(name: string, type: Type): void {
    this.learnt.set(name, type);
  }
}

const isDyn = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

export function sameType(left: Type, right: Type): boolean {
  if (left.kind === 'of' && right.kind === 'of')
    return left.name === right.name && allPairs(left.parameters, right.parameters, sameType);
  if (left.kind !== right.kind) return false;
  return !('name' in left) || !('name' in right) || left.name === right.name;
}

function allPairs(
  left: readonly Type[],
  right: readonly Type[],
  test: (a: Type, b: Type) => boolean,
): boolean {
  return left.length === right.length && left.every((one, at) => test(one, right[at] ?? DYN));
}

/** Whether the first type says no more than the second. */
function isMoreGeneral(left: Type, right: Type): boolean {
  if (isDyn(left) || left.kind === 'parameter') return true;
  if (isDyn(right) || right.kind === 'parameter') return false;
  // What may be null takes null in.
  if (right.kind === 'null') return true;
  if (left.kind === 'of' && right.kind === 'of')
    return left.name === right.name && allPairs(left.parameters, right.parameters, isMoreGeneral);
  return sameType(left, right);
}
export const mostGeneral = (left: Type, right: Type): Type => (isMoreGeneral(left, right) ? left : right);

/** Whether a parameter stands inside a type: it must not be bound to itself. */
function mentions(known: Substitution, parameter: string, type: Type): boolean {
  if (type.kind === 'parameter') {
    if (type.name === parameter) return true;
    const bound = known.get(type.name);
    return bound !== undefined && mentions(known, parameter, bound);
  }
  return type.kind === 'of' && type.parameters.some((one) => mentions(known, parameter, one));
}

/** Tries to give the parameter `wanted` the type `given`: [whether it can, whether it had one before]. */
function bind(
  known: Substitution,
  given: Type,
  wanted: Type & { readonly kind: 'parameter' },
): readonly [boolean, boolean] {
  if (sameType(given, wanted)) return [true, true];
  const bound = known.get(wanted.name);
  if (bound !== undefined) {
    if (sameType(given, bound)) return [true, true];
    if (!fits(known, given, bound)) return [false, true];
    const general = mostGeneral(given, bound);
    if (!mentions(known, wanted.name, general)) known.set(wanted.name, general);
    return [true, true];
  }
  if (mentions(known, wanted.name, given)) return [false, false];
  known.set(wanted.name, given);
  return [true, false];
}

const NULLABLE = new Set(['timestamp', 'duration']);
const takesNull = (type: Type): boolean => {
  if (type.kind === 'basic') return NULLABLE.has(type.name) || type.name.includes('.');
  if (type.kind === 'of') return !['list', 'map', 'type'].includes(type.name);
  return type.kind === 'null' || type.kind === 'object';
};

const unwrapped = (type: Type): Type =>
  type.kind === 'of' && type.name === 'wrapper' ? (type.parameters[0] ?? DYN) : type;

/** Whether a type fits another one; what it finds out about parameters is added to `known`. */
export function fits(known: Substitution, given: Type, wanted: Type): boolean {
  if (wanted.kind === 'parameter') {
    const [can, had] = bind(known, given, wanted);
    if (can || had) return can;
  }
  if (given.kind === 'parameter') return bind(known, wanted, given)[0];
  if (isDyn(given) || isDyn(wanted)) return true;
  if (given.kind === 'null') return takesNull(wanted);
  if (wanted.kind === 'null') return takesNull(given);
  const left = unwrapped(given);
  const right = unwrapped(wanted);
  // Types as values can all be compared, whatever they are types of.
  if (left.kind === 'of' && right.kind === 'of' && left.name === 'type' && right.name === 'type') {
    allPairs(left.parameters, right.parameters, (a, b) => fits(known, a, b));
    return true;
  }
  if (left.kind === 'of' && right.kind === 'of')
    return (
      left.name === right.name && allPairs(left.parameters, right.parameters, (a, b) => fits(known, a, b))
    );
  return sameType(left, right);
}

/** A type with what is known of its parameters put in; with `toDyn` the others become dyn. */
export function substitute(known: Substitution, type: Type, toDyn: boolean): Type {
  if (type.kind === 'parameter') {
    const bound = known.get(type.name);
    if (bound !== undefined) return substitute(known, bound, toDyn);
    return toDyn ? DYN : type;
  }
  if (type.kind !== 'of') return type;
  return { ...type, parameters: type.parameters.map((one) => substitute(known, one, toDyn)) };
}
