// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { newApiKey } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import { type ApiKey, ok, type Result, type Scope } from '@bartizan/contracts';
import type { AuditLogDesk } from '../../audit-log-ports.ts';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { newId } from '../access/secrets.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly keyTurnstile: Turnstile;
  readonly auditLog: AuditLogDesk;
}

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const KEYS_MAX = 1000;

/** The audit log of API servers: its intake, and the keys with which they send it. */
export const auditLogHandlers = (parts: Parts) => ({
  'audit-log.submit': answers('audit-log.submit', async ({ caller, body }) => {
    const taken = await parts.auditLog.take({ cluster: caller.cluster, tenant: caller.tenant }, body.items);
    return taken.ok ? reply(taken.value) : taken;
  }),
  'audit-log.status': answers('audit-log.status', () => Promise.resolve(reply(parts.auditLog.status()))),
  'audit-log.source': answers('audit-log.source', ({ scope, caller, body }) =>
    parts.keyTurnstile.run(async () => {
      const nowMs = parts.clock.nowMs();
      const hours = body.othersEndInHours;
      const retired =
        hours === undefined ? ok(0) : await retire(parts.store, scope, { name: body.name, hours, nowMs });
      if (!retired.ok) return retired;
      const { secret, prefix, hash } = newApiKey();
      const key: ApiKey = {
        id: newId('k'),
        name: body.name,
        prefix,
        role: 'audit-source',
        tenant: caller.tenant,
        clusters: [],
        createdBy: caller.name.slice(0, 64),
        createdAtMs: nowMs,
        expiresAtMs: nowMs + body.expiresInDays * DAY_MS,
        revoked: false,
      };
      const saved = await parts.store.apiKeys.putWithHash(scope, key, hash);
      if (!saved.ok) return saved;
      return reply(
        {
          ...{ id: key.id, secret, expiresAtMs: key.expiresAtMs, path: '/api/v1/audit-log/events' },
          ...parts.auditLog.trust(),
          retired: retired.value,
        },
        { target: key.id, auditDetail: key.name },
      );
    }),
  ),
});

/** Lets the keys of an API server end that are there: how many. They go on for a while, so that it can be restarted. */
async function retire(
  store: Store,
  scope: Scope,
  { name, hours, nowMs }: { readonly name: string; readonly hours: number; readonly nowMs: number },
): Promise<Result<number, ApiFailure>> {
  const page = await store.apiKeys.list(scope, { filter: [], limit: KEYS_MAX });
  if (!page.ok) return page;
  const old = page.value.items.filter(
    (key) => key.role === 'audit-source' && key.name === name && !key.revoked,
  );
  const saved = await store.apiKeys.put(
    scope,
    old.map((key) => ({
      ...key,
      expiresAtMs: Math.min(key.expiresAtMs, nowMs + hours * HOUR_MS),
      revoked: hours === 0,
    })),
  );
  return saved.ok ? ok(old.length) : saved;
}
