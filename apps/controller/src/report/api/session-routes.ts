// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { checkPassword, PASSWORDS_REMEMBERED } from '@bartizan/adapters/identity';
import type { Store, StoredUser } from '@bartizan/adapters/store';
import { err, failure, ok, type ResponseOf, type Result, systemScope, type User } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import type { Caller } from '../access/caller.ts';
import { permissionsOf } from '../access/caller.ts';
import { type LoginDesk, type PasswordHasher, unlocked } from '../access/login.ts';
import { type OpenedSession, SESSION_ABSOLUTE_MS, type SessionDesk } from '../access/sessions.ts';
import type { UserLedger } from '../access/user-ledger.ts';
import { namesVersion, versionOf } from '../http/etag.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly login: LoginDesk;
  readonly sessions: SessionDesk;
  readonly ledger: UserLedger;
  readonly hasher: PasswordHasher;
}

const SCOPE = systemScope('authenticate');

/** Sign-in, sign-out and what users change of themselves. */
export const sessionRoutes = (parts: Parts) => ({
  'session.create': answers('session.create', async (call) => {
    const opened = await parts.login.login(call.body.name, call.body.password);
    return opened.ok ? openedReply(opened.value) : opened;
  }),
  'session.show': answers('session.show', async ({ caller }) => {
    const session = sessionOf(caller);
    return session.ok ? replyOf(session.value) : session;
  }),
  'session.update': answers('session.update', async ({ caller, body, ifMatch }) => {
    if (caller.kind !== 'user') return refuse('E_FORBIDDEN', 'a key or local root has no profile to change');
    const changed = await parts.ledger.change(SCOPE, caller.id, (stored) => {
      if (ifMatch !== undefined && !namesVersion(ifMatch, versionOf(stored.user))) return stale();
      return ok({ ...stored, user: { ...stored.user, ...definedOf(body) } });
    });
    if (!changed.ok) return changed;
    const session = sessionOf({ ...caller, user: changed.value.user });
    return session.ok ? replyOf(session.value) : session;
  }),
  'session.delete': answers('session.delete', async ({ caller }) => {
    if (caller.session === undefined) return reply(undefined);
    const closed = await parts.sessions.close(caller.session.tokenHash);
    return closed.ok ? reply(undefined, { session: 'clear' }) : closed;
  }),
  'session.password': answers('session.password', async ({ caller, body }) => {
    if (caller.kind !== 'user') return refuse('E_FORBIDDEN', 'a key or local root has no password');
    const changed = await changePassword(parts, caller, body);
    if (!changed.ok) return changed;
    const closed = await parts.sessions.closeAll(caller.id);
    if (!closed.ok) return closed;
    const opened = await parts.sessions.open(changed.value.user);
    return opened.ok ? openedReply(opened.value) : opened;
  }),
});

async function changePassword(
  parts: Parts,
  caller: Caller,
  body: { readonly current: string; readonly next: string },
): Promise<Result<StoredUser, ApiFailure>> {
  const found = await parts.store.users.byId(SCOPE, caller.id);
  if (!found.ok) return found;
  if (found.value === undefined) return err(failure('E_LOGIN_REQUIRED', 'the user is gone'));
  // Who has a session of somebody else may not guess their password with it.
  const counted = await parts.login.countAttempt(caller.id);
  if (!counted.ok) return counted;
  const stored = counted.value;
  if (!(await parts.hasher.verify(body.current, stored.passwordHash)))
    return err(failure('E_LOGIN_FAILED', 'the current password is wrong'));
  const right = await parts.login.forgetAttempts(stored);
  if (!right.ok) return right;
  const policy = checkPassword(body.next, stored.user.name);
  if (!policy.ok) return policy;
  for (const old of [stored.passwordHash, ...stored.previousHashes])
    if (await parts.hasher.verify(body.next, old))
      return err(failure('E_PASSWORD_WEAK', 'it was used before'));
  const passwordHash = await parts.hasher.hash(body.next);
  return parts.ledger.change(SCOPE, caller.id, (current) => {
    if (current.passwordHash !== stored.passwordHash)
      return err(failure('E_CONFLICT', 'the password was changed in between'));
    const { passwordExpiresAtMs: _ended, ...rest } = current;
    return ok({
      ...rest,
      passwordHash,
      previousHashes: [current.passwordHash, ...current.previousHashes].slice(0, PASSWORDS_REMEMBERED),
      failures: 0,
      user: { ...unlocked(current.user), mustChangePassword: false },
    });
  });
}

function openedReply(opened: OpenedSession) {
  const { user, csrfToken, expiresAtMs, token } = opened;
  return reply(
    { user, permissions: [...permissionsOf(user.role, user.mustChangePassword)], csrfToken, expiresAtMs },
    {
      target: user.name,
      actor: { name: user.name, tenant: user.tenant },
      session: { token, maxAgeS: SESSION_ABSOLUTE_MS / 1000 },
    },
  );
}

function sessionOf(caller: Caller): Result<ResponseOf<'session.show'>, ApiFailure> {
  if (caller.user === undefined) return err(failure('E_LOGIN_REQUIRED', 'nobody is signed in'));
  return ok({
    user: caller.user,
    permissions: [...caller.permissions],
    csrfToken: caller.session?.csrfToken ?? '',
    expiresAtMs: caller.session?.expiresAtMs ?? Number.MAX_SAFE_INTEGER,
  });
}

/** A session ends later with every request, and holds a token of its own: only the user in it is changed. */
const replyOf = (session: ResponseOf<'session.show'>) => reply(session, { version: versionOf(session.user) });

const stale = (): Result<never, ApiFailure> => err(failure('E_PRECONDITION', 'the user has changed since'));

/** The fields that were sent, without those left out. */
function definedOf(body: {
  readonly language?: User['language'];
  readonly displayName?: string;
}): Partial<Pick<User, 'language' | 'displayName'>> {
  return {
    ...(body.language === undefined ? {} : { language: body.language }),
    ...(body.displayName === undefined ? {} : { displayName: body.displayName }),
  };
}
