// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { newApiKey } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import type { ApiKey } from '@bartizan/contracts';
import type { Clock } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { newId } from '../access/secrets.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly keyTurnstile: Turnstile;
  readonly clock: Clock;
}

const DAY_MS = 24 * 3600_000;

/** API keys of the tenant of the caller. */
export const keyRoutes = (parts: Parts) => ({
  'api-key.list': answers('api-key.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.apiKeys.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'api-key.create': answers('api-key.create', async ({ scope, caller, body }) => {
    const { secret, prefix, hash } = newApiKey();
    const nowMs = parts.clock.nowMs();
    const key: ApiKey = {
      id: newId('k'),
      name: body.name,
      prefix,
      role: body.role,
      tenant: caller.tenant,
      clusters: [],
      createdBy: caller.name.slice(0, 64),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + body.expiresInDays * DAY_MS,
      revoked: false,
    };
    const saved = await parts.store.apiKeys.putWithHash(scope, key, hash);
    return saved.ok
      ? reply({ key, secret }, { target: key.id, auditDetail: `${key.name} ${key.role}` })
      : saved;
  }),
  'api-key.revoke': answers('api-key.revoke', ({ scope, params }) =>
    parts.keyTurnstile.run(async () => {
      const found = await parts.store.apiKeys.get(scope, params.id);
      if (!found.ok) return found;
      if (found.value === undefined) return refuse('E_NOT_FOUND', 'there is no such key');
      const saved = await parts.store.apiKeys.put(scope, [{ ...found.value, revoked: true }]);
      return saved.ok ? reply(undefined, { target: found.value.id, auditDetail: found.value.name }) : saved;
    }),
  ),
});
