// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Resource } from '@bartizan/adapters/kube';
import { IMAGE_VERDICTS } from '@bartizan/engine/admission-native';

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
