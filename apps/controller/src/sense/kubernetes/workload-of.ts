// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { WorkloadName } from '@bartizan/adapters/kube';
import type { ObjectView, OwnerReference } from './views.ts';

/** Finds what is kept of an object by kind; undefined = it is not there, or may not be read. */
export type FindObject = (kind: string, namespace: string, name: string) => ObjectView | undefined;

const NAME_MAX = 253;
const TEMPLATE_HASH = 'pod-template-hash';
/** The minute a CronJob gives to the names of its Jobs (Unix time in minutes: eight digits until the year 2160). */
const CRON_SUFFIX = /-\d{8}$/;
const SELF = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const;
const GROUP_OF: Readonly<Record<string, string>> = {
  Deployment: 'apps',
  ReplicaSet: 'apps',
  StatefulSet: 'apps',
  DaemonSet: 'apps',
  Job: 'batch',
  CronJob: 'batch',
};

const isSelf = (kind: string): kind is (typeof SELF)[number] => SELF.some((one) => one === kind);

/**
 * The workload that a Pod belongs to: the last controller that can be found. Names of Kubernetes itself say enough where
 * the object between is gone already, or may not be read: a ReplicaSet of a Deployment ends with the hash that its Pods
 * carry, a Job of a CronJob with its minute.
 */
export function workloadOfPod(pod: ObjectView, find: FindObject): WorkloadName {
  const { namespace, name, owner } = pod;
  if (owner === undefined || (owner.kind === 'Node' && owner.group === ''))
    return { kind: 'Pod', namespace, name };
  return workloadOfOwner(owner, pod, find);
}

function workloadOfOwner(owner: OwnerReference, pod: ObjectView, find: FindObject): WorkloadName {
  const { namespace } = pod;
  const { kind, name } = owner;
  if (GROUP_OF[kind] !== owner.group) return other(owner, namespace);
  if (kind === 'StatefulSet' || kind === 'DaemonSet') return { kind, namespace, name };
  // Deployments and CronJobs make no Pods by themselves: somebody else wrote that into the Pod.
  if (kind !== 'ReplicaSet' && kind !== 'Job') return other(owner, namespace);
  const above = find(kind, namespace, name);
  if (above?.owner !== undefined)
    return topOf(above.owner, kind === 'Job' ? 'CronJob' : 'Deployment', namespace);
  if (above !== undefined) return { kind, namespace, name };
  return kind === 'Job' ? ofMissingJob(namespace, name) : ofMissingReplicaSet(pod, name);
}

const other = ({ kind, name }: OwnerReference, namespace: string): WorkloadName => ({
  kind: 'Other',
  namespace,
  name: `${kind}/${name}`.slice(0, NAME_MAX),
});

/** What owns a ReplicaSet or Job is the workload, of whatever kind; one of Kubernetes where that makes them. */
const topOf = (owner: OwnerReference, kind: 'Deployment' | 'CronJob', namespace: string): WorkloadName =>
  owner.kind === kind && GROUP_OF[kind] === owner.group
    ? { kind, namespace, name: owner.name }
    : other(owner, namespace);

function ofMissingReplicaSet({ namespace, labels }: ObjectView, name: string): WorkloadName {
  const hash = labels[TEMPLATE_HASH];
  return hash !== undefined && hash !== '' && name.endsWith(`-${hash}`)
    ? { kind: 'Deployment', namespace, name: name.slice(0, -hash.length - 1) }
    : { kind: 'ReplicaSet', namespace, name };
}

const ofMissingJob = (namespace: string, name: string): WorkloadName =>
  CRON_SUFFIX.test(name)
    ? { kind: 'CronJob', namespace, name: name.replace(CRON_SUFFIX, '') }
    : { kind: 'Job', namespace, name };

/** The workload that an object is which makes Pods; undefined where another one owns it, or where it makes none. */
export function workloadOfObject(
  kind: string,
  { namespace, name, owner }: ObjectView,
): WorkloadName | undefined {
  if (isSelf(kind)) return { kind, namespace, name };
  if (owner !== undefined) return undefined;
  return kind === 'Job' || kind === 'ReplicaSet' ? { kind, namespace, name } : undefined;
}
