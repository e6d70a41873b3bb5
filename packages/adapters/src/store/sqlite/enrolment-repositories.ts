// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { CertificateRepository, JoinTokenRepository, Stored } from '../ports.ts';
import { textOf } from './database.ts';
import { assertOwned, scopeWhere } from './scope.ts';

type JoinToken = Parameters<JoinTokenRepository['put']>[1];
type Certificate = Parameters<CertificateRepository['put']>[1];

/** One-time join tokens. Taking one deletes it in the same statement that checks it: it works once. */
export class SqliteJoinTokens implements JoinTokenRepository {
  readonly #core: CoreAccess;

  constructor(core: CoreAccess) {
    this.#core = core;
  }

  async put(scope: Scope, token: JoinToken): Stored<void> {
    assertOwned(scope, token);
    const written = await this.#core.write([
      {
        sql: `INSERT INTO join_tokens(id,secret_hash,expires_at_ms,cluster,tenant) VALUES(?,?,?,?,?)`,
        rows: [[token.id, token.secretHash, token.expiresAtMs, token.cluster, token.tenant]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async take(
    scope: Scope,
    id: string,
    secretHash: string,
    nowMs: number,
  ): Stored<{ readonly tenant: string; readonly cluster: string } | undefined> {
    const scoped = scopeWhere(scope);
    const written = await this.#core.write([
      {
        sql: `DELETE FROM join_tokens WHERE id=? AND secret_hash=? AND expires_at_ms>?
          ${scoped.sql === '' ? '' : `AND ${scoped.sql}`} RETURNING tenant,cluster`,
        rows: [[id, secretHash, nowMs, ...scoped.params]],
      },
      { sql: 'DELETE FROM join_tokens WHERE expires_at_ms<=?', rows: [[nowMs]] },
    ]);
    if (!written.ok) return written;
    const row = written.value[0]?.returned[0];
    return ok(row === undefined ? undefined : { tenant: textOf(row[0]), cluster: textOf(row[1]) });
  }
}

/** Certificates issued to agents. */
export class SqliteCertificates implements CertificateRepository {
  readonly #core: CoreAccess;

  constructor(core: CoreAccess) {
    this.#core = core;
  }

  async put(scope: Scope, certificate: Certificate): Stored<void> {
    const owner = scope.kind === 'tenant' ? [scope.cluster, scope.tenant] : ['', ''];
    const written = await this.#core.write([
      {
        // A revoked certificate stays revoked, and nobody takes over a serial of somebody else.
        sql: `INSERT INTO certificates(serial,cluster,tenant,node,not_after_ms,revoked) VALUES(?,?,?,?,?,?)
          ON CONFLICT(serial) DO UPDATE SET revoked=max(revoked,excluded.revoked)
          WHERE cluster=excluded.cluster AND tenant=excluded.tenant AND node=excluded.node`,
        rows: [
          [
            certificate.serial,
            ...owner,
            certificate.node,
            certificate.notAfterMs,
            certificate.revoked ? 1 : 0,
          ],
        ],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async isRevoked(scope: Scope, serial: string): Stored<boolean> {
    const scoped = scopeWhere(scope);
    const rows = this.#core.read(
      `SELECT revoked FROM certificates WHERE serial=?${scoped.sql === '' ? '' : ` AND ${scoped.sql}`}`,
      [serial, ...scoped.params],
    );
    return rows.ok ? ok(rows.value[0]?.[0] === 1) : rows;
  }

  async revokeNode(scope: Scope, node: string): Stored<number> {
    const scoped = scopeWhere(scope);
    const written = await this.#core.write([
      {
        sql: `UPDATE certificates SET revoked=1 WHERE node=? AND revoked=0
          ${scoped.sql === '' ? '' : `AND ${scoped.sql}`}`,
        rows: [[node, ...scoped.params]],
      },
    ]);
    return written.ok ? ok(written.value[0]?.changes ?? 0) : written;
  }
}
