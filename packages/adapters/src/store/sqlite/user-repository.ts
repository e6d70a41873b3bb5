// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type PageOf, type Query, type Scope, type User } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { Stored, StoredUser, UserRepository } from '../ports.ts';
import type { CursorDesk } from './cursor.ts';
import { parseDocument } from './database.ts';
import { SqliteEntities } from './entity-repository.ts';
import { both } from './filter.ts';
import { USERS } from './nouns.ts';
import { assertOwned, scopeWhere } from './scope.ts';

/** Users: what everybody may see in `users`, what only the login code may see in `credentials`. */
export class SqliteUsers implements UserRepository {
  readonly #core: CoreAccess;
  readonly #entities: SqliteEntities<User>;

  constructor(core: CoreAccess, cursors: CursorDesk) {
    this.#core = core;
    this.#entities = new SqliteEntities(core, cursors, USERS);
  }

  async byName(scope: Scope, name: string): Stored<StoredUser | undefined> {
    return this.#find(scope, 'name', name);
  }

  async byId(scope: Scope, id: string): Stored<StoredUser | undefined> {
    return this.#find(scope, 'user', id);
  }

  async put(scope: Scope, stored: StoredUser): Stored<void> {
    assertOwned(scope, { cluster: '', tenant: stored.user.tenant }, 'tenant');
    const written = await this.#core.write([
      this.#entities.putChange(scope, [stored.user]),
      {
        sql: `INSERT INTO credentials(user,tenant,name,doc) VALUES(?,?,?,?)
          ON CONFLICT(user) DO UPDATE SET tenant=excluded.tenant, name=excluded.name, doc=excluded.doc`,
        rows: [[stored.user.id, stored.user.tenant, stored.user.name, JSON.stringify(stored)]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async remove(scope: Scope, id: string): Stored<boolean> {
    const scoped = scopeWhere(scope, 'tenant');
    const where = both([{ sql: 'user=?', params: [id] }, scoped]);
    const written = await this.#core.write([
      // Sessions first: they are found through the user, and only by a scope that may remove the user.
      {
        sql: `DELETE FROM sessions WHERE user IN (SELECT user FROM credentials WHERE ${where.sql})`,
        rows: [where.params],
      },
      { sql: `DELETE FROM credentials WHERE ${where.sql}`, rows: [where.params] },
      this.#entities.removeChange(scope, [id]),
    ]);
    return written.ok ? ok((written.value[1]?.changes ?? 0) > 0) : written;
  }

  async list(scope: Scope, query: Query): Stored<PageOf<User>> {
    return this.#entities.list(scope, query);
  }

  async #find(scope: Scope, column: 'name' | 'user', value: string): Stored<StoredUser | undefined> {
    const where = both([{ sql: `${column}=?`, params: [value] }, scopeWhere(scope, 'tenant')]);
    const rows = this.#core.read(`SELECT doc FROM credentials WHERE ${where.sql}`, where.params);
    if (!rows.ok) return rows;
    const row = rows.value[0];
    return ok(row === undefined ? undefined : parseDocument<StoredUser>(row[0]));
  }
}
