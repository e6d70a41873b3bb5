// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type PageOf, type Query, type Scope } from '@bartizan/contracts';
import type { Change, CoreAccess } from '../access.ts';
import type { Counts, EntityRepository, Stored } from '../ports.ts';
import type { CursorDesk } from './cursor.ts';
import { type Cells, numberOf, parseDocument } from './database.ts';
import { countsOf, planCount, planList, positionOf } from './entity-list.ts';
import { recordValues, upsertSql } from './entity-schema.ts';
import type { NounSpec } from './fields.ts';
import { both } from './filter.ts';
import { assertOwned, scopeWhere } from './scope.ts';

/** Records of one noun in core.db. */
export class SqliteEntities<T> implements EntityRepository<T> {
  readonly #core: CoreAccess;
  readonly #cursors: CursorDesk;
  readonly #spec: NounSpec<T>;
  readonly #upsert: string;

  constructor(core: CoreAccess, cursors: CursorDesk, spec: NounSpec<T>) {
    this.#core = core;
    this.#cursors = cursors;
    this.#spec = spec;
    this.#upsert = upsertSql(spec);
  }

  async get(scope: Scope, id: string): Stored<T | undefined> {
    const where = both([{ sql: 'id=?', params: [id] }, scopeWhere(scope, this.#spec.visibility)]);
    const rows = this.#core.read(
      `SELECT doc FROM ${this.#spec.table} WHERE ${where.sql} LIMIT 1`,
      where.params,
    );
    if (!rows.ok) return rows;
    const row = rows.value[0];
    return ok(row === undefined ? undefined : parseDocument<T>(row[0]));
  }

  async put(scope: Scope, items: readonly T[]): Stored<void> {
    if (items.length === 0) return ok(undefined);
    const written = await this.#core.write([this.putChange(scope, items)]);
    return written.ok ? ok(undefined) : written;
  }

  /** The change that stores records, to be joined with others in one transaction. */
  putChange(scope: Scope, items: readonly T[]): Change {
    for (const item of items) assertOwned(scope, this.#spec.owner(item), this.#spec.visibility);
    return { sql: this.#upsert, rows: items.map((item) => recordValues(this.#spec, item)) };
  }

  async remove(scope: Scope, ids: readonly string[]): Stored<number> {
    if (ids.length === 0) return ok(0);
    const written = await this.#core.write([this.removeChange(scope, ids)]);
    return written.ok ? ok(written.value[0]?.changes ?? 0) : written;
  }

  /** The change that removes records, to be joined with others in one transaction. */
  removeChange(scope: Scope, ids: readonly string[]): Change {
    const scoped = scopeWhere(scope, this.#spec.visibility);
    const where = both([{ sql: 'id=?', params: [] }, scoped]);
    return {
      sql: `DELETE FROM ${this.#spec.table} WHERE ${where.sql}`,
      rows: ids.map((id) => [id, ...scoped.params]),
    };
  }

  async list(scope: Scope, query: Query): Stored<PageOf<T>> {
    const plan = planList(this.#spec, scope, query, this.#cursors);
    if (!plan.ok) return plan;
    const found = await this.#core.search(plan.value.statements);
    if (!found.ok) return found;
    const [rows = [], counts = []] = found.value;
    return ok(this.#page(rows, numberOf(counts[0]?.[0]), plan.value));
  }

  async countBy(scope: Scope, field: string, query: Query): Stored<Counts> {
    const plan = planCount(this.#spec, scope, field, query);
    if (!plan.ok) return plan;
    const found = await this.#core.search([plan.value]);
    return found.ok ? ok(countsOf(found.value[0] ?? [])) : found;
  }

  #page(rows: readonly Cells[], total: number, plan: { limit: number; fingerprint: string }): PageOf<T> {
    const shown = rows.slice(0, plan.limit);
    const items = shown.map((row) => parseDocument<T>(row[0]));
    const last = shown.at(-1);
    if (rows.length <= plan.limit || last === undefined) return { items, total };
    return { items, total, next: this.#cursors.encode(plan.fingerprint, positionOf(last)) };
  }
}
