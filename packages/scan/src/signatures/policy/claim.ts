// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { asList, asObject, type JsonObject } from '../../json/fields.ts';
import { fits } from '../sigstore/identity.ts';

/** What one field of a predicate has to be. */
export interface ClaimCondition {
  /** Keys from the outside in; a number goes into a list, `*` into any of its entries. */
  readonly field: readonly string[];
  readonly test:
    | { readonly kind: 'equals'; readonly value: string | number | boolean }
    | { readonly kind: 'oneOf'; readonly values: readonly (string | number | boolean)[] }
    | { readonly kind: 'matches'; readonly pattern: string }
    | { readonly kind: 'atLeast' | 'atMost'; readonly value: number }
    | { readonly kind: 'exists' };
}

const VALUES_MAX = 10_000;

/** Every value a field leads to; several where it goes into the entries of lists. */
function valuesAt(value: unknown, field: readonly string[]): readonly unknown[] {
  let values: readonly unknown[] = [value];
  for (const key of field) {
    values = values
      .flatMap((one): readonly unknown[] => {
        if (key === '*') return asList(one);
        if (Array.isArray(one)) return /^\d{1,6}$/.test(key) ? [one[Number(key)]] : [];
        const object = asObject(one);
        return object !== undefined && Object.hasOwn(object, key) ? [object[key]] : [];
      })
      .slice(0, VALUES_MAX);
  }
  return values.filter((one) => one !== undefined);
}

function passes(value: unknown, test: ClaimCondition['test']): boolean {
  switch (test.kind) {
    case 'equals':
      return value === test.value;
    case 'oneOf':
      return test.values.some((one) => one === value);
    case 'matches':
      return typeof value === 'string' && fits(value, { kind: 'pattern', value: test.pattern });
    case 'atLeast':
      return typeof value === 'number' && value >= test.value;
    case 'atMost':
      return typeof value === 'number' && value <= test.value;
    case 'exists':
      return value !== null;
  }
}

/** A condition in words. */
export function claimText({ field, test }: ClaimCondition): string {
  const name = field.join('.');
  switch (test.kind) {
    case 'equals':
      return `${name} = ${String(test.value)}`;
    case 'oneOf':
      return `${name} in ${test.values.map(String).join(', ')}`;
    case 'matches':
      return `${name} like ${test.pattern}`;
    case 'atLeast':
      return `${name} >= ${test.value}`;
    case 'atMost':
      return `${name} <= ${test.value}`;
    case 'exists':
      return `${name} is there`;
  }
}

/** What a predicate does not say that it has to say; empty when it says all. A field that is not there says nothing. */
export const unmetClaims = (
  predicate: JsonObject | undefined,
  where: readonly ClaimCondition[],
): readonly string[] =>
  where
    .filter(({ field, test }) => !valuesAt(predicate, field).some((value) => passes(value, test)))
    .map(claimText);
