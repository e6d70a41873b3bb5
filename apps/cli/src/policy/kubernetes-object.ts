// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionOperation } from '@bartizan/contracts';
import { type AdmissionRequest, type CustomKind, resourceOf } from '@bartizan/engine/admission';

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

/** What defines a custom kind is of this one. */
export const DEFINITION = 'CustomResourceDefinition';

/** Whether an object defines a custom kind. */
export const isDefinition = ({ apiVersion, kind }: KubernetesObject): boolean =>
  kind === DEFINITION && apiVersion.startsWith('apiextensions.k8s.io/');

/** Kinds of Kubernetes that stand in no namespace. */
const CLUSTER_KINDS = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  DEFINITION,
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
  /** Custom kinds whose definitions are at hand, by `group/kind`. */
  readonly kinds?: ReadonlyMap<string, CustomKind> | undefined;
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
  const defined = about.kinds?.get(`${group}/${kind}`);
  const isClusterWide = defined === undefined ? CLUSTER_KINDS.has(kind) : !defined.isNamespaced;
  return {
    operation: about.operation ?? 'CREATE',
    group,
    resource: defined?.resource ?? resourceOf(group, kind),
    subResource: about.subResource ?? '',
    kind,
    namespace: isClusterWide ? '' : stated === '' ? about.namespace : stated,
    name: textOf(metadata?.name) || textOf(metadata?.generateName),
    object,
    ...(about.oldObject === undefined ? {} : { oldObject: about.oldObject }),
    ...(about.user === undefined ? {} : { user: about.user }),
  };
}
