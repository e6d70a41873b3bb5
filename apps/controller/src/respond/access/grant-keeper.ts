// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import {
  type KubeClient,
  type KubeError,
  type KubeObject,
  listOf,
  type Resource,
  recordOf,
  textOf,
} from '@bartizan/adapters/kube';
import { type AccessRequest, ok, type Result } from '@bartizan/contracts';
import type { FoundGrant, GrantLook, GrantObject, GrantWriter } from '../../access-request-ports.ts';
import { lastWriter } from '../admission/last-writer.ts';
import { labelSelectorOf, listLabelled } from '../labelled-objects.ts';

interface Parts {
  readonly client: KubeClient;
  /** Kinds by which grants are made. */
  readonly resources: readonly Resource[];
  /** Labels that all of ours carry. */
  readonly labels: Readonly<Record<string, string>>;
  readonly requestLabel: string;
  readonly expiryAnnotation: string;
}
type Placed = Pick<GrantObject, 'resource' | 'namespace' | 'name'>;

const placeOf = ({ namespace, name }: Placed) => ({ name, ...(namespace === '' ? {} : { namespace }) });
const isMissing = ({ code }: KubeError): boolean => code === 'E_KUBE_MISSING';

/** Makes grants in the cluster and takes them away. It never puts anything back: who removes one has the last word. */
export class GrantKeeper implements GrantWriter {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  try = async (objects: readonly GrantObject[]): Promise<Result<void, KubeError>> => {
    for (const { resource, namespace, object } of objects) {
      const place = namespace === '' ? {} : { namespace };
      const tried = await this.#parts.client.create(resource, object, place, { dryRun: true });
      // A binding of a role that is not made yet: what the role may hold was asked just before.
      const isLater =
        !tried.ok && isMissing(tried.error) && objects.length > 1 && object.roleRef !== undefined;
      if (!tried.ok && !isLater) return tried;
    }
    return ok(undefined);
  };

  write = async (objects: readonly GrantObject[]): Promise<Result<AccessRequest['objects'], KubeError>> => {
    const made: AccessRequest['objects'] = [];
    for (const wanted of objects) {
      const { resource, namespace, name, object } = wanted;
      const place = namespace === '' ? {} : { namespace };
      const created = await this.#parts.client.create(resource, object, place);
      // It was made before we were stopped, and could not be noted: the names are nobody else's.
      const held =
        !created.ok && created.error.code === 'E_KUBE_CONFLICT'
          ? await this.#parts.client.get(resource, placeOf(wanted))
          : created;
      if (!held.ok) return held;
      made.push({ kind: resource.kind, namespace, name, uid: held.value.meta.uid.slice(0, 64) });
    }
    return ok(made);
  };

  look = async (objects: readonly GrantObject[]): Promise<Result<readonly GrantLook[], KubeError>> => {
    const looks: GrantLook[] = [];
    for (const wanted of objects) {
      const live = await this.#parts.client.get(wanted.resource, placeOf(wanted));
      if (!live.ok && !isMissing(live.error)) return live;
      looks.push(live.ok ? lookAt(wanted, live.value) : { state: 'missing' });
    }
    return ok(looks);
  };

  remove = async (
    objects: readonly GrantObject[],
    made: AccessRequest['objects'],
  ): Promise<Result<void, KubeError>> => {
    // What binds goes before what is bound.
    for (const wanted of objects.toReversed()) {
      const live = await this.#parts.client.get(wanted.resource, placeOf(wanted));
      if (!live.ok && !isMissing(live.error)) return live;
      if (!live.ok) continue;
      const { uid } = live.value.meta;
      const isMade = made.some((one) => one.uid === uid && one.kind === wanted.resource.kind);
      if (!isMade && this.#requestOf(live.value) === undefined) continue;
      const removed = await this.#parts.client.remove(wanted.resource, placeOf(wanted), uid);
      if (!removed.ok && !isMissing(removed.error)) return removed;
    }
    return ok(undefined);
  };

  found = async (): Promise<Result<readonly FoundGrant[], KubeError>> => {
    const { client, labels, requestLabel } = this.#parts;
    const all: FoundGrant[] = [];
    for (const resource of this.#parts.resources) {
      const listed = await listLabelled(client, resource, labelSelectorOf(labels, requestLabel));
      if (!listed.ok) return listed;
      for (const object of listed.value) {
        const request = this.#requestOf(object);
        const { namespace, name, uid } = object.meta;
        if (request !== undefined)
          all.push({ resource, namespace, name, uid, request, expiresAtMs: this.#expiryOf(object) });
      }
    }
    return ok(all);
  };

  drop = async (found: FoundGrant): Promise<Result<void, KubeError>> => {
    const removed = await this.#parts.client.remove(found.resource, placeOf(found), found.uid);
    return removed.ok || isMissing(removed.error) ? ok(undefined) : removed;
  };

  /** The request that an object of ours is of. */
  #requestOf({ raw }: KubeObject): string | undefined {
    const { labels, requestLabel } = this.#parts;
    const there = recordOf(recordOf(raw['metadata'])['labels']);
    const isOurs = Object.entries(labels).every(([name, value]) => there[name] === value);
    return isOurs ? textOf(there[requestLabel]) : undefined;
  }

  #expiryOf({ raw }: KubeObject): number | undefined {
    const text = textOf(recordOf(recordOf(raw['metadata'])['annotations'])[this.#parts.expiryAnnotation], 64);
    const atMs = Date.parse(text ?? '');
    return Number.isNaN(atMs) ? undefined : atMs;
  }
}

/** What of an object gives somebody something; annotations and labels do not. */
function lookAt({ object }: GrantObject, live: KubeObject): GrantLook {
  const { uid } = live.meta;
  const { raw } = live;
  const isWhole =
    object.roleRef === undefined
      ? isDeepStrictEqual(rulesOf(raw['rules']), rulesOf(object.rules))
      : isDeepStrictEqual(recordOf(raw['roleRef']), object.roleRef) &&
        isDeepStrictEqual(subjectsOf(raw['subjects']), subjectsOf(object.subjects));
  if (isWhole) return { state: 'whole', uid };
  const by = lastWriter(live);
  return { state: 'changed', uid, ...(by === undefined ? {} : { by }) };
}

const LIST_FIELDS = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const;
/** Rules without what is not there: the API server leaves empty lists out. */
const rulesOf = (rules: unknown): object[] =>
  listOf(rules).map((rule) =>
    Object.fromEntries(LIST_FIELDS.map((field) => [field, listOf(recordOf(rule)[field])])),
  );
const subjectsOf = (subjects: unknown): object[] =>
  listOf(subjects).map((one) => {
    const { kind, name, namespace = '' } = recordOf(one);
    return { kind, name, namespace };
  });
