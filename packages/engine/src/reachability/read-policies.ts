// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { entryOf, isObject, type Json, listOf, memberOf, textOf, textsOf } from '../foreign-json.ts';
import { type LabelSelector, readLabelSelector } from '../label-selector.ts';
import type { Action, NetworkPolicySet, NetworkRule, Peer, PortMatch } from './policy.ts';

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const EVERYTHING: LabelSelector = { labels: {}, expressions: [] };

function portOf(value: unknown): PortMatch {
  const protocol = textOf(memberOf(value, 'protocol')) || 'TCP';
  const port = memberOf(value, 'port');
  if (typeof port === 'string') return { protocol, name: port };
  const from = number(port);
  return from === undefined
    ? { protocol }
    : { protocol, from, to: number(memberOf(value, 'endPort')) ?? from };
}

function peerOf(value: unknown): Peer {
  const block = memberOf(value, 'ipBlock');
  if (isObject(block))
    return { kind: 'networks', networks: [textOf(block['cidr'])], except: textsOf(block['except']) };
  const namespaces = memberOf(value, 'namespaceSelector');
  const pods = memberOf(value, 'podSelector');
  if (!isObject(namespaces) && !isObject(pods)) return { kind: 'unknown', form: keysOf(value) };
  return {
    kind: 'pods',
    ...(isObject(namespaces) ? { namespaces: readLabelSelector(namespaces) } : {}),
    pods: isObject(pods) ? readLabelSelector(pods) : EVERYTHING,
  };
}
const keysOf = (value: unknown): string =>
  isObject(value) ? Object.keys(value).join(', ').slice(0, 128) : '';

/** Rules of a NetworkPolicy: an empty or absent list of peers or ports is "any". */
function plainRules(value: unknown, peers: 'from' | 'to'): NetworkRule[] {
  return listOf(value).map((rule, index) => {
    const others = listOf(memberOf(rule, peers));
    const ports = listOf(memberOf(rule, 'ports'));
    return {
      name: `${index}`,
      action: 'accept',
      ...(others.length === 0 ? {} : { peers: others.map(peerOf) }),
      ...(ports.length === 0 ? {} : { ports: ports.map(portOf) }),
    };
  });
}

function plainPolicy(object: Json): NetworkPolicySet {
  const spec = object['spec'];
  const types = textsOf(memberOf(spec, 'policyTypes'));
  // Without policyTypes (networking/v1 defaulting): ingress always, egress only when there are egress rules.
  const egress = types.length > 0 ? types.includes('Egress') : listOf(memberOf(spec, 'egress')).length > 0;
  const ingress = types.length === 0 || types.includes('Ingress');
  return {
    kind: 'NetworkPolicy',
    namespace: textOf(memberOf(object['metadata'], 'namespace')) || 'default',
    name: textOf(memberOf(object['metadata'], 'name')),
    tier: 'namespace',
    priority: 0,
    subject: { pods: readLabelSelector(memberOf(spec, 'podSelector')) },
    ...(ingress ? { ingress: plainRules(memberOf(spec, 'ingress'), 'from') } : {}),
    ...(egress ? { egress: plainRules(memberOf(spec, 'egress'), 'to') } : {}),
  };
}

/** `namespaces` is a selector since v1alpha2; before, the selector was one level deeper. */
const namespacesOf = (value: unknown): LabelSelector =>
  isObject(memberOf(value, 'namespaceSelector'))
    ? readLabelSelector(memberOf(value, 'namespaceSelector'))
    : readLabelSelector(value);

function clusterPeer(value: unknown): Peer {
  const pods = memberOf(value, 'pods');
  if (isObject(memberOf(value, 'namespaces')))
    return { kind: 'pods', namespaces: namespacesOf(memberOf(value, 'namespaces')), pods: EVERYTHING };
  if (isObject(pods))
    return {
      kind: 'pods',
      namespaces: isObject(pods['namespaceSelector'])
        ? readLabelSelector(pods['namespaceSelector'])
        : namespacesOf(pods['namespaces']),
      pods: readLabelSelector(pods['podSelector']),
    };
  if (isObject(memberOf(value, 'nodes')))
    return { kind: 'nodes', nodes: readLabelSelector(memberOf(value, 'nodes')) };
  const networks = memberOf(value, 'networks');
  if (Array.isArray(networks)) return { kind: 'networks', networks: textsOf(networks), except: [] };
  return { kind: 'unknown', form: keysOf(value) };
}

const span = (protocol: string, value: unknown): PortMatch => {
  const from = number(memberOf(value, 'number')) ?? number(memberOf(memberOf(value, 'range'), 'start'));
  const to = number(memberOf(value, 'number')) ?? number(memberOf(memberOf(value, 'range'), 'end'));
  return from === undefined || to === undefined ? { protocol } : { protocol, from, to };
};

/** A protocol of v1alpha2: `{tcp: {destinationPort: ...}}`, `{destinationNamedPort: ...}`. */
function protocolOf(value: unknown): PortMatch {
  const named = memberOf(value, 'destinationNamedPort');
  if (typeof named === 'string') return { name: named };
  const key = ['tcp', 'udp', 'sctp'].find((one) => memberOf(value, one) !== undefined);
  return key === undefined
    ? { protocol: 'unknown' }
    : span(key.toUpperCase(), memberOf(memberOf(value, key), 'destinationPort'));
}

/** A port of v1alpha1: `{portNumber: ...}`, `{portRange: ...}`, `{namedPort: ...}`. */
function adminPort(value: unknown): PortMatch {
  const named = memberOf(value, 'namedPort');
  if (typeof named === 'string') return { name: named };
  const range = memberOf(value, 'portRange');
  if (isObject(range)) return span(textOf(range['protocol']) || 'TCP', { range });
  const one = memberOf(value, 'portNumber');
  return span(textOf(memberOf(one, 'protocol')) || 'TCP', { number: memberOf(one, 'port') });
}

const ACTIONS: Readonly<Record<string, Action>> = {
  Accept: 'accept',
  Allow: 'accept',
  Deny: 'deny',
  Pass: 'pass',
};

function clusterRules(value: unknown, peers: 'from' | 'to'): NetworkRule[] {
  return listOf(value).map((rule, index) => {
    const protocols = listOf(memberOf(rule, 'protocols'));
    const ports = listOf(memberOf(rule, 'ports'));
    const matches = [...protocols.map(protocolOf), ...ports.map(adminPort)];
    const action = entryOf(ACTIONS, textOf(memberOf(rule, 'action')));
    const others = listOf(memberOf(rule, peers)).map(clusterPeer);
    return {
      name: textOf(memberOf(rule, 'name')) || `${index}`,
      action: action ?? 'deny',
      // An action that is not known must not be taken for one that is.
      peers: action === undefined ? [{ kind: 'unknown', form: textOf(memberOf(rule, 'action')) }] : others,
      ...(matches.length === 0 ? {} : { ports: matches }),
    };
  });
}

function clusterPolicy(object: Json): NetworkPolicySet {
  const spec = object['spec'];
  const subject = memberOf(spec, 'subject');
  const pods = memberOf(subject, 'pods');
  const baseline = object['kind'] === 'BaselineAdminNetworkPolicy' || memberOf(spec, 'tier') === 'Baseline';
  return {
    kind: textOf(object['kind']),
    namespace: '',
    name: textOf(memberOf(object['metadata'], 'name')),
    tier: baseline ? 'baseline' : 'admin',
    priority: number(memberOf(spec, 'priority')) ?? 0,
    subject: isObject(pods)
      ? {
          namespaces: readLabelSelector(pods['namespaceSelector']),
          pods: readLabelSelector(pods['podSelector']),
        }
      : { namespaces: namespacesOf(memberOf(subject, 'namespaces')), pods: EVERYTHING },
    ingress: clusterRules(memberOf(spec, 'ingress'), 'from'),
    egress: clusterRules(memberOf(spec, 'egress'), 'to'),
  };
}

const READERS: Readonly<Record<string, (object: Json) => NetworkPolicySet>> = {
  NetworkPolicy: plainPolicy,
  ClusterNetworkPolicy: clusterPolicy,
  AdminNetworkPolicy: clusterPolicy,
  BaselineAdminNetworkPolicy: clusterPolicy,
};

/**
 * Reads NetworkPolicy (networking.k8s.io/v1), ClusterNetworkPolicy (policy.networking.k8s.io/v1alpha2) and the two kinds
 * of v1alpha1 before it. Other objects are left out; a form that is not known becomes a peer of kind `unknown`.
 */
export function readNetworkPolicies(objects: Iterable<unknown>): NetworkPolicySet[] {
  const found: NetworkPolicySet[] = [];
  for (const object of objects) {
    if (!isObject(object)) continue;
    const read = entryOf(READERS, textOf(object['kind']));
    if (read !== undefined) found.push(read(object));
  }
  return found;
}
