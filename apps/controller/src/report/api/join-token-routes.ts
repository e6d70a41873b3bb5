// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import { hashToken, newSecret } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import type { Clock } from '../../ports.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly caSha256: string;
}

/** One-time tokens with which agents join the tenant of the caller. */
export const joinTokenRoutes = (parts: Parts) => ({
  'join-token.create': answers('join-token.create', async ({ scope, caller, body }) => {
    const id = randomBytes(8).toString('hex');
    const secret = newSecret();
    const expiresAtMs = parts.clock.nowMs() + body.lifetimeMinutes * 60_000;
    const saved = await parts.store.joinTokens.put(scope, {
      id,
      secretHash: hashToken(secret),
      expiresAtMs,
      tenant: caller.tenant,
      cluster: caller.cluster,
    });
    if (!saved.ok) return saved;
    return reply({ token: `bzj_${id}_${secret}`, caSha256: parts.caSha256, expiresAtMs }, { target: id });
  }),
});
