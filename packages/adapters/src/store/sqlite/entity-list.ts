// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, type Query, type Result, type Scope } from '@bartizan/contracts';
import type { Counts, StoreFailure } from '../ports.ts';
import { CountMap, GROUPS_MAX } from './count-map.ts';
import { type CursorDesk, listFingerprint } from './cursor.ts';
import type { Cells, Statement } from './database.ts';
import { columnOf, fieldNames, filterFields, type NounSpec } from './fields.ts';
import { both, compileFilter, type Where } from './filter.ts';
import { scopeWhere } from './scope.ts';
import { sortExpression } from './sort-expression.ts';

const LIMIT_MAX = 1000;

/** The rows a query is about, before paging. */
export function queryWhere<T>(spec: NounSpec<T>, scope: Scope, query: Query): Result<Where, StoreFailure> {
  const filter = compileFilter(query.filter, filterFields(spec));
  if (!filter.ok) return filter;
  const time = spec.timeField === undefined ? undefined : columnOf(spec.timeField);
  const parts: Where[] = [scopeWhere(scope, spec.visibility), filter.value];
  if (time !== undefined && query.fromMs !== undefined) {
    parts.push({ sql: `${time}>=?`, params: [query.fromMs] });
  }
  if (time !== undefined && query.toMs !== undefined) parts.push({ sql: `${time}<?`, params: [query.toMs] });
  return ok(both(parts));
}

/** A page of a list as statements: the page itself, then the count. */
export interface ListPlan {
  readonly statements: readonly [Statement, Statement];
  readonly fingerprint: string;
  readonly limit: number;
}

/** Plans a list: sorted by one field, ties by id, continued after a position rather than by offset. */
export function planList<T>(
  spec: NounSpec<T>,
  scope: Scope,
  query: Query,
  cursors: CursorDesk,
): Result<ListPlan, StoreFailure> {
  const where = queryWhere(spec, scope, query);
  if (!where.ok) return where;
  const sort = query.sort ?? spec.defaultSort;
  const field = spec.fields.find((candidate) => candidate.name === sort.field);
  if (field === undefined || field.kind === 'list') {
    const sortable = spec.fields.filter((candidate) => candidate.kind !== 'list');
    return err(failure('E_FILTER', `cannot sort by "${sort.field}"; fields: ${fieldNames(sortable)}`));
  }
  const fingerprint = listFingerprint(spec.table, scope, query);
  const key = sortExpression(field);
  const order = sort.descending ? 'DESC' : 'ASC';
  let after: Where = { sql: '', params: [] };
  if (query.cursor !== undefined) {
    const position = cursors.decode(fingerprint, query.cursor);
    if (!position.ok) return position;
    after = {
      sql: `(${key},id,cluster,tenant)${sort.descending ? '<' : '>'}(?,?,?,?)`,
      params: position.value,
    };
  }
  const rows = both([where.value, after]);
  const limit = Math.min(Math.max(query.limit, 1), LIMIT_MAX);
  return ok({
    fingerprint,
    limit,
    statements: [
      {
        // Sorts rows by their keys alone and fetches the records of one page after: documents are never sorted.
        sql: `SELECT t.doc,s.k,s.id,s.cluster,s.tenant FROM (
            SELECT rowid AS r,${key} AS k,id,cluster,tenant FROM ${spec.table} WHERE ${rows.sql}
            ORDER BY ${key} ${order},id ${order},cluster ${order},tenant ${order} LIMIT ?
          ) AS s CROSS JOIN ${spec.table} AS t ON t.rowid=s.r
          ORDER BY s.k ${order},s.id ${order},s.cluster ${order},s.tenant ${order}`,
        params: [...rows.params, limit + 1],
      },
      { sql: `SELECT count(*) FROM ${spec.table} WHERE ${where.value.sql}`, params: where.value.params },
    ],
  });
}

/** The position of a row of a page. */
export const positionOf = (row: Cells): (string | number)[] =>
  row.slice(1).map((cell) => (typeof cell === 'number' ? cell : String(cell)));

/** Plans counts by one field, or by several joined with commas. */
export function planCount<T>(
  spec: NounSpec<T>,
  scope: Scope,
  field: string,
  query: Query,
): Result<Statement, StoreFailure> {
  const where = queryWhere(spec, scope, query);
  if (!where.ok) return where;
  const columns: string[] = [];
  for (const name of field.split(',')) {
    const known = spec.fields.find((candidate) => candidate.name === name && candidate.kind !== 'list');
    if (known === undefined) {
      const countable = spec.fields.filter((candidate) => candidate.kind !== 'list');
      return err(failure('E_FILTER', `cannot count by "${name}"; fields: ${fieldNames(countable)}`));
    }
    columns.push(columnOf(known.name));
  }
  return ok({
    sql: `SELECT count(*),${columns.join(',')} FROM ${spec.table} WHERE ${where.value.sql}
      GROUP BY ${columns.join(',')} ORDER BY 1 DESC LIMIT ${GROUPS_MAX + 1}`,
    params: where.value.params,
  });
}

/** Rows of a count, the count first. */
export const countsOf = (rows: readonly Cells[]): Counts =>
  CountMap.of(rows.map((row) => [row.slice(1), Number(row[0])]));
