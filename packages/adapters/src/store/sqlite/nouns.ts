// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  ApiKey,
  AuditRecord,
  CheckResult,
  Cluster,
  Finding,
  FindingException,
  Tenant,
  User,
} from '@bartizan/contracts';
import type { Field, NounSpec } from './fields.ts';
import { subjectFields } from './subject-fields.ts';
import { urgencyOf } from './urgency.ts';

/** Owner of records that belong to a tenant in all clusters. */
export const ANY_CLUSTER = '';
const tenantOnly = (item: { readonly tenant: string }) => ({ cluster: ANY_CLUSTER, tenant: item.tenant });
const ownerOf = (item: { readonly cluster: string; readonly tenant: string }) => item;

/** Items of both editions of the OWASP list, as filter values: K01 (either) and 2022:K01, 2025:K01. */
export const owaspValues = (owasp: Finding['owasp']): string[] => [
  ...new Set([...owasp['2022'], ...owasp['2025']]),
  ...owasp['2022'].map((item) => `2022:${item}`),
  ...owasp['2025'].map((item) => `2025:${item}`),
];

/** A cluster is seen by the tenants whose scope names it. */
export const CLUSTERS: NounSpec<Cluster> = {
  table: 'clusters',
  visibility: 'cluster',
  owner: (item) => ({ cluster: item.id, tenant: '' }),
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'kind', kind: 'text', read: (item) => item.kind },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
  ],
  words: (item) => [item.id, item.name],
  defaultSort: { field: 'name', descending: false },
};

/** A tenant sees itself only. */
export const TENANTS: NounSpec<Tenant> = {
  table: 'tenants',
  visibility: 'tenant',
  owner: (item) => ({ cluster: ANY_CLUSTER, tenant: item.id }),
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
  ],
  words: (item) => [item.id, item.name],
  defaultSort: { field: 'name', descending: false },
};

const vulnerabilityFields: readonly Field<Finding>[] = [
  {
    name: 'vulnerability',
    kind: 'list',
    read: (item) => item.vulnerability && [item.vulnerability.id, ...item.vulnerability.aliases],
  },
  { name: 'knownExploited', kind: 'flag', read: (item) => item.vulnerability?.knownExploited },
  { name: 'ransomware', kind: 'flag', read: (item) => item.vulnerability?.ransomware },
  { name: 'score', kind: 'number', read: (item) => item.vulnerability?.score },
  { name: 'epss', kind: 'number', read: (item) => item.vulnerability?.epss },
];

const packageFields: readonly Field<Finding>[] = [
  { name: 'package', kind: 'text', read: (item) => item.package?.name },
  { name: 'packageVersion', kind: 'text', read: (item) => item.package?.version },
  { name: 'sourcePackage', kind: 'text', read: (item) => item.package?.sourceName },
  { name: 'ecosystem', kind: 'text', read: (item) => item.package?.ecosystem },
  { name: 'use', kind: 'text', read: (item) => (item.package ? (item.package.use?.state ?? 'unknown') : '') },
  { name: 'urgency', kind: 'number', read: urgencyOf, indexed: true, always: true },
];

/** Findings, most urgent first. */
export const FINDINGS: NounSpec<Finding> = {
  table: 'findings',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'kind', kind: 'text', read: (item) => item.kind },
    { name: 'severity', kind: 'severity', read: (item) => item.severity },
    { name: 'state', kind: 'text', read: (item) => item.state },
    { name: 'node', kind: 'text', read: (item) => item.node, indexed: true },
    { name: 'check', kind: 'text', read: (item) => item.check },
    { name: 'fixState', kind: 'text', read: (item) => item.fix.state },
    { name: 'groupKey', kind: 'text', read: (item) => item.groupKey, indexed: true },
    { name: 'title', kind: 'text', read: (item) => item.title.en },
    { name: 'owasp', kind: 'list', read: (item) => owaspValues(item.owasp) },
    { name: 'attack', kind: 'list', read: (item) => item.attack },
    { name: 'firstSeenAtMs', kind: 'number', read: (item) => item.firstSeenAtMs },
    { name: 'lastSeenAtMs', kind: 'number', read: (item) => item.lastSeenAtMs },
    { name: 'exception', kind: 'text', read: (item) => item.acceptance?.exception },
    { name: 'vex', kind: 'text', read: (item) => item.statement?.document },
    { name: 'counted', kind: 'flag', read: (item) => item.countedAt === undefined },
    { name: 'imageDigest', kind: 'text', read: (item) => item.subject.imageDigest, indexed: true },
    ...subjectFields<Finding>((item) => item.subject),
    ...packageFields,
    ...vulnerabilityFields,
  ],
  words: (item) => [
    item.title.en,
    item.title.ja,
    item.subject.namespace,
    item.subject.name,
    item.subject.containerName,
    item.subject.image,
    item.check,
    item.package?.name,
    item.package?.version,
    item.vulnerability?.id,
    ...(item.vulnerability?.aliases ?? []),
    item.vulnerability?.summary,
  ],
  timeField: 'lastSeenAtMs',
  defaultSort: { field: 'urgency', descending: false },
};

/** Risks that are accepted until a date; what ends first comes first. */
export const EXCEPTIONS: NounSpec<FindingException> = {
  table: 'exceptions',
  visibility: 'both',
  owner: ownerOf,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'owner', kind: 'text', read: (item) => item.owner },
    { name: 'createdBy', kind: 'text', read: (item) => item.createdBy },
    { name: 'vulnerability', kind: 'text', read: (item) => item.match.vulnerability },
    { name: 'package', kind: 'text', read: (item) => item.match.package },
    { name: 'check', kind: 'text', read: (item) => item.match.check },
    { name: 'path', kind: 'text', read: (item) => item.match.path },
    { name: 'image', kind: 'text', read: (item) => item.match.image },
    { name: 'workload', kind: 'text', read: (item) => item.match.workload },
    { name: 'expiresAtMs', kind: 'number', read: (item) => item.expiresAtMs },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
  ],
  words: (item) => [item.reason],
  defaultSort: { field: 'expiresAtMs', descending: false },
};

/** Id of a check result: `check|workload`. */
export const checkId = (item: Pick<CheckResult, 'check' | 'subject'>): string =>
  `${item.check}|${item.subject.workload}`;

/** Verdicts of posture checks, worst first. */
export const CHECKS: NounSpec<CheckResult> = {
  table: 'checks',
  visibility: 'both',
  owner: ownerOf,
  id: checkId,
  fields: [
    { name: 'check', kind: 'text', read: (item) => item.check, indexed: true },
    { name: 'outcome', kind: 'text', read: (item) => item.outcome },
    { name: 'severity', kind: 'severity', read: (item) => item.severity },
    { name: 'title', kind: 'text', read: (item) => item.title.en },
    { name: 'owasp', kind: 'list', read: (item) => owaspValues(item.owasp) },
    { name: 'checkedAtMs', kind: 'number', read: (item) => item.checkedAtMs },
    ...subjectFields<CheckResult>((item) => item.subject),
  ],
  words: (item) => [item.check, item.title.en, item.title.ja, item.subject.name, item.subject.namespace],
  timeField: 'checkedAtMs',
  defaultSort: { field: 'severity', descending: false },
};

/** Users without what only the login code may see. */
export const USERS: NounSpec<User> = {
  table: 'users',
  visibility: 'tenant',
  owner: tenantOnly,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'displayName', kind: 'text', read: (item) => item.displayName },
    { name: 'role', kind: 'text', read: (item) => item.role },
    { name: 'language', kind: 'text', read: (item) => item.language },
    { name: 'disabled', kind: 'flag', read: (item) => item.disabled },
    { name: 'mustChangePassword', kind: 'flag', read: (item) => item.mustChangePassword },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
    { name: 'lastLoginAtMs', kind: 'number', read: (item) => item.lastLoginAtMs },
  ],
  words: (item) => [item.name, item.displayName],
  defaultSort: { field: 'name', descending: false },
};

/** API keys, newest first. */
export const API_KEYS: NounSpec<ApiKey> = {
  table: 'api_keys',
  visibility: 'tenant',
  owner: tenantOnly,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'prefix', kind: 'text', read: (item) => item.prefix },
    { name: 'role', kind: 'text', read: (item) => item.role },
    { name: 'createdBy', kind: 'text', read: (item) => item.createdBy },
    { name: 'revoked', kind: 'flag', read: (item) => item.revoked },
    { name: 'createdAtMs', kind: 'number', read: (item) => item.createdAtMs },
    { name: 'expiresAtMs', kind: 'number', read: (item) => item.expiresAtMs },
    { name: 'lastUsedAtMs', kind: 'number', read: (item) => item.lastUsedAtMs },
  ],
  words: (item) => [item.name, item.prefix, item.createdBy],
  defaultSort: { field: 'createdAtMs', descending: true },
};

/**
 * The audit log, newest first. What is derived from a record is held against the rows that are there, also those that
 * older versions wrote: a change of fields makes the table anew, a change of `words` or of how values are made has to.
 */
export const AUDIT: NounSpec<AuditRecord> = {
  table: 'audit',
  visibility: 'tenant',
  owner: tenantOnly,
  id: (item) => String(item.sequence),
  fields: [
    { name: 'sequence', kind: 'number', read: (item) => item.sequence, indexed: true, always: true },
    { name: 'atMs', kind: 'number', read: (item) => item.atMs, indexed: true, always: true },
    { name: 'actor', kind: 'text', read: (item) => item.actor },
    { name: 'actorKind', kind: 'text', read: (item) => item.actorKind },
    { name: 'action', kind: 'text', read: (item) => item.action },
    { name: 'target', kind: 'text', read: (item) => item.target },
    { name: 'outcome', kind: 'text', read: (item) => item.outcome },
    { name: 'sourceAddress', kind: 'text', read: (item) => item.sourceAddress },
  ],
  words: (item) => [item.actor, item.action, item.target, item.detail, item.sourceAddress],
  timeField: 'atMs',
  defaultSort: { field: 'sequence', descending: true },
};
