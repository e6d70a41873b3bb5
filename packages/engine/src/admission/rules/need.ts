// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFieldCondition, FactValue } from '@bartizan/contracts';
import type { CollectionDefinition } from '../fields/collections.ts';
import type { AdmissionField } from '../fields/field.ts';

/** What a field must at least be, for a condition not to be false. */
export type NeedTest =
  | { readonly kind: 'value'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'text'; readonly literal: string }
  | { readonly kind: 'above' | 'below'; readonly bound: number }
  | { readonly kind: 'set' };

/**
 * Something without which a condition is false: some item of the chain of lists has a field that passes the test, or
 * whose value is not known. A rule whose needs are not met need not be asked.
 */
export interface Need {
  /** Lists from the request inwards. */
  readonly chain: readonly CollectionDefinition[];
  /** Levels above the item that is asked; 0 at the request. */
  readonly up: number;
  readonly field: AdmissionField;
  readonly test: NeedTest;
}
/** One of them must be met. Undefined: the condition may hold whatever the object is. */
export type Needs = readonly Need[] | undefined;

const NEEDS_MAX = 64;
/** A literal shorter than this is in too many values to tell anything. */
export const LITERAL_MIN = 4;

const longest = (pattern: string): string =>
  pattern.split(/[*?]/).reduce((best, run) => (run.length > best.length ? run : best), '');

const isScalar = (value: FactValue): value is string | number | boolean => !Array.isArray(value);

function textsOf(
  operator: AdmissionFieldCondition['operator'],
  value: FactValue,
): readonly string[] | undefined {
  const patterns = Array.isArray(value) ? value : [String(value)];
  if (patterns.length === 0) return undefined;
  const literals = operator === 'glob' || operator === 'any-glob' ? patterns.map(longest) : patterns;
  return literals.every((literal) => literal.length >= LITERAL_MIN) ? literals : undefined;
}

/** What a comparison needs. */
export function needTests(
  { operator, value }: AdmissionFieldCondition,
  type: AdmissionField['type'] | 'any',
): readonly NeedTest[] | undefined {
  if (operator === 'absent') return undefined;
  if (operator === 'present' || type === 'any') return [{ kind: 'set' }];
  if (value === undefined) return undefined;
  switch (operator) {
    case 'equals':
      return isScalar(value) ? [{ kind: 'value', values: [value] }] : [{ kind: 'set' }];
    case 'in':
      return Array.isArray(value) && type === 'text' ? [{ kind: 'value', values: value }] : [{ kind: 'set' }];
    case 'contains':
    case 'contains-any': {
      if (type === 'list') return [{ kind: 'value', values: Array.isArray(value) ? value : [String(value)] }];
      return textsOf(operator, value)?.map((literal) => ({ kind: 'text', literal }));
    }
    case 'starts-with':
    case 'ends-with':
    case 'glob':
    case 'any-glob':
      return textsOf(operator, value)?.map((literal) => ({ kind: 'text', literal })) ?? [{ kind: 'set' }];
    case 'greater-than':
      return typeof value === 'number' ? [{ kind: 'above', bound: value }] : undefined;
    case 'less-than':
      return typeof value === 'number' ? [{ kind: 'below', bound: value }] : undefined;
    default:
      // The opposites hold of nearly everything that is set.
      return [{ kind: 'set' }];
  }
}

/** How much a need tells: fewer objects meet one with a lower number. */
function breadth({ test, up }: Need): number {
  if (up > 0) return 6;
  if (test.kind === 'value') return test.values.every((value) => typeof value === 'boolean') ? 3 : 1;
  if (test.kind === 'text') return 2;
  return test.kind === 'set' ? 5 : 4;
}
const widest = (needs: readonly Need[]): number => Math.max(...needs.map(breadth));

/** All parts must hold: what the most telling one needs. */
export function needsOfAll(parts: readonly { readonly needs: Needs }[]): Needs {
  const known = parts.flatMap(({ needs }) => (needs === undefined ? [] : [needs]));
  return known.sort((one, two) => widest(one) - widest(two) || one.length - two.length)[0];
}

/** One part must hold: what any of them needs, if all need something. */
export function needsOfAny(parts: readonly { readonly needs: Needs }[]): Needs {
  const all: Need[] = [];
  for (const { needs } of parts) {
    if (needs === undefined) return undefined;
    all.push(...needs);
  }
  return all.length > NEEDS_MAX ? undefined : all;
}

/**
 * What is needed of an item of a list, said of the list's owner, `hops` levels above who is asked. What is needed of
 * something further out tells nothing: a list that cannot be read leaves the condition unknown all the same.
 */
export const needsOfItems = (needs: Needs, definition: CollectionDefinition, hops: number): Needs =>
  needs === undefined || needs.some(({ up }) => up > 0)
    ? undefined
    : needs.map((need) => ({ ...need, chain: [definition, ...need.chain], up: hops }));
