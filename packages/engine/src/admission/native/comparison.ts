// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionFieldCondition,
  type FactValue,
  type LocalText,
  ok,
  type Result,
} from '@bartizan/contracts';
import { type AdmissionField, comparedWith } from '../fields/field.ts';
import { isDynamic } from '../fields/named.ts';
import { fraction, literal, patternOf } from './cel-text.ts';
import { noComparison, noForm, outsideFact } from './reason.ts';

const OLD_PREFIX = 'oldObject.path/';
const POD_PREFIX = 'pod.path/';

/** A path field as optional selections; what stands at a star is more than one value. */
function pathText({ name, path }: AdmissionField): string | undefined {
  if (path.some((key) => key === '*' || /^\d+$/.test(key))) return undefined;
  const root = name.startsWith(OLD_PREFIX) ? 'before' : name.startsWith(POD_PREFIX) ? 'pod' : 'object';
  return root + path.map((key) => (/^\w+$/.test(key) ? `.?${key}` : `[?${literal(key)}]`)).join('');
}

/** The CEL that gives a field as an optional. */
export function fieldText(field: AdmissionField): Result<string, LocalText> {
  if (field.outside !== undefined) return outsideFact(field.name, field.outside);
  const text = isDynamic(field) ? pathText(field) : field.cel;
  return text === undefined ? noForm(field.name) : ok(text);
}

const isText = (value: FactValue | undefined): value is string => typeof value === 'string';
const isList = (value: FactValue | undefined): value is string[] => Array.isArray(value);

/** Tests of text; `v` is the value. */
function textTest(operator: string, value: FactValue): string | undefined {
  const any = (list: readonly string[], test: (one: string) => string): string =>
    list.length === 0 ? 'false' : `(${list.map(test).join(' || ')})`;
  const matches = (one: string): string => `v.matches(${literal(patternOf(one))})`;
  const contains = (one: string): string => `v.contains(${literal(one)})`;
  if (isText(value)) {
    if (operator === 'starts-with') return `v.startsWith(${literal(value)})`;
    if (operator === 'ends-with') return `v.endsWith(${literal(value)})`;
    if (operator === 'contains') return contains(value);
    if (operator === 'glob') return matches(value);
    return undefined;
  }
  if (!isList(value)) return undefined;
  if (operator === 'in') return `v in ${literal(value)}`;
  if (operator === 'contains-any') return any(value, contains);
  return operator === 'any-glob' ? any(value, matches) : undefined;
}

/** Tests of a list of text. */
function listTest(operator: string, value: FactValue): string | undefined {
  if (operator === 'contains' && isText(value)) return `v.exists(one, one == ${literal(value)})`;
  if (!isList(value)) return undefined;
  if (value.length === 0) return 'false';
  if (operator === 'contains-any') return `v.exists(one, one in ${literal(value)})`;
  if (operator !== 'any-glob') return undefined;
  return `v.exists(one, ${value.map((one) => `one.matches(${literal(patternOf(one))})`).join(' || ')})`;
}

function numberTest(operator: string, value: FactValue, isFraction: boolean): string | undefined {
  if (operator === 'in' && isList(value) && !isFraction) return `string(v) in ${literal(value)}`;
  if (typeof value !== 'number') return undefined;
  const number = isFraction || !Number.isInteger(value) ? fraction(value) : literal(value);
  if (operator === 'greater-than') return `v > ${number}`;
  return operator === 'less-than' ? `v < ${number}` : undefined;
}

/** Whether the optional of a field gives numbers with fractions. */
const isFraction = ({ cel = '' }: AdmissionField): boolean => cel.includes('asApproximateFloat');

function valueTest(field: AdmissionField, operator: string, value: FactValue): string | undefined {
  if (operator === 'equals') {
    // A path may hold anything, and only values of the same type are ever equal.
    const same = typeof value === 'number' && isFraction(field) ? fraction(value) : literal(value);
    return isDynamic(field) ? `v == dyn(${same})` : `v == ${same}`;
  }
  if (isDynamic(field)) {
    const test = textTest(operator, value);
    return test === undefined || operator === 'in' || operator.startsWith('contains') || isList(value)
      ? undefined
      : `type(v) == string && ${test}`;
  }
  if (field.type === 'text') return textTest(operator, value);
  if (field.type === 'list') return listTest(operator, value);
  return field.type === 'number' ? numberTest(operator, value, isFraction(field)) : undefined;
}

const NEGATED: Readonly<Record<string, string>> = { 'not-equals': 'equals', 'not-in': 'in' };

/** One comparison; nothing that is left out ever holds but `absent`. */
export function comparisonText(
  field: AdmissionField,
  { operator }: AdmissionFieldCondition,
  value: FactValue | undefined,
): Result<string, LocalText> {
  const opt = fieldText(field);
  if (!opt.ok) return opt;
  if (operator === 'present' || operator === 'absent') {
    // An empty list at a path counts as nothing.
    const there = isDynamic(field)
      ? `${opt.value}.optMap(v, v != dyn([])).orValue(false)`
      : `${opt.value}.hasValue()`;
    return ok(operator === 'present' ? there : `!${there}`);
  }
  const given = comparedWith(field, operator, value);
  if (given === undefined) return noComparison(field.name, operator);
  const positive = NEGATED[operator];
  const test = valueTest(field, positive ?? operator, given);
  if (test === undefined) return noComparison(field.name, operator);
  return ok(`${opt.value}.optMap(v, ${positive === undefined ? test : `!(${test})`}).orValue(false)`);
}
