// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KnownContainer, Procfs } from '@bartizan/host';
import type { RunningProgram } from '@bartizan/scan/evidence';

/** Where the parts of a cluster run that run in containers. Who may make pods there is an administrator. */
const CONTROL_PLANE = 'kube-system';
const LABELS = {
  container: 'io.kubernetes.container.name',
  namespace: 'io.kubernetes.pod.namespace',
} as const;

/** The container that a process lives in, as its runtime tells of it; undefined: none that is known. */
export type ContainerOf = (pid: number) => KnownContainer | undefined;

/** What vouches for the name of a program: any process may call itself as it likes. */
export interface Origin {
  /** It runs as root on the machine itself, or is a container of that name among those of the control plane. */
  readonly isVouchedFor: boolean;
  /** It runs in a pod that is no part of the control plane. */
  readonly isOfOthers: boolean;
}

const namespaceOf = ({ description: { namespace, labels } }: KnownContainer): string | undefined =>
  namespace ?? labels[LABELS.namespace];

/** Images may bring labels too, which some engines show: they count where the kubelet made the container, and its cgroup. */
const isNamed = ({ cgroupPath, description: { name, labels } }: KnownContainer, component: string): boolean =>
  /\/kubepods\b/.test(cgroupPath ?? '') && (labels[LABELS.container] ?? name) === component;

/** Says where a program that calls itself a component of Kubernetes comes from. */
export function originOf(
  { pid, isOfHost }: Pick<RunningProgram, 'pid' | 'isOfHost'>,
  component: string,
  { procfs, containerOf }: { readonly procfs: Procfs; readonly containerOf: ContainerOf },
): Origin {
  if (isOfHost) {
    const status = procfs.status(pid);
    return { isVouchedFor: status.ok && status.value.uid === 0, isOfOthers: false };
  }
  const container = containerOf(pid);
  const namespace = container === undefined ? undefined : namespaceOf(container);
  return {
    isVouchedFor: container !== undefined && namespace === CONTROL_PLANE && isNamed(container, component),
    isOfOthers: namespace !== undefined && namespace !== CONTROL_PLANE && !namespace.startsWith('openshift-'),
  };
}
