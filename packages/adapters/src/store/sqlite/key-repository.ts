// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ApiKey, ok, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { ApiKeyRepository, Stored } from '../ports.ts';
import type { CursorDesk } from './cursor.ts';
import { parseDocument } from './database.ts';
import { SqliteEntities } from './entity-repository.ts';
import { API_KEYS } from './nouns.ts';
import { scopeWhere } from './scope.ts';

/** API keys, found by the SHA-256 of their secret. */
export class SqliteApiKeys extends SqliteEntities<ApiKey> implements ApiKeyRepository {
  readonly #core: CoreAccess;

  constructor(core: CoreAccess, cursors: CursorDesk) {
    super(core, cursors, API_KEYS);
    this.#core = core;
  }

  async putWithHash(scope: Scope, key: ApiKey, secretHash: string): Stored<void> {
    const written = await this.#core.write([
      this.putChange(scope, [key]),
      {
        sql: `INSERT INTO api_key_hashes(secret_hash,tenant,key) VALUES(?,?,?)
          ON CONFLICT(key) DO UPDATE SET secret_hash=excluded.secret_hash WHERE tenant=excluded.tenant`,
        rows: [[secretHash, key.tenant, key.id]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async byHash(scope: Scope, secretHash: string): Stored<ApiKey | undefined> {
    const scoped = scopeWhere(scope, 'tenant');
    const rows = this.#core.read(
      `SELECT k.doc FROM api_key_hashes h JOIN api_keys k ON k.id=h.key AND k.tenant=h.tenant
        WHERE h.secret_hash=?${scoped.sql === '' ? '' : ` AND h.${scoped.sql}`}`,
      [secretHash, ...scoped.params],
    );
    if (!rows.ok) return rows;
    const row = rows.value[0];
    return ok(row === undefined ? undefined : parseDocument<ApiKey>(row[0]));
  }

  override async remove(scope: Scope, ids: readonly string[]): Stored<number> {
    if (ids.length === 0) return ok(0);
    const scoped = scopeWhere(scope, 'tenant');
    const written = await this.#core.write([
      {
        sql: `DELETE FROM api_key_hashes WHERE key=?${scoped.sql === '' ? '' : ` AND ${scoped.sql}`}`,
        rows: ids.map((id) => [id, ...scoped.params]),
      },
      this.removeChange(scope, ids),
    ]);
    return written.ok ? ok(written.value[1]?.changes ?? 0) : written;
  }
}
