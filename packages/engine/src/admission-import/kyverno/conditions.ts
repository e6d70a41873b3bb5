// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  ADMISSION_OPERATIONS,
  type AdmissionCollection,
  type AdmissionCondition,
  err,
  ok,
  type Result,
} from '@bartizan/contracts';
import { isObject, type Json } from '../../foreign-json.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import { containerPattern, type PatternResult } from './pattern.ts';

const PARTS_MAX = 32;

/** One comparison of a rule: a query and a value. */
interface Comparison {
  readonly key: string;
  readonly operator: string;
  readonly value: unknown;
}

/** A query without its braces, spaces and the value it falls back to where nothing is there. */
const queryOf = (text: unknown): string =>
  typeof text === 'string'
    ? text
        .replace(/^\{\{\s*/, '')
        .replace(/\s*\}\}$/, '')
        .replace(/\s*\|\|\s*(`\[\]`|'[A-Z]*')$/, '')
        .replaceAll(/\s+/g, '')
    : '';

const CONTAINERS = 'request.object.spec.[ephemeralContainers,initContainers,containers][]';
const listOf = (value: unknown): string[] | undefined => {
  const list = Array.isArray(value) ? value : [value];
  return list.every((one) => typeof one === 'string' && !one.includes('{{')) ? (list as string[]) : undefined;
};

/** What holds when something of a list is not among the values. */
const OUTSIDE: Readonly<Record<string, (values: string[]) => AdmissionCondition>> = {
  [`${CONTAINERS}.securityContext.capabilities.add[]`]: (values) => ({
    some: 'containers',
    where: { some: 'container.capabilities-added', where: not(compare('capability.name', 'in', values)) },
  }),
  'request.object.spec.volumes[].keys(@)[]': (values) => ({
    some: 'volumes',
    where: allOf([compare('volume.type', 'present'), not(compare('volume.type', 'in', values))]),
  }),
};
/** The same of the container that a loop is at. */
const OUTSIDE_ELEMENT: Readonly<Record<string, (values: string[]) => AdmissionCondition>> = {
  'element.securityContext.capabilities.add[]': (values) => ({
    some: 'container.capabilities-added',
    where: not(compare('capability.name', 'in', values)),
  }),
};
/** Lists of the container that a loop is at, asked whether a word is among them. */
const LISTS: Readonly<Record<string, (word: string) => AdmissionCondition>> = {
  'element.securityContext.capabilities.drop[]': (word) =>
    compare('container.capabilities.drop', 'contains', word),
  'element.securityContext.capabilities.drop[].to_upper(@)': (word) =>
    compare('container.capabilities.drop', 'any-glob', [word, word.toLowerCase()]),
};

function comparisonOf(value: unknown): Comparison | undefined {
  if (!isObject(value)) return undefined;
  const { key, operator } = value;
  if (typeof operator !== 'string' || typeof key !== 'string') return undefined;
  return { key, operator, value: value['value'] };
}

/** Members of a container that may be there or not. */
const KEYS: ReadonlySet<string> = new Set(['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']);

function convert({ key, operator, value }: Comparison): AdmissionCondition | undefined {
  const isNotIn = operator === 'AnyNotIn' || operator === 'AllNotIn';
  if (isNotIn && KEYS.has(key) && queryOf(value) === 'element.keys(@)[]')
    return compare(`container.${key}`, 'equals', false);
  if (operator !== 'AnyNotIn') return undefined;
  const query = queryOf(key);
  const values = listOf(value);
  const outside = OUTSIDE[query] ?? OUTSIDE_ELEMENT[query];
  if (outside !== undefined) return values === undefined ? undefined : outside(values);
  const list = LISTS[queryOf(value)];
  return list === undefined || !/^[A-Z_]{1,64}$/.test(key) ? undefined : not(list(key));
}

/** Conditions under which a request is refused: `all`, `any`, or a plain list, which is `all`. */
export function denyConditions(value: unknown): PatternResult {
  if (isObject(value) && Object.keys(value).some((key) => key !== 'all' && key !== 'any'))
    return err('deny: conditions other than all and any');
  const all = isObject(value) ? value['all'] : value;
  const any = isObject(value) ? value['any'] : undefined;
  const read = (list: unknown): AdmissionCondition[] | undefined => {
    if (!Array.isArray(list) || list.length === 0 || list.length > PARTS_MAX) return undefined;
    const parts = list.map((one) => {
      const comparison = comparisonOf(one);
      return comparison && convert(comparison);
    });
    return parts.every((part) => part !== undefined) ? parts.flatMap((part) => part ?? []) : undefined;
  };
  const [both, either] = [all === undefined ? [] : read(all), any === undefined ? [] : read(any)];
  if (both === undefined || either === undefined || both.length + either.length === 0)
    return err('deny: a query that is not read');
  return ok(allOf([...both, ...(either.length === 0 ? [] : [anyOf(either)])]));
}

/** Whether preconditions only say what our match says anyway: not of deletions, or of what comes and changes. */
export function preconditionsHold(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  const list = isObject(value) && Object.keys(value).length === 1 ? value['all'] : undefined;
  if (!Array.isArray(list)) return false;
  return list.every((one) => {
    const comparison = comparisonOf(one);
    if (comparison === undefined || queryOf(comparison.key) !== 'request.operation') return false;
    const values = listOf(comparison.value) ?? [];
    if (comparison.operator === 'NotEquals') return values.length === 1 && values[0] === 'DELETE';
    return comparison.operator === 'AnyIn' && ['CREATE', 'UPDATE'].every((name) => values.includes(name));
  });
}

/** Lists of containers that loops go over. */
const LOOPS: Readonly<Record<string, AdmissionCollection>> = {
  [CONTAINERS]: 'containers',
  'request.object.spec.containers': 'regular-containers',
  'request.object.spec.containers[]': 'regular-containers',
  'request.object.spec.initContainers': 'init-containers',
  'request.object.spec.initContainers[]': 'init-containers',
  'request.object.spec.ephemeralContainers': 'ephemeral-containers',
  'request.object.spec.ephemeralContainers[]': 'ephemeral-containers',
};

/** What a loop refuses of one container: where conditions hold, or a pattern does not fit. */
function refusedBy(loop: Json): PatternResult {
  const { deny, pattern } = loop;
  const known = Object.keys(loop).filter((key) => key !== 'list');
  if (known.length !== 1) return err('foreach: more than a list and what is refused');
  if (isObject(deny)) return denyConditions(deny['conditions']);
  if (pattern === undefined) return err('foreach: only deny and pattern are read');
  const fits = containerPattern(pattern);
  return fits.ok ? ok(not(fits.value)) : fits;
}

/** Loops over containers that refuse one. */
export function foreachCondition(value: unknown): PatternResult {
  if (!Array.isArray(value) || value.length === 0 || value.length > PARTS_MAX)
    return err('foreach: is not a list');
  const parts: AdmissionCondition[] = [];
  for (const loop of value) {
    const list = isObject(loop) ? LOOPS[queryOf(loop['list'])] : undefined;
    if (!isObject(loop) || list === undefined) return err('foreach: a list that is not read');
    const where = refusedBy(loop);
    if (!where.ok) return where;
    parts.push({ some: list, where: where.value });
  }
  return ok(anyOf(parts));
}

/** Operations of a match, in our words. */
export const knownOperations = (
  names: readonly string[],
): Result<readonly (typeof ADMISSION_OPERATIONS)[number][], string> => {
  const known = ADMISSION_OPERATIONS.filter((operation) => names.includes(operation));
  return known.length === names.length ? ok(known) : err('match: an operation is not known');
};
