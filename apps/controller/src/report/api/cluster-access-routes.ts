// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AccessRisk, type AccessUseRow, severityRank } from '@bartizan/contracts';
import { type Attributes, type Person, personOf } from '@bartizan/engine/access';
import type { AccessDesks } from '../../access-ports.ts';
import type { Clock } from '../../ports.ts';
import type { ListPaths, Orders } from './known-rows.ts';
import { partialPage } from './partial-page.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly clock: Clock;
  readonly access: AccessDesks;
}

/** Paths that the list of risky permissions can be filtered and sorted by. */
const RISK_FIELDS: ListPaths<'access.risks'> = {
  subject: 'subject',
  pattern: 'pattern',
  title: ['title.en', 'title.ja'],
  severity: 'severity',
  scope: 'scope',
  namespace: 'scope',
  origin: 'origin',
  binding: 'bindings',
  role: 'roles',
};

const RISK_ORDERS: Orders<AccessRisk> = {
  '': ({ severity }) => severityRank(severity),
  severity: ({ severity }) => severityRank(severity),
  subject: ({ subject }) => subject,
  pattern: ({ pattern }) => pattern,
  title: ({ title }) => title.en,
  scope: ({ scope }) => scope,
  origin: ({ origin }) => origin,
};

/** Paths that the list of what is not used can be filtered and sorted by. */
const USE_FIELDS: ListPaths<'access.unused-subjects'> = {
  subject: 'subject',
  unseenIs: 'unseenIs',
  origin: 'origin',
  used: 'used',
  unseen: 'unseen',
  binding: 'bindings',
  idle: 'idleBindings',
};

const USE_ORDERS: Orders<AccessUseRow> = {
  // What somebody gave comes first, and of it what is left over most.
  '': ({ origin, unseen }) => (origin === 'given' ? -unseen - 1 : 0),
  unseen: ({ unseen }) => unseen,
  used: ({ used }) => used,
  subject: ({ subject }) => subject,
  unseenIs: ({ unseenIs }) => unseenIs,
  origin: ({ origin }) => origin,
  idle: ({ idleBindings }) => idleBindings.length,
};

interface WhoCan {
  readonly verb: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly path?: string;
}

/** What a question is about: a path, or a resource. */
function attributesOf({ path, resource, verb, group = '', ...rest }: WhoCan): Attributes | undefined {
  if (path !== undefined && path !== '') return { verb, nonResourceURL: path };
  if (resource === undefined || resource === '') return undefined;
  return { verb, group, resource, ...rest };
}

/** Somebody; undefined when nobody is named. */
function somebody({ user = '', groups = '' }: { readonly user?: string; readonly groups?: string }) {
  const named = groups
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  return user === '' && named.length === 0 ? undefined : personOf(user, named);
}

const HOUR_MS = 3_600_000;
/** A month: what comes round once a month was then seen. */
const UNUSED_AFTER_HOURS = 720;
const NOBODY = '/query/user or /query/groups has to name somebody';

/** Who can do what in the cluster, and which pod can reach which. */
export const clusterAccessHandlers = ({ clock, access }: Parts) => ({
  'access.who-can': answers('access.who-can', ({ query, caller }) => {
    const attributes = attributesOf(query);
    if (attributes === undefined)
      return Promise.resolve(refuse('E_BODY_INVALID', '/query/resource or /query/path has to be given'));
    const answer = access(caller).whoCan(attributes);
    return Promise.resolve(answer.ok ? reply(answer.value) : answer);
  }),
  'access.what-can': answers('access.what-can', ({ query, caller }) => {
    const person: Person | undefined = somebody(query);
    if (person === undefined) return Promise.resolve(refuse('E_BODY_INVALID', NOBODY));
    const answer = access(caller).whatCan(person);
    return Promise.resolve(answer.ok ? reply(answer.value) : answer);
  }),
  'access.paths': answers('access.paths', ({ query, caller }) => {
    const person: Person | undefined = somebody(query);
    if (person === undefined) return Promise.resolve(refuse('E_BODY_INVALID', NOBODY));
    const answer = access(caller).paths(person);
    return Promise.resolve(answer.ok ? reply(answer.value) : answer);
  }),
  'access.unused': answers('access.unused', ({ query, caller }) => {
    const person: Person | undefined = somebody(query);
    if (person === undefined || person.user === '')
      return Promise.resolve(
        refuse('E_BODY_INVALID', '/query/user has to name a user: groups use nothing by themselves'),
      );
    const neededMs = (query.minimumHours ?? UNUSED_AFTER_HOURS) * HOUR_MS;
    const answer = access(caller).unused(person, neededMs);
    return Promise.resolve(answer.ok ? reply(answer.value) : answer);
  }),
  'access.unused-subjects': answers('access.unused-subjects', ({ query, caller }) => {
    const desk = access(caller);
    const rows = desk.unusedSubjects(UNUSED_AFTER_HOURS * HOUR_MS);
    return Promise.resolve(
      partialPage({ rows, unread: desk.unread('permissions') }, query, {
        fields: USE_FIELDS,
        orders: USE_ORDERS,
        clock,
      }),
    );
  }),
  'access.reach': answers('access.reach', ({ query, caller }) => {
    const answer = access(caller).reach(query);
    return Promise.resolve(answer.ok ? reply(answer.value) : answer);
  }),
  'access.risks': answers('access.risks', ({ query, caller }) => {
    const desk = access(caller);
    return Promise.resolve(
      partialPage({ rows: desk.risks(), unread: desk.unread('permissions') }, query, {
        fields: RISK_FIELDS,
        orders: RISK_ORDERS,
        clock,
      }),
    );
  }),
});
