// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * May A reach B, and by which policy: NetworkPolicy, ClusterNetworkPolicy and the kinds before it, as declared. Whether a
 * network plugin enforces them is another question. In: Kubernetes objects, endpoints. Out: verdicts with reasons. Pure.
 * Serves K07.
 */
export { type AskedEnd, answerReach, isDefaultDeny, type ReachQuestion } from './answer.ts';
export { NETWORK_CHECKS, type NetworkCheck } from './checks.ts';
export {
  type Action,
  CLUSTER_POLICY_KINDS,
  type NetworkPolicySet,
  type NetworkRule,
  narrows,
  type Peer,
  type PortMatch,
} from './policy.ts';
export {
  type Connection,
  type DirectionVerdict,
  type Endpoint,
  type PodEndpoint,
  type Reach,
  Reachability,
  type ReachVerdict,
} from './reach.ts';
export { readLabels, readPod } from './read-pods.ts';
export { readNetworkPolicies } from './read-policies.ts';
