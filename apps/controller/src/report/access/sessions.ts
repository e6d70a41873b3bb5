// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hashToken, newSecret } from '@bartizan/adapters/identity';
import type { Store, StoredSession } from '@bartizan/adapters/store';
import { err, failure, ok, type Result, systemScope, type User } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';

/** A session ends after this time without a request, in milliseconds. */
export const SESSION_IDLE_MS = 60 * 60_000;
/** A session ends after this time in any case, in milliseconds. */
export const SESSION_ABSOLUTE_MS = 12 * 3600_000;
/** The end of a session is moved at most this often, to spare the disk. */
const TOUCH_MS = 60_000;

const SCOPE = systemScope('authenticate');

/** An opened session; the token is known to the caller only. */
export interface OpenedSession {
  readonly user: User;
  readonly token: string;
  readonly csrfToken: string;
  readonly expiresAtMs: number;
}

/** Cookie sessions. The store keeps only the SHA-256 of a token. */
export class SessionDesk {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Opens a session for a user. */
  async open(user: User): Promise<Result<OpenedSession, ApiFailure>> {
    const nowMs = this.#clock.nowMs();
    const token = newSecret();
    const session: StoredSession = {
      tokenHash: hashToken(token),
      userId: user.id,
      csrfToken: newSecret(),
      createdAtMs: nowMs,
      expiresAtMs: nowMs + SESSION_IDLE_MS,
    };
    const saved = await this.#store.sessions.put(SCOPE, session);
    if (!saved.ok) return saved;
    return ok({ user, token, csrfToken: session.csrfToken, expiresAtMs: session.expiresAtMs });
  }

  /** The session of a token and its user, when both still count; moves the idle end. */
  async resume(token: string): Promise<Result<{ session: StoredSession; user: User }, ApiFailure>> {
    const found = await this.#store.sessions.byHash(SCOPE, hashToken(token));
    if (!found.ok) return found;
    const nowMs = this.#clock.nowMs();
    if (found.value === undefined || found.value.expiresAtMs <= nowMs) return ended();
    const owner = await this.#store.users.byId(SCOPE, found.value.userId);
    if (!owner.ok) return owner;
    if (owner.value === undefined || owner.value.user.disabled) return ended();
    const session = await this.#touch(found.value, nowMs);
    return session === undefined ? ended() : ok({ session, user: owner.value.user });
  }

  /** Ends one session. */
  async close(tokenHash: string): Promise<Result<void, ApiFailure>> {
    return this.#store.sessions.remove(SCOPE, tokenHash);
  }

  /** Ends all sessions of a user. */
  async closeAll(userId: string): Promise<Result<void, ApiFailure>> {
    return this.#store.sessions.removeOfUser(SCOPE, userId);
  }

  /** undefined: it was ended in between. A disk that takes nothing ends no session. */
  async #touch(session: StoredSession, nowMs: number): Promise<StoredSession | undefined> {
    const expiresAtMs = Math.min(nowMs + SESSION_IDLE_MS, session.createdAtMs + SESSION_ABSOLUTE_MS);
    if (expiresAtMs - session.expiresAtMs < TOUCH_MS) return session;
    const moved = await this.#store.sessions.touch(SCOPE, session.tokenHash, expiresAtMs);
    if (!moved.ok) return session;
    return moved.value ? { ...session, expiresAtMs } : undefined;
  }
}

const ended = (): Result<never, ApiFailure> => err(failure('E_LOGIN_REQUIRED', 'the session has ended'));
