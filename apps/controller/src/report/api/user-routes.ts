// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { newOneTimePassword } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import { err, failure, ok, type Scope, systemScope, type User } from '@bartizan/contracts';
import type { Clock } from '../../ports.ts';
import { type PasswordHasher, unlocked } from '../access/login.ts';
import { newId } from '../access/secrets.ts';
import type { SessionDesk } from '../access/sessions.ts';
import type { UserLedger } from '../access/user-ledger.ts';
import { namesVersion, versionOf } from '../http/etag.ts';
import { pageBody, toQuery } from './list-query.ts';
import { answers, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly sessions: SessionDesk;
  readonly ledger: UserLedger;
  readonly hasher: PasswordHasher;
  readonly clock: Clock;
}

/** A one-time password ends after this time, in milliseconds. */
export const ONE_TIME_PASSWORD_MS = 24 * 3600_000;
const SCOPE = systemScope('authenticate');

/** Users of the tenant of the caller. */
export const userRoutes = (parts: Parts) => ({
  'user.list': answers('user.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.users.list(scope, wanted.value);
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'user.create': answers('user.create', async ({ scope, caller, body }) => {
    const oneTimePassword = newOneTimePassword();
    const nowMs = parts.clock.nowMs();
    const user: User = {
      id: newId('u'),
      name: body.name,
      displayName: body.displayName ?? body.name,
      role: body.role,
      tenant: caller.tenant,
      language: body.language ?? 'en',
      mustChangePassword: true,
      disabled: false,
      createdAtMs: nowMs,
    };
    const added = await parts.ledger.add(scope, {
      user,
      passwordHash: await parts.hasher.hash(oneTimePassword),
      passwordExpiresAtMs: nowMs + ONE_TIME_PASSWORD_MS,
      previousHashes: [],
      failures: 0,
    });
    return added.ok ? reply({ user, oneTimePassword }, { target: body.name, auditDetail: body.role }) : added;
  }),
  'user.update': answers('user.update', async ({ scope, params, body, ifMatch }) => {
    const changed = await parts.ledger.changeGuarded(scope, params.id, (stored) => {
      if (ifMatch !== undefined && !namesVersion(ifMatch, versionOf(stored.user)))
        return err(failure('E_PRECONDITION', 'the user has changed since'));
      return ok({
        ...stored,
        user: {
          ...stored.user,
          displayName: body.displayName ?? stored.user.displayName,
          role: body.role ?? stored.user.role,
          disabled: body.disabled ?? stored.user.disabled,
        },
      });
    });
    if (!changed.ok) return changed;
    if (body.disabled === true) {
      const closed = await parts.sessions.closeAll(params.id);
      if (!closed.ok) return closed;
    }
    return reply(changed.value.user, {
      version: versionOf(changed.value.user),
      target: changed.value.user.name,
      auditDetail: JSON.stringify({ ...body, displayName: undefined }),
    });
  }),
  'user.delete': answers('user.delete', async ({ scope, params }) => {
    const removed = await parts.ledger.remove(scope, params.id);
    if (!removed.ok) return removed;
    const closed = await parts.sessions.closeAll(params.id);
    return closed.ok ? reply(undefined, { target: removed.value.user.name }) : closed;
  }),
  'user.reset-password': answers('user.reset-password', ({ scope, params }) =>
    resetPassword(parts, scope, params.id),
  ),
});

/** Gives a user a new one-time password and ends all sessions. */
async function resetPassword(parts: Parts, scope: Scope, id: string) {
  const oneTimePassword = newOneTimePassword();
  const passwordHash = await parts.hasher.hash(oneTimePassword);
  const changed = await parts.ledger.change(scope, id, (stored) =>
    ok({
      ...stored,
      passwordHash,
      passwordExpiresAtMs: parts.clock.nowMs() + ONE_TIME_PASSWORD_MS,
      previousHashes: [stored.passwordHash, ...stored.previousHashes].slice(0, 5),
      failures: 0,
      user: { ...unlocked(stored.user), mustChangePassword: true },
    }),
  );
  if (!changed.ok) return changed;
  const closed = await parts.sessions.closeAll(id);
  return closed.ok ? reply({ oneTimePassword }, { target: changed.value.user.name }) : closed;
}

/** Makes the first administrator when there are no users at all. The password is a one-time one. */
export async function addFirstAdmin(parts: Parts, password: string) {
  const existing = await parts.store.users.list(SCOPE, { filter: [], limit: 1 });
  if (!existing.ok) return existing;
  if (existing.value.items.length > 0) return ok(false);
  const nowMs = parts.clock.nowMs();
  const added = await parts.ledger.add(SCOPE, {
    user: {
      id: newId('u'),
      name: 'admin',
      displayName: 'admin',
      role: 'admin',
      tenant: 'default',
      language: 'en',
      mustChangePassword: true,
      disabled: false,
      createdAtMs: nowMs,
    },
    passwordHash: await parts.hasher.hash(password),
    passwordExpiresAtMs: nowMs + ONE_TIME_PASSWORD_MS,
    previousHashes: [],
    failures: 0,
  });
  return added.ok ? ok(true) : added;
}
