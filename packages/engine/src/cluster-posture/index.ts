// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

export { tellApiUses, tellComponent, tellExposure, tellSecret } from './answers.ts';
/**
 * What a cluster holds, shows to the outside and may do in its cloud, and how old its parts are: secrets with who may
 * read each, exposure, metadata services and roles of the cloud, ends of support. In: Kubernetes objects. Out: lists and
 * claims with evidence. Pure; no value of a secret is ever read. Serves K08, K09, K10 and the cluster-to-cloud item.
 */
export { API_KINDS } from './api-claims.ts';
export { type ApiKnowledge, type ApiUse, apiUseOf, apiUsesOf, dueUses } from './api-use.ts';
export { REMOVED_APIS, removalOf } from './api-versions.ts';
export { CLUSTER_CHECKS } from './checks.ts';
export type { ClaimSource, ClusterClaim, ProbeResult } from './claim.ts';
export { clusterClaims } from './claims.ts';
export { cloudsOf } from './cloud.ts';
export {
  type AdvisoriesOf,
  type ComponentPackage,
  packagesOf,
  withAdvisories,
} from './component-advisories.ts';
export {
  type ClusterComponent,
  type ComponentAdvisory,
  componentsOf,
  type Support,
} from './components.ts';
export { type ExposurePoint, exposureOf, type Guard, isOutside } from './exposure.ts';
export { type Probe, probeUrl } from './probe.ts';
export {
  mayBeKeptIn,
  outcomeOf,
  type ProbeAnswer,
  type ProbeOutcome,
  probesOf,
  type ServerPlace,
} from './probes.ts';
export { CLOUD_ROLE_ANNOTATIONS, type PostureObjects, readPostureObjects } from './read-objects.ts';
export { type NotedSecret, noteOfSecret, type SecretNote } from './secret-note.ts';
export { readersOf, type SecretUse, secretUses } from './secret-use.ts';
