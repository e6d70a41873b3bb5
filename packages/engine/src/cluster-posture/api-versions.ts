// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** When Kubernetes stops serving a version of a kind, and what to write instead. */
export interface ApiRemoval {
  /** Minor version of Kubernetes 1 that serves it no more. */
  readonly removedIn: number;
  /** `apiVersion` that has the kind from then on; absent: there is none. */
  readonly replacement?: string;
}

type Row = readonly [apiVersion: string, removedIn: number, replacement: string, kinds: string];

const ADMISSION = 'admissionregistration.k8s.io';
const WEBHOOKS = 'MutatingWebhookConfiguration ValidatingWebhookConfiguration';
const VALIDATING = 'ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding';
const MUTATING = 'MutatingAdmissionPolicy MutatingAdmissionPolicyBinding';
const REVIEWS = 'LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview';
const FLOW = 'flowcontrol.apiserver.k8s.io';
const FLOWS = 'FlowSchema PriorityLevelConfiguration';
const RESOURCE = 'resource.k8s.io';
const CLAIMS = 'DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice';

/**
 * Versions with a release that removes them: as the API of Kubernetes 1.37 states it, and the deprecation guide of
 * Kubernetes for those whose types are gone. Releases still to come are what is planned now.
 */
const REMOVALS: readonly Row[] = [
  ['extensions/v1beta1', 16, 'apps/v1', 'DaemonSet Deployment ReplicaSet'],
  ['extensions/v1beta1', 16, 'networking.k8s.io/v1', 'NetworkPolicy'],
  ['extensions/v1beta1', 16, '', 'PodSecurityPolicy'],
  ['extensions/v1beta1', 22, 'networking.k8s.io/v1', 'Ingress'],
  ['apps/v1beta1', 16, 'apps/v1', 'ControllerRevision Deployment StatefulSet'],
  ['apps/v1beta2', 16, 'apps/v1', 'ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet'],
  [`${ADMISSION}/v1beta1`, 22, `${ADMISSION}/v1`, WEBHOOKS],
  [`${ADMISSION}/v1alpha1`, 32, `${ADMISSION}/v1`, VALIDATING],
  [`${ADMISSION}/v1beta1`, 34, `${ADMISSION}/v1`, VALIDATING],
  [`${ADMISSION}/v1alpha1`, 38, `${ADMISSION}/v1`, MUTATING],
  [`${ADMISSION}/v1beta1`, 40, `${ADMISSION}/v1`, MUTATING],
  ['apiextensions.k8s.io/v1beta1', 22, 'apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ['apiregistration.k8s.io/v1beta1', 22, 'apiregistration.k8s.io/v1', 'APIService'],
  ['authentication.k8s.io/v1beta1', 22, 'authentication.k8s.io/v1', 'TokenReview'],
  ['authentication.k8s.io/v1alpha1', 32, 'authentication.k8s.io/v1', 'SelfSubjectReview'],
  ['authentication.k8s.io/v1beta1', 33, 'authentication.k8s.io/v1', 'SelfSubjectReview'],
  ['authorization.k8s.io/v1beta1', 22, 'authorization.k8s.io/v1', REVIEWS],
  ['autoscaling/v2beta1', 25, 'autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['autoscaling/v2beta2', 26, 'autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['batch/v1beta1', 25, 'batch/v1', 'CronJob'],
  ['certificates.k8s.io/v1beta1', 22, 'certificates.k8s.io/v1', 'CertificateSigningRequest'],
  ['certificates.k8s.io/v1alpha1', 37, 'certificates.k8s.io/v1', 'ClusterTrustBundle'],
  ['certificates.k8s.io/v1beta1', 40, 'certificates.k8s.io/v1', 'ClusterTrustBundle PodCertificateRequest'],
  ['coordination.k8s.io/v1beta1', 22, 'coordination.k8s.io/v1', 'Lease'],
  ['coordination.k8s.io/v1alpha2', 38, '', 'LeaseCandidate'],
  ['coordination.k8s.io/v1beta1', 39, '', 'LeaseCandidate'],
  ['discovery.k8s.io/v1beta1', 25, 'discovery.k8s.io/v1', 'EndpointSlice'],
  ['events.k8s.io/v1beta1', 25, 'events.k8s.io/v1', 'Event'],
  [`${FLOW}/v1beta1`, 26, `${FLOW}/v1`, FLOWS],
  [`${FLOW}/v1beta2`, 29, `${FLOW}/v1`, FLOWS],
  [`${FLOW}/v1beta3`, 32, `${FLOW}/v1`, FLOWS],
  ['networking.k8s.io/v1beta1', 22, 'networking.k8s.io/v1', 'Ingress IngressClass'],
  ['networking.k8s.io/v1alpha1', 33, 'networking.k8s.io/v1', 'IPAddress ServiceCIDR'],
  ['networking.k8s.io/v1beta1', 37, 'networking.k8s.io/v1', 'IPAddress ServiceCIDR'],
  ['node.k8s.io/v1beta1', 25, 'node.k8s.io/v1', 'RuntimeClass'],
  ['policy/v1beta1', 25, 'policy/v1', 'Eviction PodDisruptionBudget'],
  ['policy/v1beta1', 25, '', 'PodSecurityPolicy'],
  [
    'rbac.authorization.k8s.io/v1beta1',
    22,
    'rbac.authorization.k8s.io/v1',
    'ClusterRole ClusterRoleBinding Role RoleBinding',
  ],
  [`${RESOURCE}/v1beta1`, 38, `${RESOURCE}/v1`, CLAIMS],
  [`${RESOURCE}/v1beta2`, 39, `${RESOURCE}/v1`, CLAIMS],
  [`${RESOURCE}/v1alpha3`, 39, `${RESOURCE}/v1`, 'DeviceTaintRule'],
  ['scheduling.k8s.io/v1beta1', 22, 'scheduling.k8s.io/v1', 'PriorityClass'],
  ['storage.k8s.io/v1alpha1', 24, 'storage.k8s.io/v1', 'CSIStorageCapacity VolumeAttachment'],
  ['storage.k8s.io/v1alpha1', 35, 'storage.k8s.io/v1', 'VolumeAttributesClass'],
  ['storage.k8s.io/v1beta1', 22, 'storage.k8s.io/v1', 'CSIDriver CSINode StorageClass VolumeAttachment'],
  ['storage.k8s.io/v1beta1', 27, 'storage.k8s.io/v1', 'CSIStorageCapacity'],
  ['storage.k8s.io/v1beta1', 37, 'storage.k8s.io/v1', 'VolumeAttributesClass'],
  ['storagemigration.k8s.io/v1beta1', 40, 'storagemigration.k8s.io/v1', 'StorageVersionMigration'],
];

const BY_KIND: ReadonlyMap<string, ApiRemoval> = new Map(
  REMOVALS.flatMap(([apiVersion, removedIn, replacement, kinds]) =>
    kinds
      .split(' ')
      .map((kind): [string, ApiRemoval] => [
        `${apiVersion} ${kind}`,
        { removedIn, ...(replacement === '' ? {} : { replacement }) },
      ]),
  ),
);

/** A kind as it stands in the path of a request. */
const pluralOf = (kind: string): string => {
  const name = kind.toLowerCase();
  if (name.endsWith('y')) return `${name.slice(0, -1)}ies`;
  return name.endsWith('s') ? `${name}es` : `${name}s`;
};
const BY_RESOURCE: ReadonlyMap<string, string> = new Map(
  [...BY_KIND.keys()].map((key) => {
    const [apiVersion = '', kind = ''] = key.split(' ');
    return [`${apiVersion} ${pluralOf(kind)}`, kind];
  }),
);

/** When a version of a kind goes; undefined: no release is known that removes it. */
export const removalOf = (apiVersion: string, kind: string): ApiRemoval | undefined =>
  BY_KIND.get(`${apiVersion} ${kind}`);

/** The kind that a resource is, of versions that go. */
export const kindOfResource = (apiVersion: string, resource: string): string | undefined =>
  BY_RESOURCE.get(`${apiVersion} ${resource}`);

/** Every version of a kind that goes, as `group/version Kind`. */
export const REMOVED_APIS: readonly string[] = [...BY_KIND.keys()];
