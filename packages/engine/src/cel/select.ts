// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type PlainObject, type Reader, readerOf } from './field-reader.ts';
import type { Evaluate } from './frame.ts';
import {
  adapt,
  CelError,
  isJsonObject,
  isMap,
  lookup,
  NONE,
  Optional,
  typeName,
  type Value,
} from './value.ts';

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

/** `operand.field` of a field that only plain objects have. */
const planCommonSelect =
  (operand: Evaluate, field: string, get: Reader, error: CelError): Evaluate =>
  (frame) => {
    frame.cost += 1;
    const value = operand(frame);
    if (typeof value === 'object' && value !== null) {
      const quick = get(value as PlainObject);
      if (quick !== undefined) return typeof quick === 'number' ? adapt(quick) : quick;
    }
    const found = slowField(value, field);
    return found === undefined ? error : found;
  };

/** `operand.field`. */
export function planSelect(operand: Evaluate, field: string): Evaluate {
  const error = missing(field);
  const get = readerOf(field);
  if (get !== undefined) return planCommonSelect(operand, field, get, error);
  return (frame) => {
    frame.cost += 1;
    const found = slowField(operand(frame), field);
    return found === undefined ? error : found;
  };
}

function slowHas(value: Value, field: string): Value {
  const found = slowField(value, field);
  if (found instanceof CelError) return found;
  if (value instanceof Optional) return found instanceof Optional && found.value !== undefined;
  return found !== undefined;
}

/** `has(operand.field)`. */
export function planHas(operand: Evaluate, field: string): Evaluate {
  const get = readerOf(field);
  if (get === undefined) return (frame) => slowHas(operand(frame), field);
  return (frame) => {
    const value = operand(frame);
    if (typeof value === 'object' && value !== null && get(value as PlainObject) !== undefined) return true;
    return !isJsonObject(value) && slowHas(value, field);
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
