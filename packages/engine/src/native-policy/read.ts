// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import type { JsonObject, Value } from '../cel/index.ts';
import { isObject, type Json } from '../foreign-json.ts';

export type PolicyInvalid = Failure<'E_NATIVE_POLICY'>;
export const invalid = (detail: string): Result<never, PolicyInvalid> =>
  err(failure('E_NATIVE_POLICY', detail));

export { isObject, type Json, listOf, memberOf as fieldOf, textsOf } from '../foreign-json.ts';

export const objectOr = (value: unknown): Json => (isObject(value) ? value : {});
export const textOr = (value: unknown, otherwise = ''): string =>
  typeof value === 'string' ? value : otherwise;

/** A foreign object as a value of CEL: JSON is one already. */
export const asValue = (value: unknown): Value => (value === undefined ? null : (value as JsonObject));

/** Reads a list of objects each part of which must be readable; at most `most`. */
export function readEach<T>(
  value: unknown,
  where: string,
  most: number,
  read: (one: Json, where: string) => Result<T, PolicyInvalid>,
): Result<readonly T[], PolicyInvalid> {
  if (value === undefined || value === null) return ok([]);
  if (!Array.isArray(value)) return invalid(`${where} is not a list`);
  if (value.length > most) return invalid(`${where} has more than ${most} entries`);
  const parts: T[] = [];
  for (const [at, one] of (value as readonly unknown[]).entries()) {
    if (!isObject(one)) return invalid(`${where}[${at}] is not an object`);
    const part = read(one, `${where}[${at}]`);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return ok(parts);
}
