// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Evaluate } from './frame.ts';
import { adapt, Boxed, CelError, isMap, lookup, NONE, Optional, typeName, type Value } from './value.ts';

const missing = (field: string): CelError => new CelError(`no such key: ${field.slice(0, 128)}`);

/** The field of a value that is no plain object: a map of an expression, an optional, or something without fields. */
function slowField(value: Value, field: string): Value | undefined {
  if (value instanceof CelError) return value;
  if (value instanceof Optional) {
    if (value.value === undefined) return NONE;
    const inner = slowField(value.value, field);
    if (inner instanceof CelError) return inner;
    return inner === undefined ? NONE : new Optional(inner);
  }
  return isMap(value)
    ? lookup(value, field)
    : new CelError(`no such overload: ${typeName(value)} has no field ${field}`);
}

/** Names that every JavaScript object has: they are looked up with more care. */
const isInherited = (name: string): boolean => name in Object.prototype;

/** `operand.field`. Nearly always a plain object: the quick way is tried first. */
export function planSelect(operand: Evaluate, field: string): Evaluate {
  const error = missing(field);
  if (isInherited(field))
    return (frame) => {
      frame.cost += 1;
      const found = slowField(operand(frame), field);
      return found === undefined ? error : found;
    };
  return (frame) => {
    frame.cost += 1;
    const value = operand(frame);
    if (typeof value === 'object' && value !== null && !(value instanceof Boxed)) {
      const found = (value as Readonly<Record<string, Value | undefined>>)[field];
      if (found !== undefined && !Array.isArray(value) && !(value instanceof Uint8Array)) return adapt(found);
    }
    const found = slowField(value, field);
    return found === undefined ? error : found;
  };
}

/** `has(operand.field)`. */
export function planHas(operand: Evaluate, field: string): Evaluate {
  return (frame) => {
    const value = operand(frame);
    const found = slowField(value, field);
    if (found instanceof CelError) return found;
    if (value instanceof Optional) return found instanceof Optional && found.value !== undefined;
    return found !== undefined;
  };
}

/** `operand.?field`. */
export function planOptionalSelect(operand: Evaluate, field: string): Evaluate {
  return (frame) => {
    frame.cost += 1;
    const value = operand(frame);
    const found = slowField(value, field);
    if (found === undefined) return NONE;
    return found instanceof CelError || value instanceof Optional ? found : new Optional(found);
  };
}
