// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { ClusterId, DottedId, OpaqueId, TenantId } from '../ids.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  list,
  localText,
  object,
  optional,
  text,
} from '../schema.ts';
import { SeveritySchema } from '../severity.ts';
import { AccessPath } from './cluster-access.ts';

/** What becomes of a request for access, in the order in which it happens. */
export const ACCESS_REQUEST_STATES = ['asked', 'approved', 'refused', 'active', 'ended', 'failed'] as const;
export type AccessRequestState = (typeof ACCESS_REQUEST_STATES)[number];

/** Why a request is over. */
export const ACCESS_REQUEST_ENDS = ['time', 'person', 'in-cluster', 'not-decided', 'not-applied'] as const;

/** Shortest grant, unless a controller was started with another one, and longest, in milliseconds. */
export const ACCESS_REQUEST_MIN_MS = 15 * 60_000;
export const ACCESS_REQUEST_MAX_MS = 24 * 3_600_000;

const name = (description: string) => text(description, 253, { minLength: 1 });
/** Names as RBAC takes them: no spaces, nothing that a path or a shell would read otherwise. */
const words = (description: string, maxLength = 253) =>
  list(text('One of them', maxLength, { pattern: '^[A-Za-z0-9*][A-Za-z0-9*./:_-]*$' }), description, 64);

/** Who shall have it: a user, a group or a service account as the API server knows it. */
export const AccessRequestSubject = inline('Who shall have it, as the API server knows them', {
  kind: choice(['User', 'Group', 'ServiceAccount'], 'Kind'),
  namespace: optional(name('Namespace of a service account')),
  name: text('Name', 512, { minLength: 1 }),
});
export type AccessRequestSubject = Static<typeof AccessRequestSubject>;

/** Permissions asked for without naming a role. */
export const AccessRequestRule = inline('Verbs on resources', {
  verbs: words('Verbs'),
  apiGroups: list(
    text('API group; empty text: core', 253, { pattern: '^[A-Za-z0-9*.-]*$' }),
    'API groups',
    64,
  ),
  resources: words('Resources in the plural; a subresource after a slash'),
  resourceNames: optional(words('Names it is limited to; absent: all', 253)),
});
export type AccessRequestRule = Static<typeof AccessRequestRule>;

/** What is asked for, before anybody judged it. */
const wish = {
  subject: AccessRequestSubject,
  role: optional(
    inline('A role that is there; this or rules', {
      kind: choice(['Role', 'ClusterRole'], 'Kind; a Role is one of the namespace'),
      name: name('Name'),
    }),
  ),
  rules: optional(list(AccessRequestRule, 'Permissions instead of a role', 16)),
  namespace: optional(name('Namespace in which it counts; absent: the whole cluster')),
  reason: text('Why it is needed', 2000, { minLength: 1 }),
  durationMs: integer('How long it counts from the approval on', 'ms', {
    minimum: 1,
    maximum: ACCESS_REQUEST_MAX_MS,
  }),
};
export const AccessRequestWish = inline('What is asked for', wish);
export type AccessRequestWish = Static<typeof AccessRequestWish>;

/** What a grant would open, by the roles and bindings of the cluster. */
export const AccessGrantRisk = inline('What the grant opens beyond what it says', {
  level: choice(
    ['path', 'risky', 'unknown', 'minor', 'none'],
    'path: a way to cluster-admin that is not there now; risky: permissions that give more than they say, of high or critical severity; unknown: not everything that matters could be read, and nothing of these was found in the rest; minor: none above medium',
  ),
  path: optional(AccessPath),
  hadPath: flag('The subject reaches cluster-admin already, without it'),
  patterns: list(
    inline('A permission that gives more than it says', {
      pattern: DottedId,
      title: localText('What it allows', 256),
      severity: SeveritySchema,
    }),
    'Risky permissions in it',
    128,
  ),
  unreadable: list(text('Kind', 63), 'Kinds that could not be read', 64),
});
export type AccessGrantRisk = Static<typeof AccessGrantRisk>;

/** A request for a permission in the watched cluster that ends by itself. */
export const AccessRequest = object('AccessRequest', 'A permission that is asked for, for a time', {
  id: OpaqueId,
  cluster: ClusterId,
  tenant: TenantId,
  ...wish,
  state: choice(
    ACCESS_REQUEST_STATES,
    'asked: nobody decided; approved: not in the cluster yet; active: it counts now; failed: it should be over and is not, or nobody knows',
  ),
  level: choice(
    ['written', 'proposed-only'],
    'written: the controller makes and removes it; proposed-only: the controller may not write it, so that a person applies and removes the YAML, and it is only watched',
  ),
  askedBy: text('Who asked', 256),
  askedAtMs: instant('Asked'),
  decidedBy: optional(text('Who approved or refused', 256)),
  decidedAtMs: optional(instant('Approved or refused')),
  decision: optional(text('What the decider said', 2000)),
  risk: optional(AccessGrantRisk),
  startedAtMs: optional(instant('In the cluster since')),
  expiresAtMs: optional(instant('When it ends')),
  endedAtMs: optional(instant('Over since')),
  endedBy: optional(text('Who ended it before its time', 256)),
  end: optional(
    choice(
      ACCESS_REQUEST_ENDS,
      'time: its time was over; person: somebody ended it; in-cluster: its binding was removed in the cluster; not-decided: nobody decided within a day; not-applied: it never was in the cluster',
    ),
  ),
  changedInCluster: optional(
    inline('Somebody else changed its objects; they are left as they are until the end', {
      atMs: instant('Seen'),
      by: optional(text('Who wrote last, by the object', 253)),
    }),
  ),
  objects: list(
    inline('An object in the cluster', {
      kind: text('Kind', 63),
      namespace: text('Namespace; empty: of the whole cluster', 253),
      name: text('Name', 253),
      uid: optional(text('Uid, where the controller made it or saw it', 64)),
    }),
    'Objects that make the grant',
    4,
  ),
  problem: optional(
    inline('What hinders it now', { code: text('Error code', 64), detail: text('What happened', 512) }),
  ),
});
export type AccessRequest = Static<typeof AccessRequest>;
