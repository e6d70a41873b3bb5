// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { FactType, FactValue, LocalText, Operator } from '@bartizan/contracts';
import type { AdmissionSubject, Item } from '../pod/evaluation.ts';
import { BROKEN, isObject, type JsonObject, member, type Step, walk } from '../pod/json.ts';
import { quantity } from '../pod/quantity.ts';
import { MALFORMED, type Reading, unknown } from '../request.ts';

/** One field that conditions may ask for. */
export interface AdmissionField {
  readonly name: string;
  readonly subject: AdmissionSubject;
  readonly type: FactType;
  /** What it says, as a phrase that fits into a sentence; of a yes-or-no field the sentence itself. */
  readonly phrase: LocalText;
  /** Where it stands, from its subject on; empty when it is not part of the object. */
  readonly path: readonly string[];
  /** Reads it of an item of its subject. Never throws, whatever the object is. */
  readonly read: (item: Item) => Reading;
  /** Where exactly it was read, when `path` cannot say it. */
  readonly at?: (item: Item) => readonly Step[];
  /**
   * CEL that gives the same as an optional: `container.?securityContext.?privileged`. Variables: object, request,
   * namespaceObject, pod (the pod specification), podMeta, and the item by the name of its subject.
   */
  readonly cel?: string;
  /** How what stands at `path` is taken, where that is all it needs: one walk serves all fields on a way. */
  readonly take?: (value: unknown) => Reading;
  /** The same as `read`, where the JSON of an item is all it needs: nobody has to make an item of it. */
  readonly ofValue?: (value: JsonObject) => Reading;
  /** How a text is read that it is said to equal, where the same can be written in several ways. */
  readonly readsAs?: (text: string) => string;
  /** The value may be a secret: it is never shown. */
  readonly secret?: true;
  /** Where it comes from when it is not part of the request. */
  readonly outside?: 'image' | 'service-account' | 'namespace' | 'storage-class' | 'credentials';
}

/** Names of the variables that hold an item in CEL, by subject. */
export const CEL_VARIABLES: Readonly<Record<AdmissionSubject, string>> = {
  request: 'request',
  object: 'object',
  namespace: 'namespaceObject',
  pod: 'pod',
  'service-account': 'serviceAccount',
  container: 'container',
  capability: 'capability',
  volume: 'volume',
  env: 'env',
  port: 'port',
  mount: 'mount',
  probe: 'probe',
  vulnerability: 'vulnerability',
  package: 'package_',
  sysctl: 'sysctl',
  toleration: 'toleration',
  'host-alias': 'hostAlias',
  label: 'label',
  annotation: 'annotation',
  group: 'group',
  'service-port': 'servicePort',
  'ingress-rule': 'ingressRule',
  'role-rule': 'roleRule',
  subject: 'subject',
};

const LIST_MAX = 4096;
const TOO_LONG = unknown(`the list has more than ${LIST_MAX} items`);

/** A list that was made of what stands there; nobody looks at one that is too long. */
export const listFact = (values: string[]): Reading => (values.length > LIST_MAX ? TOO_LONG : values);

/** How a JSON value is taken as a fact of each type; MALFORMED for what Kubernetes would not take either. */
const TYPED: Readonly<Record<FactType, (value: unknown) => Reading>> = {
  text: (value) => (typeof value === 'string' ? value : MALFORMED),
  number: (value) => (typeof value === 'number' && Number.isFinite(value) ? value : MALFORMED),
  boolean: (value) => (typeof value === 'boolean' ? value : MALFORMED),
  list: (value) => {
    if (!Array.isArray(value)) return MALFORMED;
    if (value.length > LIST_MAX) return TOO_LONG;
    const isText = (entry: unknown): entry is string => typeof entry === 'string';
    return value.every(isText) ? value : MALFORMED;
  },
};

/** A quantity as a number; milli for processors. */
const asQuantity =
  (factor: number) =>
  (value: unknown): Reading => {
    const number = quantity(value);
    return number === undefined ? MALFORMED : Math.round(number * factor * 1000) / 1000;
  };

/** The JSON that the fields of a subject are read of. */
export function valueOfSubject(subject: AdmissionSubject, item: Item): unknown {
  if (subject === 'pod') return item.root.pod?.spec;
  return item.value;
}

const EXACT: ReadonlySet<Operator> = new Set(['equals', 'not-equals', 'in', 'not-in']);

/** What a field is compared with; patterns stay as they are written. */
export const comparedWith = (
  { readsAs }: AdmissionField,
  operator: Operator,
  value: FactValue | undefined,
): FactValue | undefined => {
  if (readsAs === undefined || !EXACT.has(operator)) return value;
  return typeof value === 'string' ? readsAs(value) : Array.isArray(value) ? value.map(readsAs) : value;
};

type Options = Partial<Pick<AdmissionField, 'secret' | 'cel' | 'at' | 'readsAs'>> & {
  /** Other reading of the value that stands there. */
  readonly convert?: (value: unknown) => Reading;
};

/** Where an item's field stands, in steps from the root of the object. */
export const stepsOf = (field: AdmissionField, item: Item): readonly Step[] => {
  if (field.at !== undefined) return field.at(item);
  if (field.subject === 'pod') return [...(item.root.pod?.specSteps ?? []), ...field.path];
  return [...item.steps, ...field.path];
};

const optionalCel = (subject: AdmissionSubject, path: readonly string[]): string =>
  CEL_VARIABLES[subject] +
  path.map((key) => (/^\w+$/.test(key) ? `.?${key}` : `[?${JSON.stringify(key)}]`)).join('');

/** Makes a field that stands in the object at a path. */
export function placed(
  name: string,
  subject: AdmissionSubject,
  type: FactType,
  at: { readonly path: string; readonly en: string; readonly ja: string } & Options,
): AdmissionField {
  const path = at.path.split('.');
  const take = at.convert ?? TYPED[type];
  const [only = ''] = path;
  const ofPod = subject === 'pod';
  const deep = (holder: unknown): Reading => {
    const found = walk(holder, path);
    if (found === undefined) return undefined;
    return found === BROKEN ? MALFORMED : take(found);
  };
  const flat = (holder: JsonObject): Reading => {
    const found = member(holder, only);
    return found === undefined ? undefined : take(found);
  };
  const readOf = path.length === 1 ? flat : deep;
  const read = (item: Item): Reading => {
    const holder = ofPod ? item.root.pod?.spec : item.value;
    return isObject(holder) ? readOf(holder) : deep(holder);
  };
  const { en, ja, convert, ...rest } = at;
  const cel = rest.cel ?? (convert === undefined ? optionalCel(subject, path) : undefined);
  return {
    name,
    subject,
    type,
    phrase: { en, ja },
    read,
    take,
    ...(rest.secret === undefined ? {} : { secret: rest.secret }),
    ...(rest.at === undefined ? {} : { at: rest.at }),
    ...(rest.readsAs === undefined ? {} : { readsAs: rest.readsAs }),
    ...(cel === undefined ? {} : { cel }),
    path,
  };
}

/** A field of a quantity: `unit` says how many of its units one is. */
export const amount = (
  name: string,
  subject: AdmissionSubject,
  at: { readonly path: string; readonly en: string; readonly ja: string; readonly factor: number },
): AdmissionField => {
  const { factor, ...rest } = at;
  return placed(name, subject, 'number', {
    ...rest,
    convert: asQuantity(factor),
    cel: `${optionalCel(subject, at.path.split('.'))}.optMap(q, quantity(string(q)).asApproximateFloat()${
      factor === 1 ? '' : ` * ${factor}.0`
    })`,
  });
};

/** Makes a field that is computed. */
export const computed = (
  name: string,
  subject: AdmissionSubject,
  type: FactType,
  how: Omit<AdmissionField, 'name' | 'subject' | 'type' | 'phrase' | 'path'> & {
    readonly path?: string;
    readonly en: string;
    readonly ja: string;
  },
): AdmissionField => {
  const { en, ja, path, ...rest } = how;
  return {
    name,
    subject,
    type,
    phrase: { en, ja },
    path: path === undefined ? [] : path.split('.'),
    ...rest,
  };
};

/** Makes a field that is computed from the JSON of an item alone; what is no object counts as an empty one. */
export const derived = (
  name: string,
  subject: AdmissionSubject,
  type: FactType,
  {
    of,
    ...how
  }: {
    readonly of: (value: JsonObject) => Reading;
    readonly en: string;
    readonly ja: string;
    readonly cel: string;
  },
): AdmissionField =>
  computed(name, subject, type, {
    ...how,
    read: ({ value }) => of(isObject(value) ? value : {}),
    ofValue: of,
  });

/** Reads a member as text, number, boolean or list. */
export const readAs = (type: FactType, value: unknown, path: readonly string[]): Reading => {
  const found = walk(value, path);
  if (found === undefined) return undefined;
  return found === BROKEN ? MALFORMED : TYPED[type](found);
};

/** Text members of a map such as labels; MALFORMED when it is no map. */
export const entryOf = (map: unknown, key: string): Reading => {
  if (map === undefined || map === null) return undefined;
  if (!isObject(map)) return MALFORMED;
  const found = member(map, key);
  return found === undefined ? undefined : TYPED.text(found);
};
