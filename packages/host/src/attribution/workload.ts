// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Workload, WorkloadRef } from '@bartizan/contracts';

/** What names a workload. */
export interface WorkloadName {
  readonly kind: Workload['kind'];
  readonly namespace: string;
  readonly name: string;
}

const LABELS = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  containerName: 'io.kubernetes.container.name',
  composeProject: ['com.docker.compose.project', 'io.podman.compose.project'],
  composeService: ['com.docker.compose.service', 'io.podman.compose.service'],
} as const;

const firstLabel = (labels: Readonly<Record<string, string>>, names: readonly string[]): string | undefined =>
  names.map((name) => labels[name]).find((value) => value !== undefined && value !== '');

/** The workload that a container with these labels belongs to: its Pod, its compose service, or itself. */
export const workloadNameOf = (container: {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod?: string | undefined;
  readonly namespace?: string | undefined;
}): WorkloadName => {
  const { labels } = container;
  const pod = container.pod || labels[LABELS.podName];
  if (pod) {
    const namespace = container.namespace || labels[LABELS.podNamespace] || '';
    return { kind: 'Pod', namespace: namespace.slice(0, 253), name: pod.slice(0, 253) };
  }
  const service = firstLabel(labels, LABELS.composeService);
  if (service) {
    const project = firstLabel(labels, LABELS.composeProject) ?? '';
    return { kind: 'ComposeService', namespace: project.slice(0, 253), name: service.slice(0, 253) };
  }
  return { kind: 'Container', namespace: '', name: container.name.slice(0, 253) };
};

/** The id of a workload: the same wherever and whenever it runs in its cluster. */
export const workloadIdOf = (cluster: string, { kind, namespace, name }: WorkloadName): string =>
  `w-${createHash('sha256').update(`${cluster}\n${kind}\n${namespace}\n${name}`).digest('hex').slice(0, 20)}`;

/** The reference of the node itself as a workload. */
export const hostWorkload = (cluster: string, nodeName: string): WorkloadRef => {
  const name: WorkloadName = { kind: 'Host', namespace: '', name: nodeName };
  return { workload: workloadIdOf(cluster, name), ...name };
};
