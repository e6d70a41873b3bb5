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

/** Whether something stands at a place. API servers leave empty lists out: those are none. */
function presence(place: Place): AdmissionCondition | undefined {
  if (place.subject === 'volume' && place.path.length === 1)
    return compare('volume.types', 'contains', place.path[0] ?? '');
  const field = fieldAt(place);
  if (field !== undefined) return compare(field.name, 'present');
  const list = listAt(place);
  return list && { some: list.collection, where: TRUE };
}

const isNull = (pattern: unknown): boolean =>
  pattern === null ||
  (typeof pattern === 'string' && pattern.split('|').some((part) => part.trim() === 'null'));

/** Whether what a pattern is turned into holds where nothing is there. */
function holdsOfNothing(pattern: unknown): boolean {
  if (Array.isArray(pattern)) return true;
  if (!isObject(pattern)) return isNull(pattern);
  const entries = Object.entries(pattern).map(([written, value]) => [keyOf(written).anchor, value] as const);
  return (
    // A condition asks for something to be there, and says nothing where it is not.
    entries.some(([anchor]) => anchor === '(') ||
    entries.every(
      ([anchor, value]) => anchor === '=' || anchor === 'X' || (!isNested(value) && isNull(value)),
    )
  );
}

const isNested = (pattern: unknown): boolean => Array.isArray(pattern) || isObject(pattern);

/** What every pod has. */
const isGiven = ({ subject, path }: Place): boolean => subject === 'pod' && path.join('.') === 'containers';

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
  /** Where one of them does not hold, the pattern says nothing. */
  readonly when: AdmissionCondition[];
  readonly must: AdmissionCondition[];
  /** Maps that have to be there before a condition in them is asked. */
  readonly first: AdmissionCondition[];
}
const noParts = (): Parts => ({ when: [], must: [], first: [] });

function joined({ when, must, first }: Parts): AdmissionCondition {
  const all = must.length === 0 ? TRUE : allOf(must);
  const asked = when.length === 0 ? all : anyOf([not(allOf(when)), all]);
  return first.length === 0 ? asked : allOf([...first, asked]);
}

const hasKey = (pattern: unknown, fits: (key: Key) => boolean, intoLists: boolean): boolean =>
  Array.isArray(pattern)
    ? intoLists && pattern.some((item) => hasKey(item, fits, intoLists))
    : isObject(pattern) &&
      Object.entries(pattern).some(
        ([written, value]) => fits(keyOf(written)) || hasKey(value, fits, intoLists),
      );
const isCondition = ({ anchor }: Key): boolean => anchor === '(';
/** Whether a condition stands in a map, or in one below it. */
const holdsCondition = (pattern: unknown): boolean =>
  isObject(pattern) && hasKey(pattern, isCondition, false);
/** Whether a condition stands anywhere in a pattern. */
export const isConditional = (pattern: unknown): boolean => hasKey(pattern, isCondition, true);

/**
 * A condition that does not hold ends the whole pattern, not only the map that it stands in: unless something else was
 * asked before and failed. Anchors are asked first, and so only what has none may stand beside it.
 */
function conditionFault(pattern: Json, isAlone: boolean): string | undefined {
  const entries = Object.entries(pattern);
  const asksFirst = ([written, value]: [string, unknown]): boolean =>
    keyOf(written).anchor !== '' || hasKey(value, ({ anchor }) => anchor !== '', true);
  const within = entries.filter(([, value]) => holdsCondition(value));
  const [first] = within;
  if (first === undefined) return undefined;
  const [written] = first;
  const { anchor } = keyOf(written);
  const isRight = anchor === '' ? entries.filter(asksFirst).length === 1 : anchor === '=' && isAlone;
  return isRight ? undefined : `${written}: a condition in it, and more around it`;
}

function entry(
  written: string,
  value: unknown,
  place: Place,
  parts: Parts,
  depth: number,
  isAlone: boolean,
): Result<true, string> {
  const { anchor, name } = keyOf(written);
  if (anchor === 'other' || /[*?]/.test(name)) {
    return err(`${place.subject} ${place.path.join('.')}: the key ${written} has a meaning of its own`);
  }
  const at = { subject: place.subject, path: [...place.path, name] };
  const isThere = presence(at);
  const unknown = err(`${name}: no field tells whether it is there`);
  if (anchor === 'X') {
    if (isThere === undefined) return unknown;
    parts.must.push(not(isThere));
    return ok(true);
  }
  if (anchor === '' && isObject(value) && holdsCondition(value)) {
    if (isThere === undefined) return unknown;
    parts.first.push(isThere);
    return fill(value, at, parts, depth + 1, isAlone);
  }
  if (anchor === '(' && isNull(value)) return err(`${name}: a condition on what is not there`);
  const inner = valueAt(value, at, depth + 1);
  if (!inner.ok) return inner;
  const ofNothing = holdsOfNothing(value);
  const into = anchor === '(' ? parts.when : parts.must;
  if (anchor === '=' ? ofNothing : !isNested(value) || !ofNothing || isGiven(at)) into.push(inner.value);
  else if (isThere === undefined) return unknown;
  // A list or map that has to be there may not be missing, however little it asks of what is in it.
  else into.push(anchor === '=' ? anyOf([not(isThere), inner.value]) : allOf([isThere, inner.value]));
  return ok(true);
}

/** Adds what a map asks. `isAlone`: nothing is asked beside it. */
function fill(
  pattern: Json,
  place: Place,
  parts: Parts,
  depth: number,
  isAlone: boolean,
): Result<true, string> {
  if (depth > DEPTH_MAX) return err(`${place.subject} ${place.path.join('.')}: nested too deep`);
  const entries = Object.entries(pattern);
  const isOnly = isAlone && entries.length === 1;
  const fault = conditionFault(pattern, isOnly);
  if (fault !== undefined) return err(fault);
  for (const [written, value] of entries) {
    const done = entry(written, value, place, parts, depth, isOnly);
    if (!done.ok) return done;
  }
  return ok(true);
}

function mapPattern(pattern: Json, place: Place, depth: number): PatternResult {
  const parts = noParts();
  const done = fill(pattern, place, parts, depth, true);
  return done.ok ? ok(joined(parts)) : done;
}

type Entries = 'pod.labels' | 'pod.annotations' | 'object.labels' | 'object.annotations';

/** Labels and annotations by key; a key with stars stands for every one that it fits. `isOptional`: they may be missing. */
function entriesPattern(pattern: Json, collection: Entries, isOptional: boolean): PatternResult {
  const kind = collection.endsWith('labels') ? 'label' : 'annotation';
  const conditions: AdmissionCondition[] = [];
  for (const [written, value] of Object.entries(pattern)) {
    const { anchor, name } = keyOf(written);
    const isKey = compare(`${kind}.key`, 'any-glob', [name]);
    const fits = scalarCondition(value, { name: `${kind}.value`, type: 'text' });
    if (fits === undefined || (isNull(value) && anchor !== 'X') || anchor === 'other' || anchor === '(')
      return err(`${kind} ${name}: has a form of its own`);
    if (anchor === 'X') conditions.push(not({ some: collection, where: isKey }));
    else if (anchor === '=') conditions.push({ every: collection, where: anyOf([not(isKey), fits]) });
    else conditions.push({ some: collection, where: allOf([isKey, fits]) });
  }
  if (conditions.length === 0) return err('an empty map says nothing');
  const isThere: AdmissionCondition = { some: collection, where: compare(`${kind}.key`, 'present') };
  const ofNothing = holdsOfNothing(pattern);
  if (isOptional === ofNothing) return ok(allOf(conditions));
  return ok(isOptional ? anyOf([not(isThere), allOf(conditions)]) : allOf([isThere, ...conditions]));
}

function metadataPattern(pattern: unknown, isPod: boolean): PatternResult {
  if (!isObject(pattern)) return err('metadata is not a map');
  const conditions: AdmissionCondition[] = [];
  for (const [written, value] of Object.entries(pattern)) {
    const { anchor, name } = keyOf(written);
    const of = isPod ? 'pod' : 'object';
    const result =
      (name === 'labels' || name === 'annotations') && isObject(value) && (anchor === '' || anchor === '=')
        ? entriesPattern(value, `${of}.${name}`, anchor === '=')
        : name === 'namespace' && anchor === ''
          ? valueAt(value, { subject: 'object', path: ['metadata', 'namespace'] }, 1)
          : err(`metadata.${name}: cannot be asked`);
    if (!result.ok) return result;
    conditions.push(result.value);
  }
  return conditions.length === 0 ? err('an empty map says nothing') : ok(allOf(conditions));
}

/** A key of the object itself. The metadata, and the specification of a pod, are always there. */
function topEntry(
  written: string,
  value: unknown,
  isPod: boolean,
  parts: Parts,
  isOnly: boolean,
): Result<true, string> {
  const { anchor, name } = keyOf(written);
  if (name !== 'metadata' && !isPod)
    return entry(written, value, { subject: 'object', path: [] }, parts, 0, isOnly);
  if (name !== 'metadata' && name !== 'spec') return err(`${written}: is not asked of a pod`);
  if (anchor === 'X' || anchor === 'other') return err(`the key ${written} has a meaning of its own`);
  const spec: Place = { subject: 'pod', path: [] };
  if (name === 'spec' && anchor !== '(' && isObject(value)) return fill(value, spec, parts, 1, isOnly);
  const inner = name === 'spec' ? valueAt(value, spec, 1) : metadataPattern(value, isPod);
  if (!inner.ok) return inner;
  (anchor === '(' ? parts.when : parts.must).push(inner.value);
  return ok(true);
}

/** A pattern of an object, or of a pod and everything that holds a template of one. */
export function patternCondition(pattern: unknown, isPod: boolean): PatternResult {
  if (!isObject(pattern)) return err('the pattern is not a map');
  const entries = Object.entries(pattern);
  const isOnly = entries.length === 1;
  const fault = conditionFault(pattern, isOnly);
  if (fault !== undefined) return err(fault);
  const parts = noParts();
  for (const [written, value] of entries) {
    const done = topEntry(written, value, isPod, parts, isOnly);
    if (!done.ok) return done;
  }
  return parts.when.length + parts.must.length === 0
    ? err('an empty pattern says nothing')
    : ok(joined(parts));
}

/** A pattern of one container. */
export const containerPattern = (pattern: unknown): PatternResult =>
  isObject(pattern)
    ? mapPattern(pattern, { subject: 'container', path: [] }, 1)
    : err('the pattern is not a map');
