// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store, StoredUser } from '@bartizan/adapters/store';
import { err, failure, ok, type Result, type Scope, systemScope } from '@bartizan/contracts';
import type { ApiFailure } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';

const SCOPE = systemScope('authenticate');
const PAGE = 1000;

/** What becomes of a user record: a new one, or a failure that leaves it as it was. */
export type UserChange = (stored: StoredUser) => Result<StoredUser, ApiFailure>;

/** Every write of a user record, one at a time, always from the record as it is now. */
export class UserLedger {
  readonly #store: Store;
  readonly #turnstile = new Turnstile();

  constructor(store: Store) {
    this.#store = store;
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
          return err(failure('E_LAST_ADMIN', `${found.value.user.name} is the last administrator`));
      }
      const saved = await this.#store.users.put(scope, next.value);
      return saved.ok ? next : saved;
    });
  }

  /** Removes a user, unless that leaves the tenant without an administrator. */
  remove(scope: Scope, id: string): Promise<Result<StoredUser, ApiFailure>> {
    return this.#turnstile.run(async () => {
      const found = await this.#store.users.byId(scope, id);
      if (!found.ok) return found;
      if (found.value === undefined) return err(failure('E_NOT_FOUND', 'there is no such user'));
      const last = isActiveAdmin(found.value) ? await this.#isLastAdmin(scope, found.value) : ok(false);
      if (!last.ok) return last;
      if (last.value)
        return err(failure('E_LAST_ADMIN', `${found.value.user.name} is the last administrator`));
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
      const other = page.value.items.some(
        (user) =>
          user.role === 'admin' &&
          !user.disabled &&
          user.id !== leaving.user.id &&
          user.tenant === leaving.user.tenant,
      );
      if (other) return ok(false);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(true);
  }
}

const isActiveAdmin = (stored: StoredUser): boolean => stored.user.role === 'admin' && !stored.user.disabled;
