// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionFixStep, AdmissionViolation, JsonPatchOperation } from '@bartizan/contracts';
import type { Item } from '../pod/evaluation.ts';
import { isObject, type JsonObject, pointerOf, type Step, walk } from '../pod/json.ts';
import { canClash, clashesOf } from './clash.ts';

const STEPS_MAX = 64;
const DEPTH_MAX = 32;

const unescaped = (key: string): string =>
  key.includes('~') ? key.replaceAll('~1', '/').replaceAll('~0', '~') : key;

/** The steps of a JSON pointer; a number where it leads into a list is told by the object. */
const stepsOfPointer = (pointer: string): string[] => pointer.split('/').slice(1).map(unescaped);

/** What stands at one step of a place; undefined when nothing does. */
function childOf(value: unknown, step: string): unknown {
  if (Array.isArray(value)) return /^\d{1,6}$/.test(step) ? (value as unknown[])[Number(step)] : undefined;
  return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

/** Wraps a value into the parents that are missing: the steps from one on. */
function nest(steps: readonly string[], from: number, value: unknown): unknown {
  let inner = value;
  for (let at = steps.length - 1; at >= from; at -= 1) {
    const step = steps[at] ?? '';
    inner = step === '-' || step === '0' ? [inner] : { [step]: inner };
  }
  return inner;
}

/** Steps from the root that exist, and those that do not. */
function split(
  object: unknown,
  steps: readonly string[],
): { readonly found: number; readonly value: unknown } {
  let value = object;
  let found = 0;
  for (const step of steps) {
    const child = childOf(value, step);
    if (child === undefined || child === null) break;
    value = child;
    found += 1;
  }
  return { found, value };
}

/** One step of a fix as an operation that RFC 6902 allows on this object; undefined when there is nothing to do. */
function operationFor(
  object: unknown,
  { op, value }: AdmissionFixStep,
  steps: readonly string[],
): JsonPatchOperation | undefined {
  const { found, value: parent } = split(object, steps);
  const exists = found === steps.length;
  if (op === 'remove') return exists ? { op, path: pointerOf(steps) } : undefined;
  if (exists) return { op: 'replace', path: pointerOf(steps), value };
  // Where the parent is no object or list, the badly typed value gives way to the right one.
  const isPlace = Array.isArray(parent) ? /^(?:-|\d+)$/.test(steps[found] ?? '') : isObject(parent);
  if (!isPlace) return { op: 'replace', path: pointerOf(steps, found), value: nest(steps, found, value) };
  return { op: 'add', path: pointerOf(steps, found + 1), value: nest(steps, found + 1, value) };
}

/** A list with one place added, replaced or taken out. */
function changedList(list: readonly unknown[], key: string, { op, value }: JsonPatchOperation): unknown[] {
  const at = key === '-' ? list.length : Number(key);
  if (op === 'remove') return list.toSpliced(at, 1);
  return op === 'replace' ? list.with(at, value) : list.toSpliced(at, 0, value);
}

/** An object with one member added, replaced or taken out; also one with a name such as __proto__. */
function changedObject(
  object: JsonObject,
  key: string,
  { op, value }: Pick<JsonPatchOperation, 'op' | 'value'>,
): JsonObject {
  if (op !== 'remove') return { ...object, [key]: value };
  const { [key]: _gone, ...rest } = object;
  return rest;
}

/** Changes one place; what is beside the way there is shared with the object before, not copied. */
function changed(value: unknown, steps: readonly string[], operation: JsonPatchOperation): unknown {
  const [key, ...rest] = steps;
  if (key === undefined) return operation.op === 'remove' ? undefined : operation.value;
  if (rest.length > 0) {
    const child = childOf(value, key);
    if (child === undefined) return value;
    const inner = changed(child, rest, operation);
    if (Array.isArray(value)) return value.with(Number(key), inner);
    return isObject(value) ? changedObject(value, key, { op: 'replace', value: inner }) : value;
  }
  if (!Array.isArray(value)) return isObject(value) ? changedObject(value, key, operation) : value;
  const isPlace = key === '-' || (/^\d{1,6}$/.test(key) && Number(key) <= value.length);
  return isPlace ? changedList(value, key, operation) : value;
}

/** Applies operations as the API server would; the object given stays as it is. One that does not fit is left out. */
export function applyPatch(object: unknown, operations: readonly JsonPatchOperation[]): unknown {
  return operations.reduce<unknown>(
    (state, operation) => changed(state, stepsOfPointer(operation.path), operation),
    object,
  );
}

/** The path of a step of a fix, taken apart: the word in braces it begins with, and the steps below. */
interface FixPath {
  readonly word: string | undefined;
  readonly rest: readonly string[];
  /** Whether the API server may refuse what it sets because of what stands beside it. */
  readonly mayClash: boolean;
}
const fixPaths = new WeakMap<AdmissionFixStep, FixPath>();

function fixPathOf(step: AdmissionFixStep): FixPath {
  const known = fixPaths.get(step);
  if (known !== undefined) return known;
  const { path } = step;
  const close = path.indexOf('}');
  const word = path.startsWith('{') ? path.slice(1, close) : undefined;
  const rest = stepsOfPointer(word === undefined ? path : path.slice(close + 1));
  const made = { word, rest, mayClash: canClash(step, rest) };
  fixPaths.set(step, made);
  return made;
}

/** Where `{item}`, `{container}` and `{pod}` of a path stand for. */
function placeOf({ word, rest }: FixPath, item: Item): readonly string[] | undefined {
  if (word === undefined) return rest;
  const steps = stepsFor(word, item);
  if (steps === undefined) return undefined;
  const place: string[] = [];
  for (const step of steps) place.push(String(step));
  for (const step of rest) place.push(step);
  return place;
}

function stepsFor(word: string, item: Item): readonly Step[] | undefined {
  if (word === 'pod') return item.root.pod?.specSteps;
  if (word === 'podMetadata') return item.root.pod?.metadataSteps;
  if (word === 'item') return item.steps;
  let at: Item | undefined = item;
  while (at !== undefined && at.subject !== word) at = at.parent;
  return at?.steps;
}

/** Whether an operation changes what a later step of a fix has to look at. */
const touches = ({ path }: JsonPatchOperation, pointer: string): boolean =>
  pointer === path || isBelow(pointer, path) || isBelow(path, pointer);
const isBelow = (pointer: string, above: string): boolean =>
  pointer[above.length] === '/' && pointer.startsWith(above);

/** The object as the steps before leave it, as far as a place is concerned. */
function stateFor(place: readonly string[], item: Item, operations: readonly JsonPatchOperation[]): unknown {
  if (operations.length === 0) return item.root.value;
  const pointer = pointerOf(place);
  const before = operations.filter((operation) => touches(operation, pointer));
  return applyPatch(item.root.value, before);
}

/** Whether operations make of a pod one that the API server refuses, for a reason that was not there before. */
function clashes({ root }: Item, operations: readonly JsonPatchOperation[]): boolean {
  const { pod } = root;
  if (pod === undefined) return false;
  const after = clashesOf(walk(applyPatch(root.value, operations), pod.specSteps));
  if (after.size === 0) return false;
  const before = clashesOf(pod.spec);
  return [...after].some((place) => !before.has(place));
}

/**
 * The fix of a rule for one violating item, in operations that really apply, one after the other; none where the API server
 * would refuse what comes out.
 */
export function patchFor(steps: readonly AdmissionFixStep[], item: Item): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  for (const step of steps.slice(0, STEPS_MAX)) {
    const place = placeOf(fixPathOf(step), item);
    if (place === undefined || place.length === 0 || place.length > DEPTH_MAX) continue;
    const operation = operationFor(stateFor(place, item, operations), step, place);
    if (operation !== undefined) operations.push(operation);
  }
  const mayClash = operations.length > 0 && steps.some((step) => fixPathOf(step).mayClash);
  return mayClash && clashes(item, operations) ? [] : operations;
}

/** How deep into lists a removal reaches: later places go first, so that earlier ones keep their numbers. */
const byPlaceDescending = (one: JsonPatchOperation, two: JsonPatchOperation): number => {
  const left = stepsOfPointer(one.path);
  const right = stepsOfPointer(two.path);
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [a = '', b = ''] = [left[at], right[at]];
    if (a === b) continue;
    return /^\d+$/.test(a) && /^\d+$/.test(b) ? Number(b) - Number(a) : a < b ? 1 : -1;
  }
  return right.length - left.length;
};

/** An addition of an object where one is already: its members one by one, so that nothing that is there is lost. */
function merged(object: unknown, operation: JsonPatchOperation): JsonPatchOperation[] {
  const steps = stepsOfPointer(operation.path);
  const { found, value: current } = split(object, steps);
  if (operation.op !== 'add' || found !== steps.length || !isObject(current) || !isObject(operation.value))
    return [
      operation.op === 'add' &&
      found === steps.length &&
      steps.at(-1) !== '-' &&
      !/^\d+$/.test(steps.at(-1) ?? '')
        ? { ...operation, op: 'replace' }
        : operation,
    ];
  return Object.entries(operation.value).flatMap(([key, value]) =>
    merged(object, { op: 'add', path: `${operation.path}${pointerOf([key])}`, value }),
  );
}

type Patches = readonly (readonly JsonPatchOperation[])[];

function allOf(object: unknown, patches: Patches): JsonPatchOperation[] {
  const all = patches.flat();
  const joined: JsonPatchOperation[] = [];
  let state = object;
  const take = (operation: JsonPatchOperation): void => {
    joined.push(operation);
    state = applyPatch(state, [operation]);
  };
  for (const operation of all.filter(({ op }) => op !== 'remove'))
    for (const one of merged(state, operation)) take(one);
  const removals = new Map(all.filter(({ op }) => op === 'remove').map((one) => [one.path, one]));
  for (const removal of [...removals.values()].sort(byPlaceDescending)) {
    const steps = stepsOfPointer(removal.path);
    if (split(state, steps).found === steps.length) take(removal);
  }
  return joined;
}

/** The pods that operations change: what has a list of containers, on the way to a place. */
function podsOn(object: unknown, operations: readonly JsonPatchOperation[]): (readonly string[])[] {
  const pods = new Map<string, readonly string[]>();
  for (const { path } of operations) {
    const steps = stepsOfPointer(path);
    let value = object;
    for (let at = 0; at <= steps.length; at += 1) {
      if (Array.isArray(childOf(value, 'containers'))) {
        pods.set(pointerOf(steps, at), steps.slice(0, at));
        break;
      }
      value = childOf(value, steps[at] ?? '');
    }
  }
  return [...pods.values()];
}

/** Where the API server refuses settings of some pods of an object. */
const clashesIn = (object: unknown, pods: readonly (readonly string[])[]): string[] =>
  pods.flatMap((steps) => {
    const { found, value } = split(object, steps);
    return found < steps.length ? [] : [...clashesOf(value)].map((place) => `${pointerOf(steps)} ${place}`);
  });

/** An object after one more patch. What it takes out of a list stays: the places behind keep their numbers. */
const afterOne = (object: unknown, patch: readonly JsonPatchOperation[]): unknown =>
  patch.reduce<unknown>((state, operation) => {
    if (operation.op !== 'remove') return applyPatch(state, merged(state, operation));
    return /\/\d+$/.test(operation.path) ? state : applyPatch(state, [operation]);
  }, object);

/**
 * The patches of several violations of one object as one patch. Where the API server would take each of them, and not
 * all together, those that come first are in it.
 */
export function joinPatches(object: unknown, patches: Patches): JsonPatchOperation[] {
  const joined = allOf(object, patches);
  if (patches.length < 2) return joined;
  const after = applyPatch(object, joined);
  const pods = podsOn(after, joined);
  const clashing = clashesIn(after, pods);
  if (clashing.length === 0) return joined;
  const before = new Set(clashesIn(object, pods));
  if (clashing.every((place) => before.has(place))) return joined;
  let state = object;
  const fitting = patches.filter((patch) => {
    const next = afterOne(state, patch);
    if (clashesIn(next, pods).some((place) => !before.has(place))) return false;
    state = next;
    return true;
  });
  return allOf(object, fitting);
}

const repairsOf = (object: unknown, violations: readonly AdmissionViolation[]): JsonPatchOperation[] =>
  joinPatches(
    object,
    violations
      .filter(({ mode, state }) => mode !== 'audit' && state === 'violated')
      .map(({ patch }) => patch),
  );

/**
 * The repairs of what is refused or warned of, as far as they fit together and to the object. It is judged once more as they
 * leave it: some repairs are taken by the API server only where others are made.
 */
export function wholeRepair(
  object: unknown,
  violations: readonly AdmissionViolation[],
  judge: (repaired: unknown) => readonly AdmissionViolation[],
): JsonPatchOperation[] {
  const first = repairsOf(object, violations);
  if (first.length === 0) return first;
  const repaired = applyPatch(object, first);
  return [...first, ...repairsOf(repaired, judge(repaired))];
}
