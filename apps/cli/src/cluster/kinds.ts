// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ClusterObject } from './objects/object.ts';

interface Kind {
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Every kind of which an installation has objects, or of which its controller makes some. */
const KINDS: Readonly<Record<string, Kind>> = {
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true },
  ConfigMap: { apiVersion: 'v1', plural: 'configmaps', namespaced: true },
  Secret: { apiVersion: 'v1', plural: 'secrets', namespaced: true },
  PersistentVolumeClaim: { apiVersion: 'v1', plural: 'persistentvolumeclaims', namespaced: true },
  Service: { apiVersion: 'v1', plural: 'services', namespaced: true },
  Deployment: { apiVersion: 'apps/v1', plural: 'deployments', namespaced: true },
  DaemonSet: { apiVersion: 'apps/v1', plural: 'daemonsets', namespaced: true },
  PodDisruptionBudget: { apiVersion: 'policy/v1', plural: 'poddisruptionbudgets', namespaced: true },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies', namespaced: true },
  Role: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'roles', namespaced: true },
  RoleBinding: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'rolebindings', namespaced: true },
  ClusterRole: { apiVersion: 'rbac.authorization.k8s.io/v1', plural: 'clusterroles', namespaced: false },
  ClusterRoleBinding: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    plural: 'clusterrolebindings',
    namespaced: false,
  },
  ValidatingWebhookConfiguration: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingwebhookconfigurations',
    namespaced: false,
  },
  MutatingWebhookConfiguration: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingwebhookconfigurations',
    namespaced: false,
  },
  ValidatingAdmissionPolicy: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicies',
    namespaced: false,
  },
  ValidatingAdmissionPolicyBinding: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'validatingadmissionpolicybindings',
    namespaced: false,
  },
  MutatingAdmissionPolicy: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicies',
    namespaced: false,
  },
  MutatingAdmissionPolicyBinding: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    plural: 'mutatingadmissionpolicybindings',
    namespaced: false,
  },
  // Policy reports; a cluster that does not have the kinds has no objects of them.
  Report: { apiVersion: 'openreports.io/v1alpha1', plural: 'reports', namespaced: true },
  ClusterReport: { apiVersion: 'openreports.io/v1alpha1', plural: 'clusterreports', namespaced: false },
  PolicyReport: { apiVersion: 'wgpolicyk8s.io/v1alpha2', plural: 'policyreports', namespaced: true },
  ClusterPolicyReport: {
    apiVersion: 'wgpolicyk8s.io/v1alpha2',
    plural: 'clusterpolicyreports',
    namespaced: false,
  },
  CustomResourceDefinition: {
    apiVersion: 'apiextensions.k8s.io/v1',
    plural: 'customresourcedefinitions',
    namespaced: false,
  },
};

const rootOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

/** Address of an object. */
export function pathOf({ kind, metadata }: Pick<ClusterObject, 'kind' | 'metadata'>): string {
  const { apiVersion, plural, namespaced } = KINDS[kind] ?? {
    apiVersion: 'v1',
    plural: kind.toLowerCase(),
    namespaced: false,
  };
  const space = namespaced ? `/namespaces/${metadata.namespace}` : '';
  return `${rootOf(apiVersion)}${space}/${plural}/${metadata.name}`;
}

/** Where all objects of each kind are listed. */
export const LISTS: readonly { readonly kind: string; readonly path: string }[] = Object.entries(KINDS).map(
  ([kind, { apiVersion, plural }]) => ({ kind, path: `${rootOf(apiVersion)}/${plural}` }),
);

/** Group and resource of a kind, as a question about rights names them. */
export function resourceOf(kind: string): { readonly group: string; readonly resource: string } {
  const { apiVersion, plural } = KINDS[kind] ?? { apiVersion: 'v1', plural: kind.toLowerCase() };
  return { group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', resource: plural };
}
