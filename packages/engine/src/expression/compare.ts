// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactType, FactValue, Operator } from '@bartizan/contracts';
import { compileWildcard, isWildcard } from './wildcard.ts';

/** Tests one value of a fact that is present. */
export type ValueTest = (actual: FactValue) => boolean;

const isList = (value: FactValue | undefined): value is string[] => Array.isArray(value);
const isText = (value: FactValue | undefined): value is string => typeof value === 'string';
const isNumber = (value: FactValue | undefined): value is number => typeof value === 'number';

/** Types of fact an operator can be asked of; a rule that asks another one does not compile. */
const APPLIES: Readonly<Record<Operator, readonly FactType[]>> = {
  equals: ['text', 'number', 'boolean', 'list'],
  'not-equals': ['text', 'number', 'boolean', 'list'],
  in: ['text', 'number'],
  'not-in': ['text', 'number'],
  contains: ['text', 'list'],
  'contains-any': ['text', 'list'],
  'starts-with': ['text'],
  'ends-with': ['text'],
  glob: ['text'],
  'any-glob': ['text', 'list'],
  'greater-than': ['number'],
  'less-than': ['number'],
  present: ['text', 'number', 'boolean', 'list'],
  absent: ['text', 'number', 'boolean', 'list'],
};

/** Whether an operator can be asked of a fact of this type. */
export const operatorApplies = (operator: Operator, type: FactType): boolean =>
  APPLIES[operator].includes(type);

const sameList = (one: readonly string[], two: readonly string[]): boolean =>
  one.length === two.length && one.every((item, at) => item === two[at]);

const equals = (value: FactValue): ValueTest =>
  isList(value) ? (actual) => isList(actual) && sameList(actual, value) : (actual) => actual === value;

/** Members of the list as text; a number is compared by its decimal form. */
function memberOf(value: FactValue): ValueTest | undefined {
  if (!isList(value)) return undefined;
  const members = new Set(value);
  return (actual) => !isList(actual) && typeof actual !== 'boolean' && members.has(String(actual));
}

function containsAny(wanted: readonly string[]): ValueTest {
  const members = new Set(wanted);
  return (actual) => {
    if (isList(actual)) return actual.some((item) => members.has(item));
    return isText(actual) && wanted.some((item) => actual.includes(item));
  };
}

function globs(patterns: readonly string[]): ValueTest | undefined {
  if (!patterns.every(isWildcard)) return undefined;
  const tests = patterns.map(compileWildcard);
  return (actual) => {
    if (isList(actual)) return actual.some((item) => tests.some((test) => test(item)));
    return isText(actual) && tests.some((test) => test(actual));
  };
}

const onText = (
  value: FactValue,
  test: (actual: string, wanted: string) => boolean,
): ValueTest | undefined =>
  isText(value) && value !== '' ? (actual) => isText(actual) && test(actual, value) : undefined;

const onNumber = (
  value: FactValue,
  test: (actual: number, wanted: number) => boolean,
): ValueTest | undefined =>
  isNumber(value) ? (actual) => isNumber(actual) && test(actual, value) : undefined;

type Builder = (value: FactValue) => ValueTest | undefined;
const negate =
  (build: Builder): Builder =>
  (value) => {
    const test = build(value);
    return test && ((actual) => !test(actual));
  };
const BUILDERS: Readonly<Record<Exclude<Operator, 'present' | 'absent'>, Builder>> = {
  equals,
  'not-equals': negate(equals),
  in: memberOf,
  'not-in': negate(memberOf),
  contains: (value) => (isText(value) && value !== '' ? containsAny([value]) : undefined),
  'contains-any': (value) => (isList(value) && value.length > 0 ? containsAny(value) : undefined),
  'starts-with': (value) => onText(value, (actual, wanted) => actual.startsWith(wanted)),
  'ends-with': (value) => onText(value, (actual, wanted) => actual.endsWith(wanted)),
  glob: (value) => (isText(value) ? globs([value]) : undefined),
  'any-glob': (value) => (isList(value) && value.length > 0 ? globs(value) : undefined),
  'greater-than': (value) => onNumber(value, (actual, wanted) => actual > wanted),
  'less-than': (value) => onNumber(value, (actual, wanted) => actual < wanted),
};

/** Builds the test of one operator with its value; `undefined` when the value does not fit the operator. */
export function buildTest(
  operator: Exclude<Operator, 'present' | 'absent'>,
  value: FactValue,
): ValueTest | undefined {
  return BUILDERS[operator](value);
}
