// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AuditRecord, invariant, ok, type PageOf, type Query, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { AuditRepository, Stored } from '../ports.ts';
import type { AuditEntry, ChainVerdict } from './audit-chain.ts';
import { HEAD_QUESTION, headOf } from './audit-head.ts';
import type { CursorDesk } from './cursor.ts';
import { SqliteEntities } from './entity-repository.ts';
import { AUDIT } from './nouns.ts';
import { assertOwned } from './scope.ts';

/** How the repository reaches the chain: appended by the writer thread, walked by a reader thread. */
export interface ChainAccess {
  append(entry: AuditEntry): Stored<AuditRecord>;
  verify(): Stored<ChainVerdict>;
}

/** The audit log: one chain for the installation; a tenant lists its own records and verifies the whole. */
export class SqliteAudit implements AuditRepository {
  readonly #core: CoreAccess;
  readonly #chain: ChainAccess;
  readonly #entities: SqliteEntities<AuditRecord>;

  constructor(core: CoreAccess, chain: ChainAccess, cursors: CursorDesk) {
    this.#core = core;
    this.#chain = chain;
    this.#entities = new SqliteEntities(core, cursors, AUDIT);
  }

  async append(scope: Scope, record: AuditEntry): Stored<AuditRecord> {
    assertOwned(scope, { cluster: '', tenant: record.tenant }, 'tenant');
    return this.#chain.append(record);
  }

  async list(scope: Scope, query: Query): Stored<PageOf<AuditRecord>> {
    return this.#entities.list(scope, query);
  }

  async count(scope: Scope): Stored<number> {
    invariant(scope.kind === 'system', 'records of all tenants are counted');
    const read = this.#core.read(HEAD_QUESTION.sql, HEAD_QUESTION.params);
    if (!read.ok) return read;
    const sequence = headOf(read.value[0])?.sequence ?? 0;
    return ok(Number.isSafeInteger(sequence) ? sequence : 0);
  }

  async verify(_scope: Scope): Stored<ChainVerdict> {
    const verdict = await this.#chain.verify();
    return verdict.ok ? ok(verdict.value) : verdict;
  }
}
