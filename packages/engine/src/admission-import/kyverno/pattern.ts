// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionCondition, err, ok, type Result } from '@bartizan/contracts';
import { isObject, type Json } from '../../foreign-json.ts';
import { allOf, anyOf, compare, not } from '../neuvector/values.ts';
import { fieldAt, listAt, type Place } from './place.ts';
import { scalarCondition } from './scalar.ts';

/** The condition that holds when a pattern fits, or why there is none. */
export type PatternResult = Result<AdmissionCondition, string>;

const DEPTH_MAX = 12;
const ANCHOR = /^([=X^+<])?\((.{1,253})\)$/;
const TRUE: AdmissionCondition = { not: { field: 'object.kind', operator: 'absent' } };

interface Key {
  readonly anchor: '' | '=' | 'X' | '(' | 'other';
  readonly name: string;
}
function keyOf(written: string): Key {
  const match = ANCHOR.exec(written);
  if (match === null) return { anchor: '', name: written };
  const [, sign, name = ''] = match;
  if (sign === undefined) return { anchor: '(', name };
  return { anchor: sign === '=' || sign === 'X' ? sign : 'other', name };
}

/** Whether something stands at a place. */
function presence(place: Place): AdmissionCondition | undefined {
  if (place.subject === 'volume' && place.path.length === 1)
    return compare('volume.types', 'contains', place.path[0] ?? '');
  const field = fieldAt(place);
  return field && compare(field.name, 'present');
}

/** Whether all of a map, or of the items of a list, only says what holds where something is there. */
const isLenient = (pattern: unknown): boolean =>
  Array.isArray(pattern) ||
  (isObject(pattern) &&
    Object.entries(pattern).every(([written, value]) => {
      const { anchor } = keyOf(written);
      return anchor === '=' || anchor === 'X' || (anchor === '' && isLenient(value));
    }));

const unsaid = (place: Place, what: string): PatternResult =>
  err(`${place.subject} ${place.path.join('.')}: ${what}`);

function valueAt(pattern: unknown, place: Place, depth: number): PatternResult {
  if (depth > DEPTH_MAX) return unsaid(place, 'nested too deep');
  if (Array.isArray(pattern)) return listPattern(pattern, place, depth);
  if (isObject(pattern)) return mapPattern(pattern, place, depth);
  const field = fieldAt(place);
  if (field === undefined) return unsaid(place, 'no field reads it');
  const condition = scalarCondition(pattern, field);
  return condition === undefined ? unsaid(place, 'the value has a form of its own') : ok(condition);
}

function listPattern(pattern: readonly unknown[], place: Place, depth: number): PatternResult {
  const list = listAt(place);
  const [only] = pattern;
  if (list === undefined || pattern.length !== 1 || !isObject(only))
    return unsaid(place, 'a list that cannot be asked item by item');
  const where = mapPattern(only, { subject: list.subject, path: [] }, depth + 1);
  return where.ok ? ok({ every: list.collection, where: where.value }) : where;
}

interface Parts {
  readonly when: AdmissionCondition[];
  readonly must: AdmissionCondition[];
}

function entry(
  written: string,
  value: unknown,
  place: Place,
  parts: Parts,
  depth: number,
): Result<true, string> {
  const { anchor, name } = keyOf(written);
  if (anchor === 'other' || /[*?]/.test(name)) {
    return err(`${place.subject} ${place.path.join('.')}: the key ${written} has a meaning of its own`);
  }
  const at = { subject: place.subject, path: [...place.path, name] };
  const isThere = presence(at);
  if (anchor === 'X') {
    if (isThere === undefined) return err(`${name}: no field tells whether it is there`);
    parts.must.push(not(isThere));
    return ok(true);
  }
  const inner = valueAt(value, at, depth + 1);
  if (!inner.ok) return inner;
  if (anchor === '(') parts.when.push(inner.value);
  else if (anchor === '=' && !isLenient(value)) {
    if (isThere === undefined) return err(`${name}: no field tells whether it is there`);
    parts.must.push(anyOf([not(isThere), inner.value]));
  } else parts.must.push(inner.value);
  return ok(true);
}

function mapPattern(pattern: Json, place: Place, depth: number): PatternResult {
  const parts: Parts = { when: [], must: [] };
  for (const [written, value] of Object.entries(pattern)) {
    const done = entry(written, value, place, parts, depth);
    if (!done.ok) return done;
  }
  const must = parts.must.length === 0 ? TRUE : allOf(parts.must);
  return ok(parts.when.length === 0 ? must : anyOf([not(allOf(parts.when)), must]));
}

/** Labels and annotations by key; a key with stars stands for every one that it fits. */
function entriesPattern(
  pattern: Json,
  collection: 'pod.labels' | 'pod.annotations' | 'object.labels' | 'object.annotations',
): PatternResult {
  const kind = collection.endsWith('labels') ? 'label' : 'annotation';
  const conditions: AdmissionCondition[] = [];
  for (const [written, value] of Object.entries(pattern)) {
    const { anchor, name } = keyOf(written);
    const isKey = compare(`${kind}.key`, 'any-glob', [name]);
    const fits = scalarCondition(value, { name: `${kind}.value`, type: 'text' });
    if (fits === undefined || anchor === 'other' || anchor === '(')
      return err(`${kind} ${name}: has a form of its own`);
    if (anchor === 'X') conditions.push(not({ some: collection, where: isKey }));
    else if (anchor === '=') conditions.push({ every: collection, where: anyOf([not(isKey), fits]) });
    else conditions.push({ some: collection, where: allOf([isKey, fits]) });
  }
  return conditions.length === 0 ? err('an empty map says nothing') : ok(allOf(conditions));
}

function metadataPattern(pattern: unknown, isPod: boolean): PatternResult {
  if (!isObject(pattern)) return err('metadata is not a map');
  const conditions: AdmissionCondition[] = [];
  for (const [written, value] of Object.entries(pattern)) {
    const { anchor, name } = keyOf(written);
    const of = isPod ? 'pod' : 'object';
    const result =
      (name === 'labels' || name === 'annotations') && isObject(value) && (anchor === '' || anchor === '=')
        ? entriesPattern(value, `${of}.${name}`)
        : name === 'namespace' && anchor === ''
          ? valueAt(value, { subject: 'object', path: ['metadata', 'namespace'] }, 1)
          : err(`metadata.${name}: cannot be asked`);
    if (!result.ok) return result;
    conditions.push(result.value);
  }
  return conditions.length === 0 ? err('an empty map says nothing') : ok(allOf(conditions));
}

/** A pattern of an object, or of a pod and everything that holds a template of one. */
export function patternCondition(pattern: unknown, isPod: boolean): PatternResult {
  if (!isObject(pattern)) return err('the pattern is not a map');
  const conditions: AdmissionCondition[] = [];
  for (const [written, value] of Object.entries(pattern)) {
    const { name } = keyOf(written);
    const result =
      name === 'metadata'
        ? metadataPattern(value, isPod)
        : name === 'spec' && isPod
          ? valueAt(value, { subject: 'pod', path: [] }, 1)
          : valueAt(value, { subject: 'object', path: [name] }, 1);
    if (!result.ok) return result;
    conditions.push(result.value);
  }
  return conditions.length === 0 ? err('an empty pattern says nothing') : ok(allOf(conditions));
}

/** A pattern of one container. */
export const containerPattern = (pattern: unknown): PatternResult =>
  isObject(pattern)
    ? mapPattern(pattern, { subject: 'container', path: [] }, 1)
    : err('the pattern is not a map');
