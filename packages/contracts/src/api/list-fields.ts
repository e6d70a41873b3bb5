// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { RouteId } from './routes.ts';

const SUBJECT = ['workload', 'workloadKind', 'namespace', 'name', 'container', 'image'] as const;
const EVENT = ['occurredAtMs', 'receivedAtMs', 'severity', 'node', ...SUBJECT, 'cluster'] as const;
const WORKLOAD = [
  ...['id', 'kind', 'namespace', 'name', 'image', 'imageDigest', 'node', 'label', 'running'],
  ...['modeProcess', 'modeFile', 'modeNetwork', 'firstSeenAtMs', 'lastSeenAtMs', 'cluster'],
] as const;
const FINDING = [
  ...['id', 'kind', 'severity', 'state', 'node', 'check', 'fixState', 'groupKey', 'title', 'owasp', 'attack'],
  ...['firstSeenAtMs', 'lastSeenAtMs', 'exception', 'vex', 'counted', 'imageDigest', ...SUBJECT],
  ...['package', 'packageVersion', 'sourcePackage', 'ecosystem', 'use', 'urgency'],
  ...['vulnerability', 'knownExploited', 'ransomware', 'score', 'epss', 'cluster'],
] as const;
const SECURITY_EVENT = [
  ...[...EVENT, 'owasp', 'attack', 'rule', 'verdict', 'source', 'process', 'title', 'file', 'remoteAddress'],
] as const;
const PROCESS_EVENT = [...EVENT, 'action', 'process', 'executable', 'pid', 'uid'] as const;
const FLOW = [
  ...[...EVENT, 'direction', 'protocol', 'application', 'localAddress', 'remoteAddress', 'serverPort'],
  ...['remoteWorkload', 'process', 'verdict', 'connections', 'failures', 'bytesSent', 'bytesReceived'],
] as const;
const PACKAGE = [
  ...['name', 'version', 'ecosystem', 'purl', 'cataloger', 'sourceName', 'architecture', 'ownedBy', 'layer'],
  'licence',
] as const;

/** What filters of lists that come from the store may name; the store is held to this table by a test. */
export const STORED_LIST_FIELDS = {
  'node.list': [
    ...['id', 'name', 'state', 'kernel', 'distribution', 'architecture', 'agentVersion', 'cgroupMode'],
    ...['sensor', 'condition', 'runtime', 'firstSeenAtMs', 'lastSeenAtMs', 'cluster'],
  ],
  'workload.list': WORKLOAD,
  'map.show': WORKLOAD,
  'workload.processes': PROCESS_EVENT,
  'workload.connections': FLOW,
  'workload.packages': PACKAGE,
  'container.list': [
    ...['id', 'name', 'node', 'workload', 'runtime', 'state', 'pod', 'namespace', 'image', 'imageDigest'],
    ...['privileged', 'user', 'address', 'label', 'startedAtMs', 'endedAtMs', 'cluster'],
  ],
  'image.list': [
    ...[
      'digest',
      'reference',
      'usedBy',
      'inUse',
      'registry',
      'platform',
      'distribution',
      'scan',
      'signature',
    ],
    ...['base', 'label', 'packages', 'sizeBytes', 'createdAtMs', 'scannedAtMs', 'firstSeenAtMs'],
    ...['lastSeenAtMs', 'cluster'],
  ],
  'image.packages': PACKAGE,
  'package.list': ['name', 'version', 'ecosystem', 'purl', 'sourceName', 'architecture', 'cluster'],
  'finding.list': FINDING,
  'finding.groups': FINDING,
  'exception.list': [
    ...['id', 'owner', 'createdBy', 'vulnerability', 'package', 'check', 'path', 'image', 'workload'],
    ...['expiresAtMs', 'createdAtMs', 'cluster'],
  ],
  'vex.list': ['id', 'name', 'format', 'origin', 'author', 'createdAtMs', 'cluster'],
  'check.list': ['check', 'outcome', 'severity', 'title', 'owasp', 'checkedAtMs', ...SUBJECT, 'cluster'],
  'event.list': SECURITY_EVENT,
  'event.histogram': SECURITY_EVENT,
  'process-event.list': PROCESS_EVENT,
  'file-event.list': [...EVENT, 'action', 'path', 'process', 'uid'],
  'flow.list': FLOW,
  'admission.exceptions': [
    ...['id', 'owner', 'rule', 'namespace', 'origin', 'createdBy', 'expiresAtMs', 'cluster'],
  ],
  'admission.decisions': [
    ...['id', 'atMs', 'verdict', 'operation', 'kind', 'namespace', 'name', 'user', 'dryRun', 'rule'],
    'cluster',
  ],
  'access.requests': [
    ...['id', 'state', 'subject', 'role', 'verb', 'resource', 'namespace', 'level', 'risk', 'end'],
    ...['askedBy', 'decidedBy', 'askedAtMs', 'expiresAtMs', 'cluster'],
  ],
  'registry.list': [
    ...['id', 'name', 'kind', 'host', 'state', 'schedule', 'images', 'failed', 'nextAtMs', 'createdAtMs'],
    ...['updatedAtMs', 'cluster'],
  ],
  'compliance.runs': ['id', 'at', 'node', 'ofNode', 'benchmark', 'failed', 'cluster'],
  'user.list': [
    ...['id', 'name', 'displayName', 'role', 'language', 'disabled', 'mustChangePassword', 'createdAtMs'],
    'lastLoginAtMs',
  ],
  'api-key.list': [
    ...['id', 'name', 'prefix', 'role', 'createdBy', 'revoked', 'createdAtMs', 'expiresAtMs', 'lastUsedAtMs'],
  ],
  'audit.list': [
    ...['sequence', 'atMs', 'actor', 'actorKind', 'action', 'target', 'outcome', 'sourceAddress'],
  ],
} as const satisfies Partial<Record<RouteId, readonly string[]>>;

/** The same of lists whose rows are all known at once. */
const KNOWN_LIST_FIELDS = {
  'rule.list': ['id', 'severity', 'scope', 'title', 'trigger', 'control', 'owasp', 'attack'],
  'admission.rules': [
    ...['id', 'title', 'severity', 'mode', 'origin', 'enabled', 'native', 'control', 'violations'],
  ],
  'compliance.checks': [
    ...['benchmark', 'check', 'part', 'kind', 'severity', 'title'],
    ...['pass', 'fail', 'unknown', 'manual', 'notApplicable'],
  ],
  'access.risks': [
    ...['subject', 'pattern', 'title', 'severity', 'scope', 'namespace', 'origin', 'binding', 'role'],
  ],
  'access.unused-subjects': ['subject', 'unseenIs', 'origin', 'used', 'unseen', 'binding', 'idle'],
  'access.exposure': ['kind', 'namespace', 'name', 'way', 'guard', 'component', 'pod', 'address'],
  'access.secrets': ['namespace', 'name', 'user', 'way', 'reader', 'everybody'],
  'access.components': ['product', 'where', 'version', 'support'],
  'access.probes': ['id', 'about', 'url', 'outcome'],
  'access.api-uses': [
    ...['version', 'kind', 'by', 'about', 'namespace', 'source', 'removedIn', 'isRemoved', 'isOwn'],
  ],
} as const satisfies Partial<Record<RouteId, readonly string[]>>;

/**
 * What a filter of a list may name; anything else is refused with E_FILTER. The controller is held to this table, and so
 * are the console and the stand-in for the controller that its tests run on.
 */
export const LIST_FIELDS = { ...STORED_LIST_FIELDS, ...KNOWN_LIST_FIELDS } as const;

/** The name of a field of a list. */
export type ListField<Route extends keyof typeof LIST_FIELDS> = (typeof LIST_FIELDS)[Route][number];
