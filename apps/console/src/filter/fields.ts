// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { ListRoute } from '../data/queries.ts';
import type { MessageKey } from '../i18n/messages.ts';

/** A field people can filter a list by; values are offered where the list of them is closed. */
export interface FilterField {
  readonly name: string;
  readonly label: MessageKey;
  readonly values?: readonly string[];
}

const SEVERITY: FilterField = {
  name: 'severity',
  label: 'field.severity',
  values: ['critical', 'high', 'medium', 'low', 'info', 'unknown'],
};
const NAMESPACE: FilterField = { name: 'namespace', label: 'field.namespace' };
const NODE: FilterField = { name: 'node', label: 'field.node' };
/** By name, as pages show it: `workload` takes ids, which links carry and nobody reads. */
const WORKLOAD: FilterField = { name: 'name', label: 'field.workload' };
const K_ITEMS = ['K01', 'K02', 'K03', 'K04', 'K05', 'K06', 'K07', 'K08', 'K09', 'K10'];

/** What each list can be filtered by, in the order it is offered. */
export const FILTER_FIELDS = {
  'workload.list': [
    { name: 'name', label: 'field.name' },
    NAMESPACE,
    {
      name: 'kind',
      label: 'field.kind',
      values: [
        'Host',
        'Container',
        'ComposeService',
        'Pod',
        'Deployment',
        'ReplicaSet',
        'StatefulSet',
        'DaemonSet',
        'Job',
        'CronJob',
        'Other',
      ],
    },
    { name: 'image', label: 'field.image' },
    NODE,
  ],
  'finding.list': [
    SEVERITY,
    {
      name: 'kind',
      label: 'field.kind',
      values: ['vulnerability', 'pending-update', 'posture', 'secret', 'malware', 'end-of-life', 'policy'],
    },
    { name: 'state', label: 'field.state', values: ['open', 'accepted', 'explained', 'fixed'] },
    { name: 'vulnerability', label: 'field.vulnerability' },
    { name: 'package', label: 'field.package' },
    { name: 'use', label: 'use.title', values: ['loaded', 'touched', 'unknown', 'not-seen'] },
    { name: 'check', label: 'field.check' },
    { name: 'exception', label: 'exception.one' },
    { name: 'counted', label: 'field.counted', values: ['true', 'false'] },
    WORKLOAD,
    NAMESPACE,
    { name: 'owasp', label: 'field.owasp', values: K_ITEMS },
  ],
  'event.list': [
    SEVERITY,
    { name: 'verdict', label: 'field.verdict', values: ['alert', 'deny', 'allow', 'undecided'] },
    { name: 'rule', label: 'field.rule' },
    WORKLOAD,
    NAMESPACE,
    NODE,
    { name: 'owasp', label: 'field.owasp', values: K_ITEMS },
    { name: 'attack', label: 'field.attack' },
  ],
  'audit.list': [
    { name: 'actor', label: 'field.actor' },
    { name: 'action', label: 'field.action' },
    { name: 'outcome', label: 'field.outcome', values: ['success', 'refused', 'failed'] },
  ],
  'workload.connections': [
    { name: 'remoteAddress', label: 'flow.peer' },
    { name: 'serverPort', label: 'access.port' },
    { name: 'protocol', label: 'field.protocol', values: ['tcp', 'udp', 'other'] },
    { name: 'application', label: 'flow.application' },
    { name: 'process', label: 'flow.process' },
    { name: 'direction', label: 'access.side', values: ['outbound', 'inbound'] },
    { name: 'verdict', label: 'field.verdict', values: ['alert', 'deny', 'allow', 'undecided'] },
  ],
  'workload.packages': [
    { name: 'name', label: 'field.name' },
    { name: 'ecosystem', label: 'field.ecosystem' },
  ],
  'image.list': [
    { name: 'reference', label: 'field.image' },
    {
      name: 'scan',
      label: 'image.scan',
      values: ['never', 'queued', 'scanning', 'done', 'incomplete', 'failed'],
    },
    { name: 'signature', label: 'image.signature', values: ['signed', 'unsigned', 'invalid', 'unknown'] },
    { name: 'platform', label: 'image.platform' },
    { name: 'distribution', label: 'image.distribution' },
    { name: 'digest', label: 'workload.digest' },
    { name: 'registry', label: 'image.registry' },
    { name: 'inUse', label: 'use.title', values: ['true', 'false'] },
  ],
  'image.packages': [
    { name: 'name', label: 'field.name' },
    { name: 'ecosystem', label: 'field.ecosystem' },
    { name: 'licence', label: 'package.licence' },
    { name: 'layer', label: 'package.layer' },
  ],
  'exception.list': [
    { name: 'vulnerability', label: 'field.vulnerability' },
    { name: 'package', label: 'field.package' },
    { name: 'check', label: 'field.check' },
    { name: 'path', label: 'field.path' },
    { name: 'image', label: 'field.image' },
    { name: 'workload', label: 'field.workload' },
    { name: 'owner', label: 'exception.owner' },
  ],
  'admission.rules': [
    SEVERITY,
    { name: 'mode', label: 'admission.mode', values: ['audit', 'warn', 'enforce', 'off'] },
    { name: 'id', label: 'admission.id' },
    { name: 'title', label: 'admission.words' },
    {
      name: 'origin',
      label: 'admission.origin',
      values: ['built-in', 'user', 'gitops', 'directory', 'crd', 'federated'],
    },
    {
      name: 'native',
      label: 'admission.native',
      values: ['native', 'native-with-parameters', 'webhook-only', 'off'],
    },
    { name: 'enabled', label: 'field.state', values: ['true', 'false'] },
    { name: 'control', label: 'admission.control' },
    { name: 'violations', label: 'admission.violations' },
  ],
  'admission.decisions': [
    { name: 'verdict', label: 'field.verdict', values: ['deny', 'alert', 'allow', 'undecided'] },
    {
      name: 'operation',
      label: 'admission.operation',
      values: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    },
    { name: 'kind', label: 'field.kind' },
    NAMESPACE,
    { name: 'name', label: 'field.name' },
    { name: 'user', label: 'admission.user' },
    { name: 'rule', label: 'field.rule' },
    { name: 'dryRun', label: 'admission.dry-run', values: ['true', 'false'] },
  ],
  'admission.exceptions': [
    { name: 'rule', label: 'field.rule' },
    NAMESPACE,
    { name: 'owner', label: 'exception.owner' },
    { name: 'createdBy', label: 'exception.by' },
    { name: 'origin', label: 'admission.origin', values: ['user', 'gitops', 'directory', 'crd'] },
  ],
  'access.requests': [
    {
      name: 'state',
      label: 'access.requests.state',
      values: ['asked', 'approved', 'refused', 'active', 'ended', 'failed'],
    },
    { name: 'subject', label: 'access.subject' },
    { name: 'role', label: 'access.role' },
    { name: 'verb', label: 'access.verb' },
    { name: 'resource', label: 'access.resource' },
    NAMESPACE,
    { name: 'risk', label: 'access.requests.risk', values: ['path', 'risky', 'unknown', 'minor', 'none'] },
    { name: 'level', label: 'access.requests.level', values: ['written', 'proposed-only'] },
    {
      name: 'end',
      label: 'access.requests.over',
      values: ['time', 'person', 'in-cluster', 'not-decided', 'not-applied'],
    },
    { name: 'askedBy', label: 'access.requests.asked-by' },
    { name: 'decidedBy', label: 'access.requests.decided-by' },
  ],
  'access.risks': [
    SEVERITY,
    { name: 'subject', label: 'access.subject' },
    { name: 'title', label: 'access.allows' },
    { name: 'scope', label: 'access.scope' },
    { name: 'origin', label: 'access.origin', values: ['given', 'kubernetes'] },
    { name: 'binding', label: 'access.bindings' },
    { name: 'role', label: 'access.role' },
  ],
  'access.unused-subjects': [
    { name: 'subject', label: 'access.subject' },
    { name: 'unseenIs', label: 'access.unseen-means', values: ['unused', 'not-known', 'not-watched'] },
    { name: 'origin', label: 'access.origin', values: ['given', 'kubernetes'] },
    { name: 'unseen', label: 'access.unseen' },
    { name: 'used', label: 'access.seen' },
    { name: 'binding', label: 'access.bindings' },
    { name: 'idle', label: 'access.idle-bindings' },
  ],
  'access.exposure': [
    NAMESPACE,
    { name: 'name', label: 'field.name' },
    { name: 'kind', label: 'field.kind', values: ['Service', 'Ingress', 'Pod'] },
    {
      name: 'way',
      label: 'access.way',
      values: [
        'load-balancer',
        'internal-load-balancer',
        'node-port',
        'external-ip',
        'ingress',
        'host-port',
        'host-network',
      ],
    },
    { name: 'guard', label: 'access.guard', values: ['all', 'some', 'none', 'unknown'] },
    { name: 'component', label: 'access.component' },
  ],
  'access.secrets': [
    NAMESPACE,
    { name: 'name', label: 'field.name' },
    { name: 'reader', label: 'access.readers' },
    { name: 'user', label: 'access.users' },
    { name: 'everybody', label: 'access.everybody' },
  ],
  'access.components': [
    {
      name: 'product',
      label: 'access.part',
      values: ['kubernetes', 'kubelet', 'containerd', 'cri-o', 'docker', 'kernel', 'system'],
    },
    { name: 'where', label: 'access.where' },
    { name: 'version', label: 'access.version' },
    {
      name: 'support',
      label: 'access.support',
      values: ['supported', 'ends-soon', 'ended', 'unknown'],
    },
  ],
  'access.api-uses': [
    { name: 'version', label: 'api-uses.version' },
    { name: 'kind', label: 'api-uses.kind' },
    { name: 'by', label: 'api-uses.by' },
    NAMESPACE,
    { name: 'about', label: 'access.where' },
    { name: 'removedIn', label: 'api-uses.removed-in' },
    { name: 'source', label: 'api-uses.how', values: ['written', 'applied', 'manifest', 'requested'] },
  ],
  'access.probes': [
    {
      name: 'outcome',
      label: 'access.outcome',
      values: ['not-run', 'open', 'refused', 'closed', 'silent'],
    },
    { name: 'about', label: 'access.where' },
    { name: 'url', label: 'access.request' },
  ],
  'node.list': [
    { name: 'name', label: 'field.name' },
    { name: 'state', label: 'field.state', values: ['ready', 'limited', 'disconnected', 'unknown'] },
  ],
} as const satisfies Partial<Record<ListRoute, readonly FilterField[]>>;
export type FilteredRoute = keyof typeof FILTER_FIELDS;

export interface Suggestion {
  /** What the input becomes. */
  readonly text: string;
  readonly label: string;
  /** A whole token: choosing it finishes the token. */
  readonly whole: boolean;
}

/** What can follow what was typed so far: fields, then values of the field. */
export const suggest = (fields: readonly FilterField[], typed: string): Suggestion[] => {
  const text = typed.trimStart();
  const minus = text.startsWith('-') ? '-' : '';
  const bare = text.slice(minus.length);
  const colon = bare.indexOf(':');
  if (colon < 0) {
    return fields
      .filter((field) => field.name.toLowerCase().startsWith(bare.toLowerCase()))
      .map((field) => ({ text: `${minus}${field.name}:`, label: `${minus}${field.name}:`, whole: false }));
  }
  const field = fields.find((candidate) => candidate.name === bare.slice(0, colon));
  const values = bare.slice(colon + 1).split(',');
  const last = values.at(-1) ?? '';
  const before = values.slice(0, -1);
  return (field?.values ?? [])
    .filter((value) => value.toLowerCase().startsWith(last.toLowerCase()) && !before.includes(value))
    .map((value) => ({
      text: `${minus}${bare.slice(0, colon)}:${[...before, value].join(',')}`,
      label: value,
      whole: true,
    }));
};
