// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionSubject,
  type Evaluation,
  type Item,
  type Items,
  ListItem,
  type ListPlace,
  NO_ITEMS,
  scanOf,
} from '../pod/evaluation.ts';
import { BROKEN, isObject, type Step, walk } from '../pod/json.ts';
import { isUnknown } from '../request.ts';

const ITEMS_MAX = 4096;
/** A list of which nothing can be said: there may be items in it. */
const UNREADABLE: Items = { items: [], malformed: true };

type Reader = (parent: Item) => Items;

/** Reads a list once: all rules share its items. */
const kept =
  (name: string, read: Reader): Reader =>
  (parent) => {
    const known = parent.memo.get(name);
    if (known !== undefined) return known as Items;
    const items = read(parent);
    parent.memo.set(name, items);
    return items;
  };

function itemsAt(parent: Item, list: unknown, place: ListPlace, subject: AdmissionSubject): Items {
  if (list === undefined || list === null) return NO_ITEMS;
  const { root } = parent;
  if (!Array.isArray(list)) {
    root.note(place());
    return UNREADABLE;
  }
  const isText = subject === 'capability' || subject === 'group';
  const items: Item[] = [];
  const count = Math.min(list.length, ITEMS_MAX);
  let malformed = list.length > ITEMS_MAX;
  for (let key = 0; key < count; key += 1) {
    const value: unknown = list[key];
    if (isText ? typeof value === 'string' : isObject(value))
      items.push(new ListItem(subject, value, parent, place, key));
    else {
      malformed = true;
      root.note([...place(), key]);
    }
  }
  return { items, malformed };
}

/** A list below some JSON. */
export const listBelow = (
  subject: AdmissionSubject,
  holder: (parent: Item) => unknown,
  at: { readonly path: readonly string[]; readonly steps: (parent: Item) => readonly Step[] },
): Reader => {
  const name = `${subject}:${at.path.join('.')}`;
  return (parent) => {
    const found = walk(holder(parent), at.path);
    // Most lists are not there; to look costs no more than to remember.
    if (found === undefined) return NO_ITEMS;
    const known = parent.memo.get(name);
    if (known !== undefined) return known as Items;
    const place = (): readonly Step[] => [...at.steps(parent), ...at.path];
    const items = itemsAt(parent, found === BROKEN ? false : found, place, subject);
    parent.memo.set(name, items);
    return items;
  };
};

/** The items of a list as they stand in the object. */
export type RawReader = (parent: Item) => readonly unknown[] | undefined;
const NO_VALUES: readonly unknown[] = [];

/**
 * The same list without items made of it, for those who only sift; a value may have a wrong type. Undefined where there
 * is more to say than the values do.
 */
export const valuesBelow =
  (holder: (parent: Item) => unknown, path: readonly string[]): RawReader =>
  (parent) => {
    const found = walk(holder(parent), path);
    if (found === undefined) return NO_VALUES;
    return Array.isArray(found) && found.length <= ITEMS_MAX ? found : undefined;
  };

/** A list of the pod specification. */
export const podList = (subject: AdmissionSubject, path: string): Reader =>
  listBelow(subject, ({ root }) => root.pod?.spec, {
    path: path.split('.'),
    steps: ({ root }) => root.pod?.specSteps ?? [],
  });
/** A list of the item itself. */
export const itemList = (subject: AdmissionSubject, path: string): Reader =>
  listBelow(subject, ({ value }) => value, { path: path.split('.'), steps: ({ steps }) => steps });

/** Several lists as one. */
export const joined = (name: string, parts: readonly Reader[]): Reader =>
  kept(name, (parent) => {
    let all = NO_ITEMS;
    for (const part of parts) {
      const list = part(parent);
      if (list === NO_ITEMS) continue;
      if (all === NO_ITEMS) all = list;
      else all = { items: [...all.items, ...list.items], malformed: all.malformed || list.malformed };
    }
    return all;
  });

/** Containers by the list they stand in. */
export const REGULAR = podList('container', 'containers');
/** Init containers and sidecars. */
export const INIT = podList('container', 'initContainers');
/** Containers added to a running pod. */
export const EPHEMERAL = podList('container', 'ephemeralContainers');

/** Where a map is kept. */
interface MapHolder {
  readonly value: unknown;
  readonly steps: readonly Step[];
}

/** Entries of a map as items `{ key, value }`. */
export const entries = (
  subject: 'label' | 'annotation',
  holder: (root: Evaluation) => MapHolder | undefined,
  name: string,
): Reader =>
  kept(name, (parent) => {
    const held = holder(parent.root);
    if (held === undefined) return UNREADABLE;
    const { value: map, steps } = held;
    if (map === undefined || map === null) return NO_ITEMS;
    if (!isObject(map)) {
      parent.root.note(steps);
      return UNREADABLE;
    }
    const keys = Object.keys(map);
    const count = Math.min(keys.length, ITEMS_MAX);
    const place = (): readonly Step[] => steps;
    const items: Item[] = [];
    for (let at = 0; at < count; at += 1) {
      const key = keys[at] ?? '';
      items.push(new ListItem(subject, { key, value: map[key] }, parent, place, key));
    }
    return { items, malformed: keys.length > ITEMS_MAX };
  });

/** The same without items made of them; undefined where there is more to say than the entries do. */
export const entryValues =
  (holder: (root: Evaluation) => MapHolder | undefined): RawReader =>
  (parent) => {
    const map = holder(parent.root)?.value;
    if (map === undefined || map === null || !isObject(map)) return undefined;
    const found: unknown[] = [];
    for (const key in map) found.push({ key, value: map[key] });
    return found.length <= ITEMS_MAX ? found : undefined;
  };

/** A map of the metadata of the object. */
export const metadataOf =
  (key: string) =>
  (root: Evaluation): MapHolder => {
    const found = walk(root.value, ['metadata', key]);
    return { value: found === BROKEN ? false : found, steps: ['metadata', key] };
  };
/** A map of the metadata of the pod. */
export const podMetadataOf =
  (key: string) =>
  (root: Evaluation): MapHolder => ({
    value: root.pod?.metadata[key],
    steps: [...(root.pod?.metadataSteps ?? []), key],
  });

const PROBES: readonly (readonly string[])[] = [
  ['livenessProbe'],
  ['readinessProbe'],
  ['startupProbe'],
  ['lifecycle', 'postStart'],
  ['lifecycle', 'preStop'],
];
/** Probes and hooks of a container, each where it stands. */
export const probes: Reader = kept('probes', (parent) => {
  const items: Item[] = [];
  let malformed = false;
  for (const path of PROBES) {
    const value = walk(parent.value, path);
    const place = (): readonly Step[] => [...parent.steps, ...path];
    if (isObject(value)) items.push(new ListItem('probe', value, parent, place));
    else if (value !== undefined) {
      malformed = true;
      parent.root.note(place());
    }
  }
  return { items, malformed };
});

/** The same as values. */
export const probeValues: RawReader = ({ value }) => {
  const found: unknown[] = [];
  for (const path of PROBES) {
    const one = walk(value, path);
    if (one !== undefined) found.push(one);
  }
  return found;
};

/** What a scan found; nothing is known, rather than nothing found, when there was no scan. */
export const fromScan = (subject: 'vulnerability' | 'package', key: 'vulnerabilities' | 'packages'): Reader =>
  kept(key, (parent) => {
    const facts = scanOf(parent);
    const list = isUnknown(facts) ? undefined : facts[key];
    if (list === undefined) return UNREADABLE;
    const place = (): readonly Step[] => [...parent.steps, 'image'];
    return {
      items: list.map((value) => new ListItem(subject, value, parent, place)),
      malformed: false,
    };
  });

/** Groups of who asks; unknown when nobody does. */
export const groups: Reader = kept('groups', (parent) => {
  const { user } = parent.root.request;
  if (user === undefined) return UNREADABLE;
  return itemsAt(parent, user.groups, () => ['request', 'userInfo', 'groups'], 'group');
});

/** Labels of the namespace the request is about. */
export const namespaceLabels = entries(
  'label',
  ({ context, request }) => {
    const facts = context.namespace?.(request.namespace);
    if (facts === undefined || isUnknown(facts)) return undefined;
    return { value: facts.labels, steps: ['namespaceObject', 'metadata', 'labels'] };
  },
  'namespace.labels',
);
