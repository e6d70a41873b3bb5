// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer } from '@bartizan/adapters/cluster-access';
import { ok, type Result } from '@bartizan/contracts';
import { ask, fieldOf, type InstallFailure, listOf, textAt } from './answers.ts';
import { LISTS, pathOf } from './kinds.ts';
import { NAMES } from './objects/object.ts';
import { POLICY_KIND_NAMES } from './objects/policy-kinds.ts';

/** An object of ours that is there. */
export interface FoundObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

const SELECTOR = encodeURIComponent(`app.kubernetes.io/instance=${NAMES.instance}`);
const STEP_MS = 500;
/** What an uninstall without --purge leaves, so that the next install goes on where this one ended. */
const KEPT = new Set([
  `Secret ${NAMES.keys}`,
  `PersistentVolumeClaim ${NAMES.data}`,
  `Namespace ${NAMES.namespace}`,
  // With the kinds every policy of the cluster would go.
  ...POLICY_KIND_NAMES.map((name) => `CustomResourceDefinition ${name}`),
]);
/** What the controller puts back when it is deleted, as long as it runs and may. */
const GUARDS = new Set([
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
]);
/**
 * Rights first: the controller would put its guards back. Then the guards: none of them may refuse what follows.
 * Workloads before what they need. Namespaces last.
 */
const ORDER = [
  'ClusterRoleBinding',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicyBinding',
  'ValidatingAdmissionPolicy',
  'MutatingAdmissionPolicy',
  'DaemonSet',
  'Deployment',
];

const rankOf = (kind: string): number => {
  const rank = ORDER.indexOf(kind);
  return kind === 'Namespace' ? ORDER.length + 1 : rank === -1 ? ORDER.length : rank;
};

/** What was installed says what it is part of; what the controller makes says who manages it. */
const isOurs = (item: unknown): boolean =>
  ['part-of', 'managed-by'].some(
    (label) => textAt(item, 'metadata', 'labels', `app.kubernetes.io/${label}`) === NAMES.partOf,
  );

/** Every object that carries our label, of every kind of ours. A kind that this cluster does not know has none. */
export async function findObjects(
  server: ApiServer,
): Promise<Result<readonly FoundObject[], InstallFailure>> {
  const found: FoundObject[] = [];
  for (const { kind, path } of LISTS) {
    const listed = await ask(server, { method: 'GET', path: `${path}?labelSelector=${SELECTOR}&limit=5000` });
    if (!listed.ok) return listed;
    for (const item of listOf(fieldOf(listed.value, 'items')).filter(isOurs)) {
      const namespace = textAt(item, 'metadata', 'namespace');
      const name = textAt(item, 'metadata', 'name');
      found.push({ kind, name, ...(namespace === '' ? {} : { namespace }) });
    }
  }
  return ok(found.sort((a, b) => rankOf(a.kind) - rankOf(b.kind)));
}

/** What an uninstall removes of what was found. */
export const removable = (found: readonly FoundObject[], purge: boolean): readonly FoundObject[] =>
  purge ? found : found.filter(({ kind, name }) => !KEPT.has(`${kind} ${name}`));

const removeObject = (server: ApiServer, { kind, name, namespace }: FoundObject) =>
  ask(server, {
    method: 'DELETE',
    path: pathOf({ kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }),
    body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' },
  });

/** Removes objects and waits until they are gone; returns what is left when the time is over. */
export async function removeObjects(
  server: ApiServer,
  objects: readonly FoundObject[],
  timeoutMs: number,
): Promise<Result<readonly FoundObject[], InstallFailure>> {
  for (const object of objects) {
    const removed = await removeObject(server, object);
    if (!removed.ok) return removed;
  }
  const wanted = new Set(objects.map(({ kind, name, namespace }) => `${kind} ${namespace} ${name}`));
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = await findObjects(server);
    if (!found.ok) return found;
    const left = found.value.filter(({ kind, name, namespace }) =>
      wanted.has(`${kind} ${namespace} ${name}`),
    );
    if (left.length === 0 || performance.now() > endMs) return ok(left);
    // One that was put back in the moment before the rights were gone.
    for (const object of left.filter(({ kind }) => GUARDS.has(kind))) {
      const removed = await removeObject(server, object);
      if (!removed.ok) return removed;
    }
    await sleep(STEP_MS);
  }
}
