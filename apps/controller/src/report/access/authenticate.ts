// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hashToken, isApiKey, sameSecret } from '@bartizan/adapters/identity';
import type { Store } from '@bartizan/adapters/store';
import {
  DEFAULT_TENANT,
  err,
  failure,
  LOCAL_CLUSTER,
  ok,
  type Permission,
  type Result,
  systemScope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { ANONYMOUS, type Caller, madeUpUser, permissionsOf } from './caller.ts';
import type { SessionDesk } from './sessions.ts';

/** What a request shows to prove who sends it. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly sessionToken: string | undefined;
  readonly address: string;
}
interface Parts {
  readonly store: Store;
  readonly sessions: SessionDesk;
  readonly clock: Clock;
  readonly localRootToken: string;
  /** Writes of API keys pass here one at a time. */
  readonly keyTurnstile: Turnstile;
}

const SCOPE = systemScope('authenticate');
const KEY_TOUCH_MS = 60_000;
const BEARER = /^Bearer (bz[kl]_[A-Za-z0-9_-]{1,128})$/u;

/** Whether an address is of this host. */
export const isLoopback = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/u.test(address);

/** Finds out who sends a request. No credentials = anonymous; wrong ones are an error, never anonymous. */
export class Doorkeeper {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The caller behind the credentials. */
  async identify(credentials: Credentials): Promise<Result<Caller, ApiFailure>> {
    if (credentials.authorization !== undefined) return this.#bearer(credentials);
    if (credentials.sessionToken === undefined) return ok(ANONYMOUS);
    const resumed = await this.#parts.sessions.resume(credentials.sessionToken);
    if (!resumed.ok) return resumed;
    const { session, user } = resumed.value;
    return ok({
      kind: 'user',
      name: user.name,
      id: user.id,
      tenant: user.tenant,
      cluster: LOCAL_CLUSTER,
      permissions: permissionsOf(user.role, user.mustChangePassword),
      user,
      session,
    });
  }

  /**
   * Whether a login that was accepted earlier still counts and still has the permission: for streams, which outlive
   * the answer to both.
   */
  async stillMay(caller: Caller, permission: Permission): Promise<boolean> {
    const { store, clock } = this.#parts;
    const nowMs = clock.nowMs();
    if (caller.session !== undefined) {
      const session = await store.sessions.byHash(SCOPE, caller.session.tokenHash);
      if (!session.ok || session.value === undefined || session.value.expiresAtMs <= nowMs) return false;
      const owner = await store.users.byId(SCOPE, session.value.userId);
      if (!owner.ok || owner.value === undefined || owner.value.user.disabled) return false;
      const { role, mustChangePassword } = owner.value.user;
      return permissionsOf(role, mustChangePassword).includes(permission);
    }
    if (caller.kind !== 'key') return caller.permissions.includes(permission);
    const key = await store.apiKeys.get(SCOPE, caller.id);
    if (!key.ok || key.value === undefined || key.value.revoked || key.value.expiresAtMs <= nowMs)
      return false;
    return permissionsOf(key.value.role, false).includes(permission);
  }

  async #bearer(credentials: Credentials): Promise<Result<Caller, ApiFailure>> {
    const token = BEARER.exec(credentials.authorization ?? '')?.[1];
    if (token === undefined) return refused('the Authorization header is not a bearer token of ours');
    return token.startsWith('bzl_') ? this.#localRoot(token, credentials.address) : this.#apiKey(token);
  }

  #localRoot(token: string, address: string): Result<Caller, ApiFailure> {
    if (!isLoopback(address)) return refused('the token of local root works from this host only');
    if (!sameSecret(token, this.#parts.localRootToken)) return refused('the token is not known');
    const user = madeUpUser({
      id: 'local-root',
      name: 'local-root',
      shown: 'local root',
      role: 'admin',
      tenant: DEFAULT_TENANT,
    });
    return ok({
      kind: 'local-root',
      name: 'local-root',
      id: 'local-root',
      tenant: DEFAULT_TENANT,
      cluster: LOCAL_CLUSTER,
      permissions: permissionsOf('admin', false),
      user,
    });
  }

  async #apiKey(token: string): Promise<Result<Caller, ApiFailure>> {
    if (!isApiKey(token)) return refused('the key is unknown, revoked or ended');
    const { store, clock } = this.#parts;
    const found = await store.apiKeys.byHash(SCOPE, hashToken(token));
    if (!found.ok) return found;
    const key = found.value;
    const nowMs = clock.nowMs();
    if (key === undefined || key.revoked || key.expiresAtMs <= nowMs)
      return refused('the key is unknown, revoked or ended');
    if (key.clusters.length > 0 && !key.clusters.includes(LOCAL_CLUSTER))
      return err(failure('E_FORBIDDEN', `the key is limited to ${key.clusters.join(', ')}`));
    if (nowMs - (key.lastUsedAtMs ?? 0) > KEY_TOUCH_MS) await this.#touch(hashToken(token), nowMs);
    const user = madeUpUser({ id: key.id, name: 'key', shown: key.name, role: key.role, tenant: key.tenant });
    return ok({
      kind: 'key',
      name: key.id,
      id: key.id,
      tenant: key.tenant,
      cluster: LOCAL_CLUSTER,
      permissions: permissionsOf(key.role, false),
      user,
    });
  }

  /** Notes the use; behind the turnstile of keys, so that it never brings a revoked key back. */
  #touch(hash: string, nowMs: number): Promise<void> {
    return this.#parts.keyTurnstile.run(async () => {
      const current = await this.#parts.store.apiKeys.byHash(SCOPE, hash);
      if (!current.ok || current.value === undefined || current.value.revoked) return;
      await this.#parts.store.apiKeys.putWithHash(SCOPE, { ...current.value, lastUsedAtMs: nowMs }, hash);
    });
  }
}

const refused = (detail: string): Result<never, ApiFailure> => err(failure('E_LOGIN_REQUIRED', detail));
