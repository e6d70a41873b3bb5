// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionOperation } from '@bartizan/contracts';
import { type AdmissionRequest, POD_PATHS, type PodPath } from '@bartizan/engine/admission';

/** A Kubernetes object as a manifest gives it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: {
    readonly name?: unknown;
    readonly generateName?: unknown;
    readonly namespace?: unknown;
  };
  readonly items?: unknown;
}

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value is an object of Kubernetes; anything else in a manifest is none of ours. */
export const isKubernetesObject = (value: unknown): value is KubernetesObject =>
  isMapping(value) &&
  typeof value['apiVersion'] === 'string' &&
  typeof value['kind'] === 'string' &&
  (value['metadata'] === undefined || value['metadata'] === null || isMapping(value['metadata']));

const TEMPLATE = ['spec', 'template'] as const;
const custom = (
  group: string,
  resource: string,
  kind: string,
  template: readonly string[] = TEMPLATE,
): PodPath => ({
  group,
  resource,
  kind,
  template,
});

/** Custom kinds in wide use that hold a pod template. */
export const CUSTOM_POD_PATHS: readonly PodPath[] = [
  custom('argoproj.io', 'rollouts', 'Rollout'),
  custom('serving.knative.dev', 'services', 'Service'),
  custom('serving.knative.dev', 'configurations', 'Configuration'),
  custom('serving.knative.dev', 'revisions', 'Revision', []),
  custom('apps.openshift.io', 'deploymentconfigs', 'DeploymentConfig'),
  custom('apps.kruise.io', 'clonesets', 'CloneSet'),
  custom('apps.kruise.io', 'statefulsets', 'StatefulSet'),
  custom('apps.kruise.io', 'daemonsets', 'DaemonSet'),
  custom('flagger.app', 'canaries', 'Canary'),
  custom('opentelemetry.io', 'targetallocators', 'TargetAllocator'),
];

/** Resources of kinds that hold pods, by `group/kind`. */
const BY_KIND = new Map(
  [...POD_PATHS, ...CUSTOM_POD_PATHS].map((row) => [`${row.group}/${row.kind}`, row.resource]),
);
/** Kinds whose plural follows no rule. */
const PLURALS: Readonly<Record<string, string>> = { Endpoints: 'endpoints' };

/** The resource of a kind: its plural, as the API server has it for every kind of its own. */
function resourceOf(group: string, kind: string): string {
  const known = BY_KIND.get(`${group}/${kind}`) ?? PLURALS[kind];
  if (known !== undefined) return known;
  const name = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** Kinds of Kubernetes that stand in no namespace. */
const CLUSTER_KINDS = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'APIService',
  'StorageClass',
  'PriorityClass',
  'IngressClass',
  'RuntimeClass',
  'CSIDriver',
  'CSINode',
  'VolumeAttachment',
  'CertificateSigningRequest',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'MutatingAdmissionPolicy',
  'MutatingAdmissionPolicyBinding',
  'FlowSchema',
  'PriorityLevelConfiguration',
]);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What the request is about beside the object. */
export interface Circumstances {
  /** Namespace of objects that name none, as kubectl takes it. */
  readonly namespace: string;
  readonly operation?: AdmissionOperation;
  readonly subResource?: string;
  readonly oldObject?: unknown;
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
}

/** The request that creating this object would be. */
export function requestOf(object: KubernetesObject, about: Circumstances): AdmissionRequest {
  const { apiVersion, kind, metadata } = object;
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  const stated = textOf(metadata?.namespace);
  return {
    operation: about.operation ?? 'CREATE',
    group,
    resource: resourceOf(group, kind),
    subResource: about.subResource ?? '',
    kind,
    namespace: CLUSTER_KINDS.has(kind) ? '' : stated === '' ? about.namespace : stated,
    name: textOf(metadata?.name) || textOf(metadata?.generateName),
    object,
    ...(about.oldObject === undefined ? {} : { oldObject: about.oldObject }),
    ...(about.user === undefined ? {} : { user: about.user }),
  };
}
