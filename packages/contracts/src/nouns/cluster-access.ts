// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Static } from 'typebox';
import { DottedId } from '../ids.ts';
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

const word = text('One of them', 512);
const words = (description: string) => list(word, description, 1000);
const named = (description: string) =>
  inline(description, {
    kind: text('Kind', 63),
    namespace: text('Namespace; empty: the whole cluster', 253),
    name: text('Name', 253),
  });

/** Who somebody is in answers about access: `User/x`, `Group/x` or `ServiceAccount/namespace/name`. */
export const AccessSubject = text('User/x, Group/x or ServiceAccount/namespace/name', 640);

/** One way by which somebody is allowed something. */
export const AccessGrant = object('AccessGrant', 'A way by which somebody is allowed something', {
  subject: AccessSubject,
  binding: named('Binding'),
  role: named('Role'),
  rule: inline('The rule of the role that allows it', {
    verbs: words('Verbs'),
    apiGroups: words('API groups; empty text: core'),
    resources: words('Resources'),
    resourceNames: words('Names it is limited to; none: all'),
    nonResourceURLs: words('Paths that are no resources'),
  }),
});
export type AccessGrant = Static<typeof AccessGrant>;

const known = {
  unreadable: list(
    text('Kind', 63),
    'Kinds that could not be read: what they hold is unknown, not absent, and the answer is a part only',
    64,
  ),
};

/** Grants that answer a question, with what could not be read for it. */
export const AccessAnswer = object('AccessAnswer', 'Who may do it, or what somebody may do', {
  question: localText('The question in words', 1000),
  grants: list(AccessGrant, 'Grants; the first 5,000', 5000),
  total: integer('Grants in all', '1'),
  always: list(AccessSubject, 'Allowed everything before any role is asked', 8),
  ...known,
});
export type AccessAnswer = Static<typeof AccessAnswer>;

/** Whose a risky permission is: made by Kubernetes itself for its own parts, or by somebody. */
export const ACCESS_ORIGINS = ['kubernetes', 'given'] as const;

/** A permission by which somebody can have more than was given. */
export const AccessRisk = object('AccessRisk', 'A permission that gives more than it says', {
  subject: AccessSubject,
  pattern: DottedId,
  title: localText('What it allows', 256),
  severity: SeveritySchema,
  scope: text('Namespace; *: the whole cluster', 253),
  names: list(text('Name', 253), 'Objects it is limited to; none: all', 1000),
  origin: choice(ACCESS_ORIGINS, 'kubernetes: made by the API server for a part of Kubernetes'),
  bindings: list(text('kind/namespace/name', 512), 'Bindings that give it', 64),
  roles: list(text('kind/namespace/name', 512), 'Roles that hold it', 64),
});
export type AccessRisk = Static<typeof AccessRisk>;

/** The shortest way of somebody to everything. */
export const AccessPath = object('AccessPath', 'The shortest way to cluster-admin', {
  subject: AccessSubject,
  reaches: choice(['yes', 'no', 'unknown'], 'unknown: no way is known, and not everything could be read'),
  steps: list(
    inline('A step', {
      from: text('From whom or what', 640),
      to: text('To whom or what', 640),
      pattern: DottedId,
      words: localText('What makes the step', 1000),
      grants: list(AccessGrant, 'Grants that allow it', 64),
    }),
    'Steps in order; none: no way is known',
    64,
  ),
  ...known,
});
export type AccessPath = Static<typeof AccessPath>;

const unseenIs = choice(
  ['unused', 'not-known', 'not-watched'],
  'unused: the window is long enough and whole; not-known: it is not yet; not-watched: no audit log comes in',
);

/** One user or service account that bindings name, with how much of what they give was seen in use. */
export const AccessUseRow = object('AccessUseRow', 'How much of what somebody was given was seen in use', {
  subject: AccessSubject,
  unseenIs,
  origin: choice(
    ACCESS_ORIGINS,
    'kubernetes: every grant is made by the API server for a part of Kubernetes',
  ),
  used: integer('Permissions given by name that were seen in use', '1'),
  unseen: integer('Permissions given by name that were not', '1'),
  notSeen: list(text('verb resource.group, or verb path', 1024), 'Permissions not seen; the first 20', 20),
  bindings: list(text('kind/namespace/name', 512), 'Bindings that name it', 64),
  idleBindings: list(
    text('kind/namespace/name', 512),
    'Of these, those of which nothing was seen in use',
    64,
  ),
  watchedMs: integer(
    'How long the audit log was followed, without the time in which nothing was heard',
    'ms',
  ),
  neededMs: integer('How long it has to be before not seen means not used', 'ms'),
});
export type AccessUseRow = Static<typeof AccessUseRow>;

/** What somebody was granted against what the audit log saw in use. */
export const AccessUse = object('AccessUse', 'What somebody was granted against what was seen in use', {
  subject: AccessSubject,
  unseenIs,
  window: inline('How long the audit log was followed', {
    sinceMs: optional(instant('Begin')),
    untilMs: optional(instant('Last batch')),
    gapMs: integer('Time within it in which nothing was heard', 'ms'),
    watchedMs: integer('What is left of it', 'ms'),
    neededMs: integer('How long it has to be before not seen means not used', 'ms'),
    isCut: flag('What was used did not fit into memory whole'),
  }),
  used: integer('Permissions that were seen in use', '1'),
  unseen: integer('Permissions that were not', '1'),
  grants: list(
    inline('A grant', {
      grant: AccessGrant,
      used: list(text('verb resource.group, or verb path', 1024), 'Seen in use', 1000),
      unseen: list(text('verb resource.group, or verb path', 1024), 'Not seen', 1000),
    }),
    'Grants; the first 1,000',
    1000,
  ),
  proposal: optional(
    inline('Roles that keep what was used and nothing else; absent: nothing was used', {
      yaml: text('Manifests', 1_000_000),
      roles: list(named('Role'), 'Roles in them', 1000),
      replaces: list(named('Binding'), 'Bindings out of which the subject is to be taken', 1000),
      checked: integer('Requests of the window that are allowed now', '1'),
      stillAllowed: integer('How many of them the authorizer still allows afterwards', '1'),
      reachesAdmin: flag('A way to cluster-admin is known now'),
      reachesAdminAfter: flag('A way to cluster-admin is known afterwards'),
    }),
  ),
  ...known,
});
export type AccessUse = Static<typeof AccessUse>;

/** Whether one pod may reach another, by the network policies of both sides. */
export const ReachAnswer = object('ReachAnswer', 'Whether a connection may be made, and why', {
  reach: choice(['allowed', 'denied', 'unknown'], 'Verdict'),
  from: text('namespace/pod, or namespace and labels', 640),
  to: text('namespace/pod, or namespace and labels', 640),
  isAssumed: flag(
    'An end was given by labels, not by a pod that runs: its address and port names are not known',
  ),
  directions: list(
    inline('One side', {
      direction: choice(['egress', 'ingress'], 'Side'),
      reach: choice(['allowed', 'denied', 'unknown'], 'Verdict of the side'),
      because: choice(['rule', 'isolated', 'default', 'outside', 'host-network'], 'Why'),
      policies: list(named('Policy'), 'Policies that decided', 1000),
      rule: optional(text('Rule of the policy: its name, or its place', 253)),
      tier: optional(
        choice(
          ['admin', 'namespace', 'baseline'],
          'Tier that decided; they are asked in this order: policies of the cluster, NetworkPolicies, the baseline of the cluster',
        ),
      ),
      passed: optional(
        list(
          text('Kind/name and rule', 640),
          'Rules of earlier tiers that matched and left the verdict to the next tier',
          2,
        ),
      ),
    }),
    'Both sides',
    2,
  ),
  ...known,
});
export type ReachAnswer = Static<typeof ReachAnswer>;
