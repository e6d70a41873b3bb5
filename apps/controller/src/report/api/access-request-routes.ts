// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { ok, type Result, type Scope } from '@bartizan/contracts';
import type { AccessRequestDesks, RequestActor } from '../../access-request-ports.ts';
import { requestLine } from '../../decide/access/request-words.ts';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly accessRequests: AccessRequestDesks;
}

/** Keys made by keys made by keys: past that many nobody follows. */
const KEYS_MAX = 16;

/**
 * The person behind a caller. An API key speaks for who made it, so that nobody approves their own request with a key
 * of theirs, or with a key that such a key made.
 */
async function actorOf(
  store: Store,
  scope: Scope,
  caller: Caller,
): Promise<Result<RequestActor, ApiFailure>> {
  let person = caller.name;
  for (let keys = 0; caller.kind === 'key' && keys < KEYS_MAX; keys += 1) {
    const key = await store.apiKeys.get(scope, person);
    if (!key.ok) return key;
    if (key.value === undefined) break;
    person = key.value.createdBy;
  }
  return ok({ person, mayApprove: caller.permissions.includes('access:approve') });
}

/** Permissions in the cluster for a time: asked, decided by somebody else, ended. */
export const accessRequestHandlers = ({ store, clock, accessRequests }: Parts) => ({
  'access.requests': answers('access.requests', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await store.accessRequests.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, clock.nowMs())) : page;
  }),
  'access.request': answers('access.request', async ({ caller, params }) => {
    const found = await accessRequests(caller).detail(params.id);
    return found.ok ? reply(found.value) : found;
  }),
  'access.request.ask': answers('access.request.ask', async ({ scope, caller, body }) => {
    const actor = await actorOf(store, scope, caller);
    if (!actor.ok) return actor;
    const asked = await accessRequests(caller).ask(actor.value, body);
    return asked.ok ? reply(asked.value, { target: asked.value.id, auditDetail: requestLine(body) }) : asked;
  }),
  'access.request.approve': answers('access.request.approve', async ({ scope, caller, params, body }) => {
    const actor = await actorOf(store, scope, caller);
    if (!actor.ok) return actor;
    const approved = await accessRequests(caller).approve(actor.value, params.id, body);
    return approved.ok
      ? reply(approved.value, { target: params.id, auditDetail: requestLine(approved.value) })
      : approved;
  }),
  'access.request.refuse': answers('access.request.refuse', async ({ scope, caller, params, body }) => {
    const actor = await actorOf(store, scope, caller);
    if (!actor.ok) return actor;
    const refused = await accessRequests(caller).refuse(actor.value, params.id, body.decision);
    return refused.ok
      ? reply(refused.value, { target: params.id, auditDetail: body.decision.slice(0, 1000) })
      : refused;
  }),
  'access.request.end': answers('access.request.end', async ({ scope, caller, params }) => {
    const actor = await actorOf(store, scope, caller);
    if (!actor.ok) return actor;
    const ended = await accessRequests(caller).end(actor.value, params.id);
    return ended.ok
      ? reply(ended.value, { target: params.id, auditDetail: requestLine(ended.value) })
      : ended;
  }),
});
