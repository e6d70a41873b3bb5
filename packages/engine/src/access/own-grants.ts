// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Binding } from './snapshot.ts';

const CONTROLLER = 'system:controller:';

/**
 * Controllers whose accounts in kube-system the API server binds (bootstrappolicy of Kubernetes, to 1.37, those behind
 * feature gates too). A list and no pattern: anybody who may write bindings may choose a name that fits a pattern.
 */
const CONTROLLERS: ReadonlySet<string> = new Set([
  'attachdetach-controller',
  'certificate-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemon-set-controller',
  'deployment-controller',
  'device-taint-eviction-controller',
  'disruption-controller',
  'endpoint-controller',
  'endpointslice-controller',
  'endpointslicemirroring-controller',
  'ephemeral-volume-controller',
  'expand-controller',
  'generic-garbage-collector',
  'horizontal-pod-autoscaler',
  'job-controller',
  'kube-apiserver-serving-clustertrustbundle-publisher',
  'legacy-service-account-token-cleaner',
  'namespace-controller',
  'node-controller',
  'persistent-volume-binder',
  'pod-garbage-collector',
  'podcertificaterequestcleaner',
  'podgroup-protection-controller',
  'pv-protection-controller',
  'pvc-protection-controller',
  'replicaset-controller',
  'replication-controller',
  'resource-claim-controller',
  'resourcepoolstatusrequest-controller',
  'resourcequota-controller',
  'root-ca-cert-publisher',
  'route-controller',
  'selinux-warning-controller',
  'service-account-controller',
  'service-cidrs-controller',
  'service-controller',
  'statefulset-controller',
  'storage-version-garbage-collector',
  'storage-version-migrator-controller',
  'ttl-after-finished-controller',
  'ttl-controller',
  'validatingadmissionpolicy-status-controller',
  'volumeattributesclass-protection-controller',
]);

/** Subjects of bindings that the API server itself makes, beside the accounts of its controllers. */
const OWN_SUBJECTS: ReadonlyMap<string, string> = new Map([
  ['cluster-admin', 'Group/system:masters'],
  ['system:kube-controller-manager', 'User/system:kube-controller-manager'],
  ['system:kube-scheduler', 'User/system:kube-scheduler'],
  ['system:volume-scheduler', 'User/system:kube-scheduler'],
  ['system:node-proxier', 'User/system:kube-proxy'],
]);

/** What kubeadm binds for its administrators and for the API server: binding to role and subject. */
const KUBEADM: ReadonlyMap<string, string> = new Map([
  ['kubeadm:cluster-admins', 'cluster-admin Group/kubeadm:cluster-admins'],
  ['kubeadm:apiserver-kubelet-client', 'system:kubelet-api-admin User/kube-apiserver-kubelet-client'],
]);

/** Cluster roles that the API server makes with a `*` in them. */
const WITH_WILDCARDS: ReadonlySet<string> = new Set([
  'cluster-admin',
  'system:kube-controller-manager',
  'system:kubelet-api-admin',
  ...[
    'disruption-controller',
    'generic-garbage-collector',
    'horizontal-pod-autoscaler',
    'namespace-controller',
    'resourcequota-controller',
    'storage-version-migrator-controller',
  ].map((name) => `${CONTROLLER}${name}`),
]);

const isClusterWide = ({ kind, role }: Binding): boolean =>
  kind === 'ClusterRoleBinding' && role.kind === 'ClusterRole';

/** Whether the API server makes a binding for this subject, as answers name it: name, role and subject all fit. */
export function isOwnBinding(binding: Binding, subject: string): boolean {
  const { name, role } = binding;
  if (!isClusterWide(binding) || name !== role.name) return false;
  if (!name.startsWith(CONTROLLER)) return OWN_SUBJECTS.get(name) === subject;
  const controller = name.slice(CONTROLLER.length);
  return CONTROLLERS.has(controller) && subject === `ServiceAccount/kube-system/${controller}`;
}

/** Whether a fresh cluster has this binding for this subject: by the API server, or by kubeadm. */
export const isShippedBinding = (binding: Binding, subject: string): boolean =>
  isOwnBinding(binding, subject) ||
  (isClusterWide(binding) && KUBEADM.get(binding.name) === `${binding.role.name} ${subject}`);

/** Whether the API server makes a role of this name, for the whole cluster, with a `*` in it. */
export const isShippedWithWildcard = ({
  kind,
  name,
}: {
  readonly kind: string;
  readonly name: string;
}): boolean => kind === 'ClusterRole' && WITH_WILDCARDS.has(name);
