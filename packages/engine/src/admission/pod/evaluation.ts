// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionContext, AdmissionRequest, ImageFacts, Unknown } from '../request.ts';
import { isUnknown, unknown } from '../request.ts';
import { type ImageReference, knownImageReference } from './image-reference.ts';
import { BROKEN, fieldPath, isObject, type JsonObject, member, type Step, walk } from './json.ts';
import {
  DEFAULT_POD_PATHS,
  type PodPathTable,
  type PodPlace,
  type PodPlaces,
  podPlaces,
} from './pod-paths.ts';

const NOTES_MAX = 64;
/** Steps (comparisons and items) one decision may take. */
export const STEPS_MAX = 4_000_000;

/** What fields can be about. The first five are asked of the request as a whole, the others of one item of a list. */
export const ADMISSION_SUBJECTS = [
  'request',
  'object',
  'namespace',
  'pod',
  'service-account',
  'container',
  'capability',
  'volume',
  'env',
  'port',
  'mount',
  'probe',
  'vulnerability',
  'package',
  'sysctl',
  'toleration',
  'host-alias',
  'label',
  'annotation',
  'group',
  'service-port',
  'ingress-rule',
  'role-rule',
  'subject',
] as const;
export type AdmissionSubject = (typeof ADMISSION_SUBJECTS)[number];

/** One thing a condition is asked of: the request itself, a container, a volume … */
export interface Item {
  readonly subject: AdmissionSubject;
  readonly value: unknown;
  /** Where it stands in the object. */
  readonly steps: readonly Step[];
  readonly parent: Item | undefined;
  readonly root: Evaluation;
  /** Computed once and kept, by name. */
  readonly memo: Map<string, unknown>;
}

/** Where the items of one list stand: worked out only when a place has to be named. */
export type ListPlace = () => readonly Step[];

/** An item of a list. Many are made in each decision, so what is seldom asked for is made when it is. */
export class ListItem implements Item {
  readonly subject: AdmissionSubject;
  readonly value: unknown;
  readonly parent: Item;
  readonly root: Evaluation;
  readonly #place: ListPlace;
  readonly #key: Step | undefined;
  #steps: readonly Step[] | undefined = undefined;
  #memo: Map<string, unknown> | undefined = undefined;

  constructor(subject: AdmissionSubject, value: unknown, parent: Item, place: ListPlace, key?: Step) {
    this.subject = subject;
    this.value = value;
    this.parent = parent;
    this.root = parent.root;
    this.#place = place;
    this.#key = key;
  }

  get steps(): readonly Step[] {
    this.#steps ??= this.#key === undefined ? this.#place() : [...this.#place(), this.#key];
    return this.#steps;
  }

  get memo(): Map<string, unknown> {
    this.#memo ??= new Map();
    return this.#memo;
  }
}

/** Items of a list, and whether the list, or one of its items, has a type that Kubernetes does not allow. */
export interface Items {
  readonly items: readonly Item[];
  readonly malformed: boolean;
}
/** No items. */
export const NO_ITEMS: Items = { items: [], malformed: false };

/** The pod of an object, wherever its kind keeps it. */
export interface PodView {
  readonly spec: JsonObject;
  readonly specSteps: readonly Step[];
  readonly metadata: JsonObject;
  readonly metadataSteps: readonly Step[];
}

/** What is judged in one decision: the request, its object in normal form, and what was computed on the way. */
export class Evaluation implements Item {
  readonly subject = 'request';
  readonly steps: readonly Step[] = [];
  readonly parent = undefined;
  readonly root = this;
  readonly memo = new Map<string, unknown>();
  readonly request: AdmissionRequest;
  readonly context: AdmissionContext;
  readonly nowMs: number;
  readonly value: JsonObject;
  /** Places where the object has a type that Kubernetes does not allow. */
  readonly malformed = new Set<string>();
  /** Answers of shared conditions; 0 is not asked yet. */
  answers: Uint8Array = NONE;
  stepsLeft = STEPS_MAX;
  /** Where the object keeps its pods; this is about one of them. */
  readonly places: PodPlaces;
  readonly #place: PodPlace | undefined;
  #pod: PodView | undefined | null = null;

  constructor(
    request: AdmissionRequest,
    context: AdmissionContext,
    options: {
      readonly nowMs: number;
      readonly podPaths?: PodPathTable;
      readonly old?: boolean;
      /** Which pod of the object it is about; absent: the first. */
      readonly place?: PodPlace;
    },
  ) {
    this.request = request;
    this.context = context;
    this.nowMs = options.nowMs;
    const object =
      options.old === true || request.operation === 'DELETE' ? request.oldObject : request.object;
    this.value = isObject(object) ? object : {};
    if (object !== undefined && object !== null && !isObject(object)) this.note([]);
    const { podPaths = DEFAULT_POD_PATHS, place } = options;
    this.places = podPlaces(podPaths.get(`${request.group}/${request.resource}`), this.value);
    this.#place = place ?? this.places.places[0];
  }

  /** Remembers that something has a type that Kubernetes does not allow. */
  note(steps: readonly Step[]): void {
    if (this.malformed.size < NOTES_MAX) this.malformed.add(fieldPath(steps));
  }

  /** Takes one step of the budget; false when it is used up. */
  step(): boolean {
    this.stepsLeft -= 1;
    return this.stepsLeft > 0;
  }

  /** The pod, if the object is one or has a template of one; sub-resources other than ephemeral containers and resize have none. */
  get pod(): PodView | undefined {
    if (this.#pod === null) this.#pod = this.#findPod();
    return this.#pod;
  }

  #findPod(): PodView | undefined {
    const { subResource } = this.request;
    if (this.#place === undefined) return undefined;
    if (subResource !== '' && subResource !== 'ephemeralcontainers' && subResource !== 'resize')
      return undefined;
    const { template, spec: name, isGuess } = this.#place;
    const holder = walk(this.value, template);
    const spec = isObject(holder) ? member(holder, name) : undefined;
    const metadata = isObject(holder) ? member(holder, 'metadata') : undefined;
    // What the schema does not tell may be anything: without containers it is no pod.
    if (isGuess && !(isObject(spec) && Array.isArray(member(spec, 'containers')))) return undefined;
    const specSteps = [...template, name];
    const metadataSteps = [...template, 'metadata'];
    if (holder === BROKEN || (holder !== undefined && !isObject(holder))) this.note(template);
    if (spec !== undefined && !isObject(spec)) this.note(specSteps);
    if (metadata !== undefined && !isObject(metadata)) this.note(metadataSteps);
    if (!isObject(spec)) return undefined;
    return { spec, specSteps, metadata: isObject(metadata) ? metadata : {}, metadataSteps };
  }
}
const NONE = new Uint8Array(0);

/** Computes something about an item once. */
export function once<T>(item: Item, name: string, compute: () => T): T {
  const kept = item.memo.get(name);
  // What was stored under this name came from the same function.
  if (kept !== undefined) return kept as T;
  const value = compute();
  item.memo.set(name, value);
  return value;
}

/** The image of a container, read once; undefined when it names none, or something that is no text. */
export const imageOf = (container: Item): ImageReference | undefined => {
  const written = isObject(container.value) ? member(container.value, 'image') : undefined;
  if (typeof written !== 'string' || written === '') return undefined;
  return once(container, 'image', () => knownImageReference(written));
};

const NO_LOOKUP = unknown('no facts about images are at hand');
const NO_IMAGE = unknown('the container names no image');

/** What is known about the image of a container. */
export const imageFactsOf = (container: Item): ImageFacts | Unknown =>
  once(container, 'image-facts', () => {
    const image = imageOf(container);
    if (image === undefined) return NO_IMAGE;
    const { context, request } = container.root;
    return context.image?.(image.normalised, request.namespace) ?? NO_LOOKUP;
  });

/** What a finished scan says about the image of a container; unknown when there was none. */
export const scanOf = (container: Item): ImageFacts | Unknown => {
  const facts = imageFactsOf(container);
  if (isUnknown(facts)) return facts;
  return facts.scanned ? facts : NOT_SCANNED;
};
const NOT_SCANNED = unknown('the image has not been scanned');
