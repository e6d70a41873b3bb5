// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AccessRequest } from '@bartizan/contracts';
import type { NounSpec } from './fields.ts';

const subjectOf = ({ subject: { kind, namespace, name } }: AccessRequest): string =>
  [kind, ...(namespace === undefined ? [] : [namespace]), name].join('/');
const roleOf = ({ role }: AccessRequest): string | undefined =>
  role === undefined ? undefined : `${role.kind}/${role.name}`;

/** Requests for access, newest first. */
export const ACCESS_REQUESTS: NounSpec<AccessRequest> = {
  table: 'access_requests',
  visibility: 'both',
  owner: (item) => item,
  id: (item) => item.id,
  fields: [
    { name: 'id', kind: 'text', read: (item) => item.id },
    { name: 'state', kind: 'text', read: (item) => item.state, indexed: true },
    { name: 'subject', kind: 'text', read: subjectOf },
    { name: 'role', kind: 'text', read: roleOf },
    { name: 'verb', kind: 'list', read: (item) => item.rules?.flatMap(({ verbs }) => verbs) },
    { name: 'resource', kind: 'list', read: (item) => item.rules?.flatMap(({ resources }) => resources) },
    { name: 'namespace', kind: 'text', read: (item) => item.namespace },
    { name: 'level', kind: 'text', read: (item) => item.level },
    { name: 'risk', kind: 'text', read: (item) => item.risk?.level },
    { name: 'end', kind: 'text', read: (item) => item.end },
    { name: 'askedBy', kind: 'text', read: (item) => item.askedBy },
    { name: 'decidedBy', kind: 'text', read: (item) => item.decidedBy },
    { name: 'askedAtMs', kind: 'number', read: (item) => item.askedAtMs, indexed: true },
    { name: 'expiresAtMs', kind: 'number', read: (item) => item.expiresAtMs },
  ],
  words: (item) => [item.reason, item.decision],
  timeField: 'askedAtMs',
  defaultSort: { field: 'askedAtMs', descending: true },
};
