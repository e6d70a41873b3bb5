// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type LabelSelector, readLabelSelector } from '../label-selector.ts';
import type { Action, NetworkPolicySet, NetworkRule, Peer, PortMatch } from './policy.ts';

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const at = (value: unknown, key: string): unknown => (isRecord(value) ? value[key] : undefined);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const texts = (value: unknown): string[] =>
  items(value).filter((item): item is string => typeof item === 'string');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const EVERYTHING: LabelSelector = { labels: {}, expressions: [] };

function portOf(value: unknown): PortMatch {
  const protocol = text(at(value, 'protocol')) || 'TCP';
  const port = at(value, 'port');
  if (typeof port === 'string') return { protocol, name: port };
  const from = number(port);
  return from === undefined ? { protocol } : { protocol, from, to: number(at(value, 'endPort')) ?? from };
}

function peerOf(value: unknown): Peer {
  const block = at(value, 'ipBlock');
  if (isRecord(block))
    return { kind: 'networks', networks: [text(block['cidr'])], except: texts(block['except']) };
  const namespaces = at(value, 'namespaceSelector');
  const pods = at(value, 'podSelector');
  if (!isRecord(namespaces) && !isRecord(pods)) return { kind: 'unknown', form: keysOf(value) };
  return {
    kind: 'pods',
    ...(isRecord(namespaces) ? { namespaces: readLabelSelector(namespaces) } : {}),
    pods: isRecord(pods) ? readLabelSelector(pods) : EVERYTHING,
  };
}
const keysOf = (value: unknown): string =>
  isRecord(value) ? Object.keys(value).join(', ').slice(0, 128) : '';

/** Rules of a NetworkPolicy: an empty or absent list of peers or ports is "any". */
function plainRules(value: unknown, peers: 'from' | 'to'): NetworkRule[] {
  return items(value).map((rule, index) => {
    const others = items(at(rule, peers));
    const ports = items(at(rule, 'ports'));
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
  const types = texts(at(spec, 'policyTypes'));
  // Without policyTypes (networking/v1 defaulting): ingress always, egress only when there are egress rules.
  const egress = types.length > 0 ? types.includes('Egress') : items(at(spec, 'egress')).length > 0;
  const ingress = types.length === 0 || types.includes('Ingress');
  return {
    kind: 'NetworkPolicy',
    namespace: text(at(object['metadata'], 'namespace')) || 'default',
    name: text(at(object['metadata'], 'name')),
    tier: 'namespace',
    priority: 0,
    subject: { pods: readLabelSelector(at(spec, 'podSelector')) },
    ...(ingress ? { ingress: plainRules(at(spec, 'ingress'), 'from') } : {}),
    ...(egress ? { egress: plainRules(at(spec, 'egress'), 'to') } : {}),
  };
}

/** `namespaces` is a selector since v1alpha2; before, the selector was one level deeper. */
const namespacesOf = (value: unknown): LabelSelector =>
  isRecord(at(value, 'namespaceSelector'))
    ? readLabelSelector(at(value, 'namespaceSelector'))
    : readLabelSelector(value);

function clusterPeer(value: unknown): Peer {
  const pods = at(value, 'pods');
  if (isRecord(at(value, 'namespaces')))
    return { kind: 'pods', namespaces: namespacesOf(at(value, 'namespaces')), pods: EVERYTHING };
  if (isRecord(pods))
    return {
      kind: 'pods',
      namespaces: isRecord(pods['namespaceSelector'])
        ? readLabelSelector(pods['namespaceSelector'])
        : namespacesOf(pods['namespaces']),
      pods: readLabelSelector(pods['podSelector']),
    };
  if (isRecord(at(value, 'nodes'))) return { kind: 'nodes', nodes: readLabelSelector(at(value, 'nodes')) };
  const networks = at(value, 'networks');
  if (Array.isArray(networks)) return { kind: 'networks', networks: texts(networks), except: [] };
  return { kind: 'unknown', form: keysOf(value) };
}

const span = (protocol: string, value: unknown): PortMatch => {
  const from = number(at(value, 'number')) ?? number(at(at(value, 'range'), 'start'));
  const to = number(at(value, 'number')) ?? number(at(at(value, 'range'), 'end'));
  return from === undefined || to === undefined ? { protocol } : { protocol, from, to };
};

/** A protocol of v1alpha2: `{tcp: {destinationPort: ...}}`, `{destinationNamedPort: ...}`. */
function protocolOf(value: unknown): PortMatch {
  const named = at(value, 'destinationNamedPort');
  if (typeof named === 'string') return { name: named };
  const key = ['tcp', 'udp', 'sctp'].find((one) => at(value, one) !== undefined);
  return key === undefined
    ? { protocol: 'unknown' }
    : span(key.toUpperCase(), at(at(value, key), 'destinationPort'));
}

/** A port of v1alpha1: `{portNumber: ...}`, `{portRange: ...}`, `{namedPort: ...}`. */
function adminPort(value: unknown): PortMatch {
  const named = at(value, 'namedPort');
  if (typeof named === 'string') return { name: named };
  const range = at(value, 'portRange');
  if (isRecord(range)) return span(text(range['protocol']) || 'TCP', { range });
  const one = at(value, 'portNumber');
  return span(text(at(one, 'protocol')) || 'TCP', { number: at(one, 'port') });
}

const ACTIONS: Readonly<Record<string, Action>> = {
  Accept: 'accept',
  Allow: 'accept',
  Deny: 'deny',
  Pass: 'pass',
};

function clusterRules(value: unknown, peers: 'from' | 'to'): NetworkRule[] {
  return items(value).map((rule, index) => {
    const protocols = items(at(rule, 'protocols'));
    const ports = items(at(rule, 'ports'));
    const matches = [...protocols.map(protocolOf), ...ports.map(adminPort)];
    const action = ACTIONS[text(at(rule, 'action'))];
    const others = items(at(rule, peers)).map(clusterPeer);
    return {
      name: text(at(rule, 'name')) || `${index}`,
      action: action ?? 'deny',
      // An action that is not known must not be taken for one that is.
      peers: action === undefined ? [{ kind: 'unknown', form: text(at(rule, 'action')) }] : others,
      ...(matches.length === 0 ? {} : { ports: matches }),
    };
  });
}

function clusterPolicy(object: Json): NetworkPolicySet {
  const spec = object['spec'];
  const subject = at(spec, 'subject');
  const pods = at(subject, 'pods');
  const baseline = object['kind'] === 'BaselineAdminNetworkPolicy' || at(spec, 'tier') === 'Baseline';
  return {
    kind: text(object['kind']),
    namespace: '',
    name: text(at(object['metadata'], 'name')),
    tier: baseline ? 'baseline' : 'admin',
    priority: number(at(spec, 'priority')) ?? 0,
    subject: isRecord(pods)
      ? {
          namespaces: readLabelSelector(pods['namespaceSelector']),
          pods: readLabelSelector(pods['podSelector']),
        }
      : { namespaces: namespacesOf(at(subject, 'namespaces')), pods: EVERYTHING },
    ingress: clusterRules(at(spec, 'ingress'), 'from'),
    egress: clusterRules(at(spec, 'egress'), 'to'),
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
    if (!isRecord(object)) continue;
    const read = READERS[text(object['kind'])];
    if (read !== undefined) found.push(read(object));
  }
  return found;
}
