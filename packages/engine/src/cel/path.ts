// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PlainObject, Reader } from './field-reader.ts';
import type { Evaluate } from './frame.ts';
import { isJsonObject, type Value } from './value.ts';

/**
 * Whole paths such as `c.securityContext.privileged` in one closure, as long as all that is met on the way is plain: most
 * of the time of a policy goes into calls from one closure to the next. Anything else is left to the closures of the
 * parts (`slow`), which begin anew, so that cost and errors are theirs.
 */

/** Whether a value may have fields of its own; what is found with a reader then needs no second look. */
const hasFields = (value: Value | undefined): value is Value & object =>
  typeof value === 'object' && value !== null;

/** Whether a field that was found is the value it stands for: numbers are looked at once more. */
const isReady = (value: Value | undefined): value is Value =>
  value !== undefined && typeof value !== 'number';

/** `variable.field`; the variable is one of the expression itself. */
export const localField =
  (slot: number, get: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.locals[slot];
    if (!hasFields(value)) return slow(frame);
    const found = get(value as PlainObject);
    if (!isReady(found)) return slow(frame);
    frame.cost += 2;
    return found;
  };

/** `variable.field.field`. */
export const localPath =
  (slot: number, first: Reader, second: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.locals[slot];
    const inner = hasFields(value) ? first(value as PlainObject) : undefined;
    if (!hasFields(inner)) return slow(frame);
    const found = second(inner as PlainObject);
    if (!isReady(found)) return slow(frame);
    frame.cost += 3;
    return found;
  };

/** `input.field.field`; the input is one that is given. */
export const inputPath =
  (name: string, first: Reader, second: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.input[name];
    const inner = hasFields(value) ? first(value as PlainObject) : undefined;
    if (!hasFields(inner)) return slow(frame);
    const found = second(inner as PlainObject);
    if (!isReady(found)) return slow(frame);
    frame.cost += 3;
    return found;
  };

/** `has(variable.field)`. */
export const localHas =
  (slot: number, get: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.locals[slot];
    if (!hasFields(value)) return slow(frame);
    const isThere = get(value as PlainObject) !== undefined;
    if (!isThere && !isJsonObject(value)) return slow(frame);
    frame.cost += 1;
    return isThere;
  };

/** `has(variable.field.field)`. */
export const localPathHas =
  (slot: number, first: Reader, second: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.locals[slot];
    const inner = hasFields(value) ? first(value as PlainObject) : undefined;
    if (!hasFields(inner)) return slow(frame);
    const isThere = second(inner as PlainObject) !== undefined;
    if (!isThere && !isJsonObject(inner)) return slow(frame);
    frame.cost += 2;
    return isThere;
  };

/** `has(input.field.field)`. */
export const inputPathHas =
  (name: string, first: Reader, second: Reader, slow: Evaluate): Evaluate =>
  (frame) => {
    const value = frame.input[name];
    const inner = hasFields(value) ? first(value as PlainObject) : undefined;
    if (!hasFields(inner)) return slow(frame);
    const isThere = second(inner as PlainObject) !== undefined;
    if (!isThere && !isJsonObject(inner)) return slow(frame);
    frame.cost += 2;
    return isThere;
  };
