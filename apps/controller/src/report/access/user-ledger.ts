// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store, StoredUser } from '@bartizan/adapters/store';
import { err, failure, ok, type Result, type Scope, systemScope } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';

const SCOPE = systemScope('authenticate');
const PAGE = 1000;

/** What becomes of a user record: a new one, or a failure that leaves it as it was. */
export type UserChange = (stored: StoredUser) => Result<StoredUser, ApiFailure>;

/** Every write of a user record, one at a time, always from the record as it is now. */
export class UserLedger {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #turnstile = new Turnstile();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Changes one user. */
  change(scope: Scope, id: string, change: UserChange): Promise<Result<StoredUser, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const found = await this.#store.users.byId(scope, id);
      if (!found.ok) return found;
      if (found.value === undefined) return err(failure('E_NOT_FOUND', 'there is no such user'));
      const next = change(found.value);
      if (!next.ok) return next;
      const saved = await this.#store.users.put(scope, next.value);
      return saved.ok ? next : saved;
    });
  }

  /** Like `change`, and refuses when the tenant would be left without an administrator who may sign in. */
  changeGuarded(scope: Scope, id: string, change: UserChange): Promise<Result<StoredUser, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const found = await this.#store.users.byId(scope, id);
      if (!found.ok) return found;
      if (found.value === undefined) return err(failure('E_NOT_FOUND', 'there is no such user'));
      const next = change(found.value);
      if (!next.ok) return next;
      if (isActiveAdmin(found.value) && !isActiveAdmin(next.value)) {
        const last = await this.#isLastAdmin(scope, found.value);
        if (!last.ok) return last;
        if (last.value)
          return err(
            failure('E_LAST_ADMIN', `${found.value.user.name} is the last administrator who can sign in`),
          );
      }
      const saved = await this.#store.users.put(scope, next.value);
      return saved.ok ? next : saved;
    });
  }

  /** Removes a user, unless that leaves the tenant without an administrator who may sign in. */
  remove(scope: Scope, id: string): Promise<Result<StoredUser, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const found = await this.#store.users.byId(scope, id);
      if (!found.ok) return found;
      if (found.value === undefined) return err(failure('E_NOT_FOUND', 'there is no such user'));
      const last = isActiveAdmin(found.value) ? await this.#isLastAdmin(scope, found.value) : ok(false);
      if (!last.ok) return last;
      if (last.value)
        return err(
          failure('E_LAST_ADMIN', `${found.value.user.name} is the last administrator who can sign in`),
        );
      const removed = await this.#store.users.remove(scope, id);
      return removed.ok ? ok(found.value) : removed;
    });
  }

  /** Adds a user whose name is free in the whole installation. */
  add(scope: Scope, stored: StoredUser): Promise<Result<StoredUser, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const taken = await this.#store.users.byName(SCOPE, stored.user.name);
      if (!taken.ok) return taken;
      if (taken.value !== undefined) return err(failure('E_NAME_TAKEN', `${stored.user.name} is taken`));
      const saved = await this.#store.users.put(scope, stored);
      return saved.ok ? ok(stored) : saved;
    });
  }

  async #isLastAdmin(scope: Scope, leaving: StoredUser): Promise<Result<boolean, ApiFailure>> {
    let cursor: string | undefined;
    do {
      const page = await this.#store.users.list(scope, {
        filter: [],
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      for (const { id, role } of page.value.items) {
        if (id === leaving.user.id || role !== 'admin') continue;
        const other = await this.#store.users.byId(scope, id);
        if (!other.ok) return other;
        if (other.value !== undefined && this.#mayStandIn(other.value, leaving)) return ok(false);
      }
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(true);
  }

  /** Whose one-time password has ended does not get in: such an administrator would leave nobody who does. */
  #mayStandIn(other: StoredUser, leaving: StoredUser): boolean {
    const hasEnded = (other.passwordExpiresAtMs ?? Number.POSITIVE_INFINITY) <= this.#clock.nowMs();
    return isActiveAdmin(other) && other.user.tenant === leaving.user.tenant && !hasEnded;
  }
}

const isActiveAdmin = (stored: StoredUser): boolean => stored.user.role === 'admin' && !stored.user.disabled;
