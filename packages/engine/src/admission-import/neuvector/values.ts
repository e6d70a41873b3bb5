// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionCollection, AdmissionCondition, FactValue, Operator } from '@bartizan/contracts';

/** One comparison. */
export const compare = (field: string, operator: Operator, value?: FactValue): AdmissionCondition =>
  value === undefined ? { field, operator } : { field, operator, value };
/** Negation. */
export const not = (condition: AdmissionCondition): AdmissionCondition => ({ not: condition });
/** Conjunction; of one part, that part. */
export const allOf = (parts: readonly AdmissionCondition[]): AdmissionCondition =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : { all: parts };
/** Disjunction; of one part, that part. */
export const anyOf = (parts: readonly AdmissionCondition[]): AdmissionCondition =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : { any: parts };

/** The comma-separated values of a criterion. */
export const valuesOf = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** How one list of texts is asked: does an item match one of the patterns. */
export type ListTest = (patterns: readonly string[]) => AdmissionCondition;

/** Tests of a list field. */
export const inList =
  (field: string): ListTest =>
  (patterns) =>
    compare(field, 'any-glob', [...patterns]);

/** What the four set operators of NeuVector mean, given how to ask for one pattern and how for one of another kind. */
export function setCondition(
  operator: string,
  values: readonly string[],
  ask: { readonly some: ListTest; readonly other?: ListTest },
): AdmissionCondition | undefined {
  if (values.length === 0) return undefined;
  switch (operator) {
    case 'containsAny':
      return ask.some(values);
    case 'containsAll':
      return allOf(values.map((value) => ask.some([value])));
    case 'notContainsAny':
      return not(ask.some(values));
    case 'containsOtherThan':
      return ask.other?.(values);
    default:
      return undefined;
  }
}

/**
 * Keys with or without a value, `k` or `k=v`: the key alone stands for every value.
 * `entry` is the field that holds key=value as one text.
 */
export function entryTests(
  collection: AdmissionCollection,
  fields: { readonly key: string; readonly entry: string },
): { readonly some: ListTest; readonly other: ListTest } {
  const one = (patterns: readonly string[]): AdmissionCondition => {
    const keys = patterns.filter((pattern) => !pattern.includes('='));
    const entries = patterns.filter((pattern) => pattern.includes('='));
    return anyOf([
      ...(keys.length > 0 ? [compare(fields.key, 'any-glob', keys)] : []),
      ...(entries.length > 0 ? [compare(fields.entry, 'any-glob', entries)] : []),
    ]);
  };
  return {
    some: (patterns) => ({ some: collection, where: one(patterns) }),
    other: (patterns) => ({ some: collection, where: not(one(patterns)) }),
  };
}

/** A whole or broken number; `undefined` for anything else. */
export const numberOf = (value: string): number | undefined =>
  /^\d{1,15}(\.\d{1,6})?$/.test(value.trim()) ? Number(value) : undefined;
