// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Resource } from '@bartizan/adapters/kube';
import { IMAGE_VERDICTS } from '@bartizan/engine/admission-native';
import type { CLUSTER_POLICY_KINDS } from '@bartizan/engine/reachability';

const RBAC = 'rbac.authorization.k8s.io';
const ADMISSION = 'admissionregistration.k8s.io';

const of = (
  group: string,
  kind: string,
  isNamespaced: boolean,
  plural = `${kind.toLowerCase()}s`,
): Resource => ({
  group,
  version: 'v1',
  kind,
  plural,
  isNamespaced,
});

const clusterPolicy = (kind: (typeof CLUSTER_POLICY_KINDS)[number]): Resource => ({
  group: 'policy.networking.k8s.io',
  version: 'v1alpha1',
  kind,
  plural: kind.toLowerCase().replace(/y$/, 'ies'),
  isNamespaced: false,
});

/** What is watched of a cluster. A kind that this API server does not have is said to be not served. */
export const CLUSTER_RESOURCES = [
  of('', 'Namespace', false),
  of('', 'Node', false),
  of('', 'Pod', true),
  of('apps', 'ReplicaSet', true),
  of('apps', 'Deployment', true),
  of('apps', 'StatefulSet', true),
  of('apps', 'DaemonSet', true),
  of('batch', 'Job', true),
  of('batch', 'CronJob', true),
  of('', 'Service', true),
  of('', 'ServiceAccount', true),
  of('', 'ConfigMap', true),
  of(RBAC, 'Role', true),
  of(RBAC, 'ClusterRole', false),
  of(RBAC, 'RoleBinding', true),
  of(RBAC, 'ClusterRoleBinding', false),
  of('networking.k8s.io', 'NetworkPolicy', true, 'networkpolicies'),
  of('networking.k8s.io', 'Ingress', true, 'ingresses'),
  // Policies of the whole cluster: the kind of today, and the two before it. All come with a network plugin.
  { ...clusterPolicy('ClusterNetworkPolicy'), version: 'v1alpha2' },
  clusterPolicy('AdminNetworkPolicy'),
  clusterPolicy('BaselineAdminNetworkPolicy'),
  of(ADMISSION, 'ValidatingWebhookConfiguration', false),
  of(ADMISSION, 'MutatingWebhookConfiguration', false),
  of(ADMISSION, 'ValidatingAdmissionPolicy', false, 'validatingadmissionpolicies'),
  of(ADMISSION, 'ValidatingAdmissionPolicyBinding', false),
  of(ADMISSION, 'MutatingAdmissionPolicy', false, 'mutatingadmissionpolicies'),
  of(ADMISSION, 'MutatingAdmissionPolicyBinding', false),
  of('apiextensions.k8s.io', 'CustomResourceDefinition', false),
  { ...IMAGE_VERDICTS, isNamespaced: false },
] as const;

/** The resource of a kind that is watched. */
export const resourceOf = (kind: string): Resource | undefined =>
  CLUSTER_RESOURCES.find((resource) => resource.kind === kind);

/** The kind that is watched and comes with a CustomResourceDefinition of that name. */
export const kindOfDefinition = (name: string): string | undefined =>
  CLUSTER_RESOURCES.find(({ group, plural }) => name === `${plural}.${group}`)?.kind;
