// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { selectsLabels } from '../label-selector.ts';
import { isInNetwork } from './address.ts';
import type { NetworkPolicySet, NetworkRule, Peer, PortMatch } from './policy.ts';

type Labels = Readonly<Record<string, string>>;

/** A pod as network policies see it. */
export interface PodEndpoint {
  readonly kind: 'pod';
  readonly namespace: string;
  readonly namespaceLabels: Labels;
  readonly name: string;
  readonly labels: Labels;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly number: number }[];
  /** It uses the network of its node: policies do not hold it. */
  readonly hostNetwork: boolean;
}
export type Endpoint =
  | PodEndpoint
  | { readonly kind: 'node'; readonly labels: Labels; readonly addresses: readonly string[] }
  | { readonly kind: 'address'; readonly address: string };

/** A connection that may be asked about. */
export interface Connection {
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** TCP, UDP or SCTP. */
  readonly protocol: string;
  readonly port: number;
}

export type Reach = 'allowed' | 'denied' | 'unknown';

/** Why one direction came out as it did. */
export interface DirectionVerdict {
  readonly direction: 'egress' | 'ingress';
  readonly reach: Reach;
  /** `rule`: that rule said so; `isolated`: policies select the pod and no rule of theirs allows; `default`: nothing speaks. */
  readonly because: 'rule' | 'isolated' | 'default' | 'outside' | 'host-network';
  readonly tier?: NetworkPolicySet['tier'];
  /** Policies that decided: the one with the rule, or all that isolate. */
  readonly policies: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
  readonly rule?: string;
  /** Rules of earlier tiers that matched and passed the question on. */
  readonly passed?: readonly { readonly kind: string; readonly name: string; readonly rule: string }[];
}
export interface ReachVerdict {
  readonly reach: Reach;
  readonly directions: readonly DirectionVerdict[];
}

/** Three-valued: a form of peer that is not known matches perhaps. */
type Maybe = boolean | 'unknown';
const anyOf = (values: readonly Maybe[]): Maybe =>
  values.includes(true) ? true : values.includes('unknown') ? 'unknown' : false;

const METADATA_NAME = 'kubernetes.io/metadata.name';
const namespaceLabels = (pod: PodEndpoint): Labels => ({
  ...pod.namespaceLabels,
  [METADATA_NAME]: pod.namespace,
});

const addressesOf = (end: Endpoint): readonly string[] =>
  end.kind === 'address' ? [end.address] : end.addresses;

type Networks = Extract<Peer, { readonly kind: 'networks' }>;

/** An end that is named by its labels, or by a manifest, has no address yet: whichever it gets may be in the networks. */
function networksHold({ networks, except }: Networks, addresses: readonly string[]): Maybe {
  if (addresses.length === 0) return 'unknown';
  return addresses.some(
    (address) =>
      networks.some((network) => isInNetwork(address, network)) &&
      !except.some((network) => isInNetwork(address, network)),
  );
}

function peerMatches(peer: Peer, other: Endpoint, policy: NetworkPolicySet): Maybe {
  if (peer.kind === 'unknown') return 'unknown';
  if (peer.kind === 'networks') return networksHold(peer, addressesOf(other));
  if (peer.kind === 'nodes') return other.kind === 'node' && selectsLabels(peer.nodes, other.labels);
  // A pod on the network of its node is not known by its labels: implementations differ.
  if (other.kind !== 'pod') return false;
  const inNamespace =
    peer.namespaces === undefined
      ? other.namespace === policy.namespace
      : selectsLabels(peer.namespaces, namespaceLabels(other));
  if (!inNamespace || !selectsLabels(peer.pods, other.labels)) return false;
  return other.hostNetwork ? 'unknown' : true;
}

function portMatches(match: PortMatch, { to, protocol, port }: Connection): boolean {
  if (match.protocol !== undefined && match.protocol !== protocol) return false;
  if (match.name !== undefined)
    return (
      to.kind === 'pod' &&
      to.ports.some((one) => one.name === match.name && one.protocol === protocol && one.number === port)
    );
  return match.from === undefined || (port >= match.from && port <= (match.to ?? match.from));
}

function ruleMatches(rule: NetworkRule, policy: NetworkPolicySet, asked: Connection, other: Endpoint): Maybe {
  if (rule.ports !== undefined && !rule.ports.some((match) => portMatches(match, asked))) return false;
  return rule.peers === undefined ? true : anyOf(rule.peers.map((peer) => peerMatches(peer, other, policy)));
}

function holds(policy: NetworkPolicySet, pod: PodEndpoint): boolean {
  const { namespaces, pods } = policy.subject;
  const inNamespace =
    namespaces === undefined
      ? policy.namespace === pod.namespace
      : selectsLabels(namespaces, namespaceLabels(pod));
  return inNamespace && selectsLabels(pods, pod.labels);
}

interface Side {
  readonly direction: DirectionVerdict['direction'];
  readonly pod: PodEndpoint;
  readonly other: Endpoint;
}
const named = ({ kind, namespace, name }: NetworkPolicySet) => ({ kind, namespace, name });

/** A rule that ends its tier and leaves the verdict to the next. */
interface Passed {
  readonly pass: { readonly kind: string; readonly name: string; readonly rule: string };
}

/** The first rule that matches in an ordered tier; undefined: none does, or it passes on. */
function ordered(
  policies: readonly NetworkPolicySet[],
  { direction, other }: Side,
  asked: Connection,
): DirectionVerdict | Passed | undefined {
  for (const policy of policies)
    for (const rule of policy[direction] ?? []) {
      const matches = ruleMatches(rule, policy, asked, other);
      if (matches === false) continue;
      if (matches === true && rule.action === 'pass')
        return { pass: { kind: policy.kind, name: policy.name, rule: rule.name } };
      const reach = matches === 'unknown' ? 'unknown' : rule.action === 'accept' ? 'allowed' : 'denied';
      const { tier } = policy;
      return { direction, reach, because: 'rule', tier, policies: [named(policy)], rule: rule.name };
    }
  return undefined;
}

/** NetworkPolicies add up: a pod that one selects is isolated, and each rule of each opens something. */
function added(
  policies: readonly NetworkPolicySet[],
  { direction, other }: Side,
  asked: Connection,
): DirectionVerdict | undefined {
  const speaking = policies.filter((policy) => policy[direction] !== undefined);
  if (speaking.length === 0) return undefined;
  let perhaps: DirectionVerdict | undefined;
  for (const policy of speaking)
    for (const rule of policy[direction] ?? []) {
      const matches = ruleMatches(rule, policy, asked, other);
      if (matches === false) continue;
      const verdict = {
        direction,
        because: 'rule',
        tier: 'namespace',
        policies: [named(policy)],
        rule: rule.name,
      } as const;
      if (matches === true) return { ...verdict, reach: 'allowed' };
      perhaps ??= { ...verdict, reach: 'unknown' };
    }
  return (
    perhaps ?? {
      direction,
      reach: 'denied',
      because: 'isolated',
      tier: 'namespace',
      policies: speaking.map(named),
    }
  );
}

/** The policies of a cluster, ready to be asked "may A reach B". */
export class Reachability {
  readonly #tiers: Readonly<Record<NetworkPolicySet['tier'], readonly NetworkPolicySet[]>>;

  constructor(policies: readonly NetworkPolicySet[]) {
    const of = (tier: NetworkPolicySet['tier']): NetworkPolicySet[] =>
      policies.filter((one) => one.tier === tier);
    this.#tiers = {
      admin: of('admin').sort(
        (left, right) => left.priority - right.priority || (left.name < right.name ? -1 : 1),
      ),
      namespace: of('namespace'),
      baseline: of('baseline'),
    };
  }

  /** Whether a connection may be made, and by which policies of each side. Both sides must allow it. */
  ask(asked: Connection): ReachVerdict {
    const directions = [
      this.#direction('egress', asked.from, asked.to, asked),
      this.#direction('ingress', asked.to, asked.from, asked),
    ];
    const found = directions.map(({ reach }) => reach);
    const reach = found.includes('denied') ? 'denied' : found.includes('unknown') ? 'unknown' : 'allowed';
    return { reach, directions };
  }

  /** Policies of the namespace tier and others that select a pod, by direction. */
  selecting(pod: PodEndpoint): readonly NetworkPolicySet[] {
    return Object.values(this.#tiers)
      .flat()
      .filter((policy) => holds(policy, pod));
  }

  #direction(
    direction: DirectionVerdict['direction'],
    end: Endpoint,
    other: Endpoint,
    asked: Connection,
  ): DirectionVerdict {
    if (end.kind !== 'pod') return { direction, reach: 'allowed', because: 'outside', policies: [] };
    if (end.hostNetwork) return { direction, reach: 'allowed', because: 'host-network', policies: [] };
    const side = { direction, pod: end, other };
    const mine = (tier: NetworkPolicySet['tier']): NetworkPolicySet[] =>
      this.#tiers[tier].filter((policy) => holds(policy, end));
    const passed: Passed['pass'][] = [];
    const told = (verdict: DirectionVerdict): DirectionVerdict =>
      passed.length === 0 ? verdict : { ...verdict, passed };
    const admin = ordered(mine('admin'), side, asked);
    if (admin !== undefined && !('pass' in admin)) return admin;
    if (admin !== undefined) passed.push(admin.pass);
    const plain = added(mine('namespace'), side, asked);
    if (plain !== undefined) return told(plain);
    const baseline = ordered(mine('baseline'), side, asked);
    if (baseline !== undefined && !('pass' in baseline)) return told(baseline);
    if (baseline !== undefined) passed.push(baseline.pass);
    return told({ direction, reach: 'allowed', because: 'default', policies: [] });
  }
}
