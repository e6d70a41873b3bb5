// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { LabelSelector } from '../label-selector.ts';

/** Kinds of policies of a whole cluster: the one of today, and the two before it. */
export const CLUSTER_POLICY_KINDS = [
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
] as const;

/** One end of connections that a rule speaks about. */
export type Peer =
  /** Pods; without a namespace selector those of the namespace of the policy. */
  | { readonly kind: 'pods'; readonly namespaces?: LabelSelector; readonly pods: LabelSelector }
  | { readonly kind: 'networks'; readonly networks: readonly string[]; readonly except: readonly string[] }
  | { readonly kind: 'nodes'; readonly nodes: LabelSelector }
  /** A form that is not known here, domain names for instance: whether it matches is unknown. */
  | { readonly kind: 'unknown'; readonly form: string };

/** Ports that a rule speaks about, numbers inclusive. Without a number: every port of the protocol. */
export interface PortMatch {
  /** TCP, UDP or SCTP; absent: any. */
  readonly protocol?: string;
  readonly from?: number;
  readonly to?: number;
  /** Name of a port of the pod that is connected to. */
  readonly name?: string;
}

export type Action = 'accept' | 'deny' | 'pass';

/** One rule of one direction. An absent list is "any". */
export interface NetworkRule {
  readonly name: string;
  readonly action: Action;
  readonly peers?: readonly Peer[];
  readonly ports?: readonly PortMatch[];
}

/**
 * Whether a policy narrows what reaches (or leaves) the pods it is for. A NetworkPolicy does by being there; one of the
 * whole cluster only by a rule that denies.
 */
export const narrows = (policy: NetworkPolicySet, direction: 'ingress' | 'egress'): boolean =>
  policy.tier === 'namespace'
    ? policy[direction] !== undefined
    : (policy[direction] ?? []).some(({ action }) => action === 'deny');

/** A policy of any kind. `ingress` and `egress` are absent where it does not speak about the direction. */
export interface NetworkPolicySet {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly tier: 'admin' | 'namespace' | 'baseline';
  /** Smaller is asked first; only within the admin tier. */
  readonly priority: number;
  readonly subject: { readonly namespaces?: LabelSelector; readonly pods: LabelSelector };
  readonly ingress?: readonly NetworkRule[];
  readonly egress?: readonly NetworkRule[];
}
