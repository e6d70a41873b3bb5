// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  err,
  failure,
  ok,
  type Package,
  type PageOf,
  type Query,
  type Result,
  type Scope,
} from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import { type ListLane, unpackJson } from '../package-lists/list-lane.ts';
import { listNameOf } from '../package-lists/list-name.ts';
import { idsOf } from '../package-lists/package-index.ts';
import { type ListHead, packJson } from '../package-lists/plan-put.ts';
import type { ListName, ListState, ScanRecord, ScanRepository, Stored, StoreFailure } from '../ports.ts';
import { type CursorDesk, listFingerprint } from './cursor.ts';
import { numberOf, textOf } from './database.ts';
import { fieldNames } from './fields.ts';
import { both } from './filter.ts';
import { PACKAGE_FIELDS, packageFilter } from './package-filter.ts';
import { scopeWhere } from './scope.ts';

/** Who owns what the product stores for itself. */
const NOBODY = { cluster: '', tenant: '' };

const LIST = 'sets,doc,of_image,matched_with,matched_at_ms';
const NAME = 'cluster,tenant,subject,of_image';

/** Package lists, one of each workload and image. They are kept by layer and package, and read as a whole for matching. */
export class SqliteScans implements ScanRepository {
  readonly #core: CoreAccess;
  readonly #cursors: CursorDesk;
  readonly #lane: ListLane;

  constructor(core: CoreAccess, cursors: CursorDesk, lane: ListLane) {
    this.#core = core;
    this.#cursors = cursors;
    this.#lane = lane;
  }

  put(scope: Scope, scan: ScanRecord): Stored<void> {
    return this.#lane.put(scope.kind === 'tenant' ? scope : NOBODY, scan);
  }

  async ofWorkload(scope: Scope, workload: string): Stored<ScanRecord | undefined> {
    const where = this.#where(scope, workload);
    const rows = this.#core.read(
      `SELECT ${LIST} FROM package_lists WHERE ${where.sql} LIMIT 1`,
      where.params,
    );
    if (!rows.ok) return rows;
    const [row] = rows.value;
    if (row === undefined) return ok(undefined);
    const packages = this.#packagesOf(idsOf(row[0]));
    if (!packages.ok) return packages;
    const { uses, ...head } = unpackJson<ListHead>(row[1]);
    for (const [place, use] of uses) {
      const found = packages.value[place];
      if (found !== undefined) packages.value[place] = { ...found, use };
    }
    return ok({
      ...head,
      packages: packages.value,
      ...(numberOf(row[2]) === 1 ? { of: 'image' as const } : {}),
      matchedWith: textOf(row[3]),
      ...(row[4] === null ? {} : { matchedAtMs: numberOf(row[4]) }),
    });
  }

  async workloads(scope: Scope): Stored<readonly string[]> {
    const where = both([{ sql: 'of_image=0', params: [] }, scopeWhere(scope)]);
    const rows = this.#core.read(
      `SELECT DISTINCT subject FROM package_lists WHERE ${where.sql} ORDER BY subject`,
      where.params,
    );
    return rows.ok ? ok(rows.value.map((row) => textOf(row[0]))) : rows;
  }

  async countPackages(scope: Scope): Stored<number> {
    const where = both([{ sql: 'of_image=0', params: [] }, scopeWhere(scope)]);
    const rows = this.#core.read(
      `SELECT sum(package_count) FROM package_lists WHERE ${where.sql}`,
      where.params,
    );
    return rows.ok ? ok(numberOf(rows.value[0]?.[0])) : rows;
  }

  async states(scope: Scope, subjects: readonly string[]): Stored<readonly ListState[]> {
    const where = both([
      { sql: 'subject IN (SELECT value FROM json_each(?))', params: [JSON.stringify(subjects)] },
      scopeWhere(scope),
    ]);
    const rows = this.#core.read(
      `SELECT ${NAME},matched_with,matched_at_ms,scanned_at_ms,package_count FROM package_lists
        WHERE ${where.sql}`,
      where.params,
    );
    if (!rows.ok) return rows;
    return ok(
      rows.value.map((row) => ({
        ...listNameOf(row),
        matchedWith: textOf(row[4]),
        ...(row[5] === null ? {} : { matchedAtMs: numberOf(row[5]) }),
        scannedAtMs: numberOf(row[6]),
        packages: numberOf(row[7]),
      })),
    );
  }

  async markMatched(
    scope: Scope,
    workload: string,
    mark: Parameters<ScanRepository['markMatched']>[2],
  ): Stored<boolean> {
    const where = this.#where(scope, workload);
    const rows = this.#core.read(`SELECT id,doc FROM package_lists WHERE ${where.sql} LIMIT 1`, where.params);
    if (!rows.ok) return rows;
    const [row] = rows.value;
    if (row === undefined) return ok(false);
    const head = unpackJson<ListHead>(row[1]);
    if (mark.scan !== undefined && mark.scan !== head.scan) return ok(false);
    const doc = packJson({ ...head, ...(mark.coverage === undefined ? {} : { coverage: mark.coverage }) });
    // A list that is replaced gets another id: a newer one is never marked with what was said of an older one.
    const written = await this.#core.write([
      {
        sql: 'UPDATE package_lists SET matched_with=?,matched_at_ms=?,doc=? WHERE id=?',
        rows: [[mark.matchedWith, mark.atMs, doc, numberOf(row[0])]],
      },
    ]);
    return written.ok ? ok((written.value[0]?.changes ?? 0) > 0) : written;
  }

  async carryMatched(scope: Scope, mark: Parameters<ScanRepository['carryMatched']>[1]): Stored<number> {
    const but = JSON.stringify(mark.but.map(({ cluster, tenant, subject }) => [cluster, tenant, subject]));
    const where = both([
      { sql: 'matched_with=?', params: [mark.from] },
      {
        sql: `id NOT IN (SELECT l.id FROM json_each(?) AS j CROSS JOIN package_lists AS l
          ON l.cluster=json_extract(j.value,'$[0]') AND l.tenant=json_extract(j.value,'$[1]')
          AND l.subject=json_extract(j.value,'$[2]'))`,
        params: [but],
      },
      scopeWhere(scope),
    ]);
    const written = await this.#core.write([
      {
        sql: `UPDATE package_lists SET matched_with=?,matched_at_ms=? WHERE ${where.sql}`,
        rows: [[mark.to, mark.atMs, ...where.params]],
      },
    ]);
    return written.ok ? ok(written.value[0]?.changes ?? 0) : written;
  }

  async unmatched(scope: Scope, digest: string): Stored<readonly ListName[]> {
    const where = both([{ sql: 'matched_with<>?', params: [digest] }, scopeWhere(scope)]);
    const found = await this.#core.search([
      {
        sql: `SELECT ${NAME} FROM package_lists WHERE ${where.sql} ORDER BY scanned_at_ms DESC,id DESC`,
        params: where.params,
      },
    ]);
    return found.ok ? ok((found.value[0] ?? []).map(listNameOf)) : found;
  }

  remove(scope: Scope, workload: string): Stored<void> {
    return this.#lane.run(async () => {
      const where = this.#where(scope, workload);
      const written = await this.#core.write([
        { sql: `DELETE FROM package_lists WHERE ${where.sql}`, rows: [where.params] },
      ]);
      return written.ok ? ok(undefined) : written;
    });
  }

  async listPackages(scope: Scope, workload: string, query: Query): Stored<PageOf<Package>> {
    const accepts = packageFilter(query.filter);
    if (typeof accepts === 'string') return err(failure('E_FILTER', accepts));
    const sort = query.sort ?? { field: 'name', descending: false };
    const key = PACKAGE_FIELDS.find((field) => field.name === sort.field);
    if (key === undefined) {
      return err(
        failure('E_FILTER', `cannot sort by "${sort.field}"; fields: ${fieldNames(PACKAGE_FIELDS)}`),
      );
    }
    const scan = await this.ofWorkload(scope, workload);
    if (!scan.ok) return scan;
    const fingerprint = listFingerprint(`packages:${workload}:${scan.value?.scan ?? ''}`, scope, query);
    const start = query.cursor === undefined ? ok([0]) : this.#cursors.decode(fingerprint, query.cursor);
    if (!start.ok) return start;
    const sign = sort.descending ? -1 : 1;
    const order = (item: Package): string => `${String(key.read(item) ?? '')}\u0000${item.purl}`;
    const matching = (scan.value?.packages ?? [])
      .filter(accepts)
      .sort((left, right) => sign * (order(left) < order(right) ? -1 : order(left) > order(right) ? 1 : 0));
    const from = Number(start.value[0] ?? 0);
    const items = matching.slice(from, from + query.limit);
    const end = from + items.length;
    const page = { items, total: matching.length };
    return ok(end >= matching.length ? page : { ...page, next: this.#cursors.encode(fingerprint, [end]) });
  }

  /** The packages of sets, in the order of the sets. */
  #packagesOf(sets: Uint32Array): Result<Package[], StoreFailure> {
    const rows = this.#core.read(
      'SELECT id,doc FROM package_sets WHERE id IN (SELECT value FROM json_each(?))',
      [JSON.stringify([...sets])],
    );
    if (!rows.ok) return rows;
    const docs = new Map(rows.value.map(([id, doc]) => [numberOf(id), doc]));
    return ok([...sets].flatMap((id) => (docs.has(id) ? unpackJson<Package[]>(docs.get(id)) : [])));
  }

  #where(scope: Scope, workload: string) {
    return both([{ sql: 'subject=?', params: [workload] }, scopeWhere(scope)]);
  }
}
