// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Step } from './json.ts';

/** Where a kind keeps its pod template. */
export interface PodPath {
  readonly group: string;
  readonly resource: string;
  readonly kind: string;
  /** Path of what holds `metadata` and `spec` of the pod; empty when the object is the pod. */
  readonly template: readonly Step[];
}

const TEMPLATE: readonly Step[] = ['spec', 'template'];

/** The kinds of Kubernetes that hold pods. Custom kinds come as more rows of the same table. */
export const POD_PATHS: readonly PodPath[] = [
  { group: '', resource: 'pods', kind: 'Pod', template: [] },
  { group: '', resource: 'podtemplates', kind: 'PodTemplate', template: ['template'] },
  { group: '', resource: 'replicationcontrollers', kind: 'ReplicationController', template: TEMPLATE },
  { group: 'apps', resource: 'deployments', kind: 'Deployment', template: TEMPLATE },
  { group: 'apps', resource: 'replicasets', kind: 'ReplicaSet', template: TEMPLATE },
  { group: 'apps', resource: 'statefulsets', kind: 'StatefulSet', template: TEMPLATE },
  { group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', template: TEMPLATE },
  { group: 'batch', resource: 'jobs', kind: 'Job', template: TEMPLATE },
  {
    group: 'batch',
    resource: 'cronjobs',
    kind: 'CronJob',
    template: ['spec', 'jobTemplate', 'spec', 'template'],
  },
];

/** Looks a resource up. */
export type PodPathTable = ReadonlyMap<string, PodPath>;

/** Builds the table; rows given here come beside those of Kubernetes. */
export const podPathTable = (more: readonly PodPath[] = []): PodPathTable =>
  new Map([...POD_PATHS, ...more].map((row) => [`${row.group}/${row.resource}`, row]));

/** The table without custom kinds. */
export const DEFAULT_POD_PATHS: PodPathTable = podPathTable();
