// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { SessionRepository, Stored, StoredSession } from '../ports.ts';
import { parseDocument } from './database.ts';
import type { Where } from './filter.ts';

/** A tenant scope reaches the sessions of its own users only. */
const ownerWhere = (scope: Scope): Where =>
  scope.kind === 'system'
    ? { sql: '', params: [] }
    : { sql: ' AND user IN (SELECT user FROM credentials WHERE tenant=?)', params: [scope.tenant] };

/** Sessions by the SHA-256 of their token. */
export class SqliteSessions implements SessionRepository {
  readonly #core: CoreAccess;

  constructor(core: CoreAccess) {
    this.#core = core;
  }

  async put(scope: Scope, session: StoredSession): Stored<void> {
    const owned = ownerWhere(scope);
    const written = await this.#core.write([
      {
        sql: `INSERT INTO sessions(token_hash,user,expires_at_ms,doc)
          SELECT c.* FROM (SELECT ? AS token_hash, ? AS user, ? AS expires_at_ms, ? AS doc) AS c WHERE 1${owned.sql}
          ON CONFLICT(token_hash) DO UPDATE SET expires_at_ms=excluded.expires_at_ms, doc=excluded.doc
          WHERE sessions.user=excluded.user`,
        rows: [
          [session.tokenHash, session.userId, session.expiresAtMs, JSON.stringify(session), ...owned.params],
        ],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async byHash(scope: Scope, tokenHash: string): Stored<StoredSession | undefined> {
    const owned = ownerWhere(scope);
    const rows = this.#core.read(`SELECT doc FROM sessions WHERE token_hash=?${owned.sql}`, [
      tokenHash,
      ...owned.params,
    ]);
    if (!rows.ok) return rows;
    const row = rows.value[0];
    return ok(row === undefined ? undefined : parseDocument<StoredSession>(row[0]));
  }

  async touch(scope: Scope, tokenHash: string, expiresAtMs: number): Stored<boolean> {
    const owned = ownerWhere(scope);
    const written = await this.#core.write([
      {
        sql: `UPDATE sessions SET expires_at_ms=?, doc=json_set(doc,'$.expiresAtMs',?)
          WHERE token_hash=?${owned.sql}`,
        rows: [[expiresAtMs, expiresAtMs, tokenHash, ...owned.params]],
      },
    ]);
    return written.ok ? ok((written.value[0]?.changes ?? 0) > 0) : written;
  }

  async remove(scope: Scope, tokenHash: string): Stored<void> {
    const removed = await this.#remove(scope, { sql: 'token_hash=?', params: [tokenHash] });
    return removed.ok ? ok(undefined) : removed;
  }

  async removeOfUser(scope: Scope, userId: string): Stored<void> {
    const removed = await this.#remove(scope, { sql: 'user=?', params: [userId] });
    return removed.ok ? ok(undefined) : removed;
  }

  async removeExpired(scope: Scope, nowMs: number): Stored<number> {
    return this.#remove(scope, { sql: 'expires_at_ms<=?', params: [nowMs] });
  }

  async #remove(scope: Scope, which: Where): Stored<number> {
    const owned = ownerWhere(scope);
    const written = await this.#core.write([
      {
        sql: `DELETE FROM sessions WHERE ${which.sql}${owned.sql}`,
        rows: [[...which.params, ...owned.params]],
      },
    ]);
    return written.ok ? ok(written.value[0]?.changes ?? 0) : written;
  }
}
