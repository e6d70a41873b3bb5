// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * A client of Kubernetes API servers over one HTTP/2 connection, and watches that survive what API servers do: expired
 * versions, lost connections, "too many requests". What may not be read is "not permitted", never "absent".
 */
export {
  findKubeAccess,
  inClusterAccess,
  type KubeAccess,
  type KubeCredentials,
  kubeconfigAccess,
  tokenFile,
} from './access.ts';
export {
  type ApplyOptions,
  FIELD_MANAGER,
  KubeClient,
  type KubeEvent,
  type KubePage,
  type KubeWatch,
  type ListQuery,
  type WatchQuery,
} from './client.ts';
export { KUBE_LIMITS, type KubeLimits } from './connection.ts';
export { type KubeError, type KubeErrorCode, kubeError } from './fault.ts';
export {
  type JsonRecord,
  type KubeObject,
  listOf,
  type ObjectMeta,
  objectOf,
  recordOf,
  textOf,
  textsOf,
} from './json.ts';
export { apiVersionOf, type Place, pathOf, type Resource } from './resource.ts';
export {
  ResourceWatch,
  type WatchCondition,
  type WatchListener,
  type WatchPlan,
  type WatchState,
  type WatchTiming,
} from './resource-watch.ts';
export { type WorkloadName, workloadIdOf } from './workload-id.ts';
