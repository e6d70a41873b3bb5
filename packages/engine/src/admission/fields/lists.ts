// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AdmissionSubject,
  type Evaluation,
  type Item,
  type Items,
  NO_ITEMS,
  scanOf,
} from '../pod/evaluation.ts';
import { BROKEN, isObject, type Step, walk } from '../pod/json.ts';
import { isUnknown } from '../request.ts';

const ITEMS_MAX = 4096;

function itemsAt(parent: Item, list: unknown, steps: readonly Step[], subject: AdmissionSubject): Items {
  if (list === undefined || list === null) return NO_ITEMS;
  const { root } = parent;
  if (!Array.isArray(list)) {
    root.note(steps);
    return { items: [], malformed: true };
  }
  const items: Item[] = [];
  let malformed = list.length > ITEMS_MAX;
  for (const [at, value] of list.slice(0, ITEMS_MAX).entries()) {
    const isText = subject === 'capability' || subject === 'group';
    if (isText ? typeof value !== 'string' : !isObject(value)) {
      malformed = true;
      root.note([...steps, at]);
    } else items.push({ subject, value, steps: [...steps, at], parent, root, memo: new Map() });
  }
  return { items, malformed };
}

/** A list below some JSON; remembered by its parent, so that all rules share its items. */
export const listBelow =
  (
    subject: AdmissionSubject,
    holder: (parent: Item) => { value: unknown; steps: readonly Step[] },
    path: readonly string[],
  ) =>
  (parent: Item): Items => {
    const name = `${subject}:${path.join('.')}`;
    const kept = parent.memo.get(name);
    if (kept !== undefined) return kept as Items;
    const { value, steps } = holder(parent);
    const found = walk(value, path);
    const items = itemsAt(parent, found === BROKEN ? false : found, [...steps, ...path], subject);
    parent.memo.set(name, items);
    return items;
  };

const ofPod = ({ root }: Item) => ({ value: root.pod?.spec, steps: root.pod?.specSteps ?? [] });
const ofItem = (item: Item) => ({ value: item.value, steps: item.steps });
/** A list of the pod specification. */
export const podList = (subject: AdmissionSubject, path: string) =>
  listBelow(subject, ofPod, path.split('.'));
/** A list of the item itself. */
export const itemList = (subject: AdmissionSubject, path: string) =>
  listBelow(subject, ofItem, path.split('.'));

/** Several lists as one. */
export function joined(name: string, parts: readonly ((parent: Item) => Items)[]): (parent: Item) => Items {
  return (parent) => {
    const kept = parent.memo.get(name);
    if (kept !== undefined) return kept as Items;
    const lists = parts.map((part) => part(parent));
    const items = {
      items: lists.flatMap((list) => list.items),
      malformed: lists.some((list) => list.malformed),
    };
    parent.memo.set(name, items);
    return items;
  };
}

/** Containers by the list they stand in. */
export const REGULAR = podList('container', 'containers');
/** Init containers and sidecars. */
export const INIT = podList('container', 'initContainers');
/** Containers added to a running pod. */
export const EPHEMERAL = podList('container', 'ephemeralContainers');

/** Entries of a map as items `{ key, value }`. */
export const entries =
  (
    subject: 'label' | 'annotation',
    holder: (root: Evaluation) => { value: unknown; steps: readonly Step[] },
    name: string,
  ) =>
  (parent: Item): Items => {
    const kept = parent.memo.get(name);
    if (kept !== undefined) return kept as Items;
    const { root } = parent;
    const { value: map, steps } = holder(root);
    let items: Items = NO_ITEMS;
    if (isObject(map)) {
      const all = Object.entries(map).slice(0, ITEMS_MAX);
      items = {
        items: all.map(([key, value]) => ({
          subject,
          value: { key, value },
          steps: [...steps, key],
          parent,
          root,
          memo: new Map(),
        })),
        malformed: false,
      };
    } else if (map !== undefined && map !== null) {
      root.note(steps);
      items = { items: [], malformed: true };
    }
    parent.memo.set(name, items);
    return items;
  };

/** A map of the metadata of the object. */
export const metadataOf = (key: string) => (root: Evaluation) => {
  const found = walk(root.value, ['metadata', key]);
  return { value: found === BROKEN ? false : found, steps: ['metadata', key] };
};
/** A map of the metadata of the pod. */
export const podMetadataOf = (key: string) => (root: Evaluation) => ({
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
export function probes(parent: Item): Items {
  const kept = parent.memo.get('probes');
  if (kept !== undefined) return kept as Items;
  const items: Item[] = [];
  let malformed = false;
  for (const path of PROBES) {
    const value = walk(parent.value, path);
    const steps = [...parent.steps, ...path];
    if (isObject(value))
      items.push({ subject: 'probe', value, steps, parent, root: parent.root, memo: new Map() });
    else if (value !== undefined) {
      malformed = true;
      parent.root.note(steps);
    }
  }
  const result = { items, malformed };
  parent.memo.set('probes', result);
  return result;
}

/** What a scan found; nothing is known, rather than nothing found, when there was no scan. */
export const fromScan =
  (subject: 'vulnerability' | 'package', key: 'vulnerabilities' | 'packages') =>
  (parent: Item): Items => {
    const kept = parent.memo.get(key);
    if (kept !== undefined) return kept as Items;
    const facts = scanOf(parent);
    const list = isUnknown(facts) ? undefined : facts[key];
    const { root } = parent;
    const items: Items = {
      items: (list ?? []).map((value) => ({
        subject,
        value,
        steps: [...parent.steps, 'image'],
        parent,
        root,
        memo: new Map(),
      })),
      malformed: list === undefined,
    };
    parent.memo.set(key, items);
    return items;
  };

/** Groups of who asks; unknown when nobody does. */
export const groups = (parent: Item): Items => {
  const { user } = parent.root.request;
  if (user === undefined) return { items: [], malformed: true };
  return itemsAt(parent, user.groups, ['request', 'userInfo', 'groups'], 'group');
};

/** Labels of the namespace the request is about. */
export const namespaceLabels = entries(
  'label',
  ({ context, request }) => {
    const facts = context.namespace?.(request.namespace);
    return {
      value: facts === undefined || isUnknown(facts) ? false : facts.labels,
      steps: ['namespaceObject', 'metadata', 'labels'],
    };
  },
  'namespace.labels',
);
