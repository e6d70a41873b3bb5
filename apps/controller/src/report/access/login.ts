// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterFailure, lockEndMs } from '@bartizan/adapters/identity';
import type { Store, StoredUser } from '@bartizan/adapters/store';
import { err, failure, ok, type Result, systemScope, type User } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import type { OpenedSession, SessionDesk } from './sessions.ts';
import { UnknownNames } from './unknown-names.ts';
import type { UserLedger } from './user-ledger.ts';

/** Slow, salted hashing of passwords (Argon2id). */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}
interface Parts {
  readonly store: Store;
  readonly ledger: UserLedger;
  readonly hasher: PasswordHasher;
  readonly sessions: SessionDesk;
  readonly clock: Clock;
}

const SCOPE = systemScope('authenticate');
/** A one-time password ends so long after the first sign-in with it: long enough to choose another, of no use to who finds it later. */
const ONE_TIME_AFTER_SIGN_IN_MS = 15 * 60_000;

/**
 * Signs local users in. Unknown names cost the same time and lock the same way as known ones. An attempt is counted
 * before the password is looked at, so that guesses sent at once do not get past the limit.
 */
export class LoginDesk {
  readonly #parts: Parts;
  readonly #unknown: UnknownNames;
  #decoyHash: Promise<string> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#unknown = new UnknownNames(parts.clock);
  }

  /** Opens a session, or says why not. */
  async login(name: string, password: string): Promise<Result<OpenedSession, ApiFailure>> {
    const found = await this.#parts.store.users.byName(SCOPE, name);
    if (!found.ok) return found;
    if (found.value === undefined || found.value.user.disabled) return this.#refuseUnknown(name, password);
    const counted = await this.countAttempt(found.value.user.id);
    if (!counted.ok) return counted;
    const stored = counted.value;
    if (!(await this.#parts.hasher.verify(password, stored.passwordHash))) return failed();
    const nowMs = this.#parts.clock.nowMs();
    if (stored.passwordExpiresAtMs !== undefined && stored.passwordExpiresAtMs <= nowMs)
      return err(failure('E_PASSWORD_EXPIRED', 'the one-time password ended'));
    const opened = await this.#parts.ledger.change(SCOPE, stored.user.id, (current) => {
      if (current.user.disabled || current.passwordHash !== stored.passwordHash) return failed();
      return ok({
        ...current,
        ...endingSoon(current, nowMs),
        ...{ failures: 0, user: { ...unlocked(current.user), lastLoginAtMs: nowMs } },
      });
    });
    return opened.ok ? this.#parts.sessions.open(opened.value.user) : opened;
  }

  /** Counts an attempt at the password of a user, before it is looked at; refused while the user is locked. */
  countAttempt(id: string): Promise<Result<StoredUser, ApiFailure>> {
    return this.#parts.ledger.change(SCOPE, id, (current) => {
      const nowMs = this.#parts.clock.nowMs();
      const state = { failures: current.failures, ...lockOf(current.user) };
      const endMs = lockEndMs(state, nowMs);
      if (endMs !== undefined) return locked(endMs, nowMs);
      const next = afterFailure(state, nowMs);
      const user = unlocked(current.user);
      return ok({
        ...current,
        failures: next.failures,
        user: { ...user, ...lockOf(next) },
      });
    });
  }

  /** The password was right: the attempts at it are forgotten, unless it is another one by now. */
  forgetAttempts({ user, passwordHash }: StoredUser): Promise<Result<StoredUser, ApiFailure>> {
    return this.#parts.ledger.change(SCOPE, user.id, (current) =>
      current.user.disabled || current.passwordHash !== passwordHash
        ? failed()
        : ok({ ...current, failures: 0, user: unlocked(current.user) }),
    );
  }

  async #refuseUnknown(name: string, password: string): Promise<Result<never, ApiFailure>> {
    const nowMs = this.#parts.clock.nowMs();
    const lockedUntilMs = this.#unknown.lockedUntilMs(name);
    if (lockedUntilMs !== undefined) return locked(lockedUntilMs, nowMs);
    this.#unknown.fail(name);
    // A known name costs one durable write here: so does an unknown one.
    await this.#parts.store.settings.put(SCOPE, 'login.decoy', String(nowMs));
    this.#decoyHash ??= this.#parts.hasher.hash('a password that nobody has');
    await this.#parts.hasher.verify(password, await this.#decoyHash);
    return failed();
  }
}

/** It is in the output of an installation, or in a file: it cannot go at once, since choosing another one asks for it. */
const endingSoon = ({ passwordExpiresAtMs }: StoredUser, nowMs: number) =>
  passwordExpiresAtMs === undefined
    ? {}
    : { passwordExpiresAtMs: Math.min(passwordExpiresAtMs, nowMs + ONE_TIME_AFTER_SIGN_IN_MS) };

/** A user without the mark of a lock. */
export function unlocked(user: User): User {
  const { lockedUntilMs: _ended, ...rest } = user;
  return rest;
}

/** The mark of a lock, where there is one. */
const lockOf = ({ lockedUntilMs }: { readonly lockedUntilMs?: number }) =>
  lockedUntilMs === undefined ? {} : { lockedUntilMs };

const failed = (): Result<never, ApiFailure> => err(failure('E_LOGIN_FAILED', 'name or password is wrong'));

function locked(untilMs: number, nowMs: number): Result<never, ApiFailure> {
  const retryAfterS = Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  return err({ ...failure('E_LOGIN_LOCKED', `locked for another ${retryAfterS} s`), retryAfterS });
}
