// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { err, failure, ok, type Result } from '@bartizan/contracts';
import { apply, ask, fieldOf, type InstallFailure, read, textAt } from './answers.ts';
import { resourceOf } from './kinds.ts';
import { type ClusterObject, NAMES } from './objects/object.ts';

/** What applying one object would do. */
export interface PlannedChange {
  readonly object: ClusterObject;
  readonly action: 'create' | 'change' | 'same';
  /** Paths of fields that would differ. */
  readonly fields: readonly string[];
}

const LEAST = { major: 1, minor: 30 } as const;
const PART_OF = 'app.kubernetes.io/part-of';
const FIELDS_SHOWN = 8;

/** The version of the cluster; one that is too old is a failure. */
export async function checkVersion(server: ApiServer): Promise<Result<string, InstallFailure>> {
  const version = await ask(server, { method: 'GET', path: '/version' });
  if (!version.ok) return version;
  const text = textAt(version.value, 'gitVersion');
  const major = Number(textAt(version.value, 'major'));
  const minor = Number.parseInt(textAt(version.value, 'minor'), 10);
  const isEnough = major > LEAST.major || (major === LEAST.major && minor >= LEAST.minor);
  return isEnough ? ok(text) : err(failure('E_CLUSTER_VERSION', text || 'no version'));
}

/** Whether the user may write every kind; what is missing is listed. */
export async function checkRights(
  server: ApiServer,
  kinds: readonly string[],
  verb: 'create' | 'delete',
): Promise<Result<void, InstallFailure>> {
  const missing: string[] = [];
  for (const kind of new Set(kinds)) {
    const { group, resource } = resourceOf(kind);
    const review = await ask(server, {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource } },
      },
    });
    if (!review.ok) return review;
    if (fieldOf(review.value, 'status', 'allowed') !== true) missing.push(`${verb} ${resource}`);
  }
  return missing.length === 0 ? ok(undefined) : err(failure('E_CLUSTER_FORBIDDEN', missing.join(', ')));
}

/** Paths at which two values differ, a list as one value. */
function differences(before: unknown, after: unknown, path = ''): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  const isBranch = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isBranch(before) || !isBranch(after)) return [path];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((name) =>
    differences(Reflect.get(before, name), Reflect.get(after, name), path === '' ? name : `${path}.${name}`),
  );
}

const KEPT_BY_SERVER = /^(status|metadata\.(managedFields|resourceVersion|generation|uid|creationTimestamp))/;

const isOurs = (live: unknown): boolean => textAt(live, 'metadata', 'labels', PART_OF) === NAMES.partOf;

async function planOne(
  server: ApiServer,
  object: ClusterObject,
): Promise<Result<PlannedChange, InstallFailure>> {
  const live = await read(server, object);
  if (!live.ok) return live;
  if (live.value === undefined) return ok({ object, action: 'create', fields: [] });
  const { kind, metadata } = object;
  if (!isOurs(live.value))
    return err(failure('E_CLUSTER_OTHERS', `${kind} ${metadata.namespace ?? ''} ${metadata.name}`));
  const after = await apply(server, object, true);
  if (!after.ok) return after;
  const fields = differences(live.value, after.value).filter((path) => !KEPT_BY_SERVER.test(path));
  return ok({
    object,
    action: fields.length === 0 ? 'same' : 'change',
    fields: fields.slice(0, FIELDS_SHOWN),
  });
}

/** What an install would do, object by object; nothing is written. */
export async function planInstall(
  server: ApiServer,
  objects: readonly ClusterObject[],
): Promise<Result<readonly PlannedChange[], InstallFailure>> {
  const changes: PlannedChange[] = [];
  for (const object of objects) {
    const change = await planOne(server, object);
    if (!change.ok) return change;
    changes.push(change.value);
  }
  return ok(changes);
}
