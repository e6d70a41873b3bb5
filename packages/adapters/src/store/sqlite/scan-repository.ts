// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  err,
  type Filter,
  failure,
  ok,
  type Package,
  type PageOf,
  type Query,
  type Scope,
} from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { ScanRecord, ScanRepository, Stored } from '../ports.ts';
import { type CursorDesk, listFingerprint } from './cursor.ts';
import { numberOf, parseDocument, textOf } from './database.ts';
import { type Field, fieldNames, foldText } from './fields.ts';
import { both } from './filter.ts';
import { scopeWhere } from './scope.ts';

const PACKAGE_FIELDS: readonly Field<Package>[] = [
  { name: 'name', kind: 'text', read: (item) => item.name },
  { name: 'version', kind: 'text', read: (item) => item.version },
  { name: 'ecosystem', kind: 'text', read: (item) => item.ecosystem },
  { name: 'purl', kind: 'text', read: (item) => item.purl },
  { name: 'cataloger', kind: 'text', read: (item) => item.cataloger },
  { name: 'sourceName', kind: 'text', read: (item) => item.sourceName },
  { name: 'architecture', kind: 'text', read: (item) => item.architecture },
  { name: 'ownedBy', kind: 'text', read: (item) => item.ownedBy },
];

/** Package lists, one record a workload: they are always read as a whole for matching. */
export class SqliteScans implements ScanRepository {
  readonly #core: CoreAccess;
  readonly #cursors: CursorDesk;

  constructor(core: CoreAccess, cursors: CursorDesk) {
    this.#core = core;
    this.#cursors = cursors;
  }

  async put(scope: Scope, scan: ScanRecord): Stored<void> {
    const owner = scope.kind === 'tenant' ? [scope.cluster, scope.tenant] : ['', ''];
    const { matchedWith, ...rest } = scan;
    const written = await this.#core.write([
      {
        sql: `INSERT INTO scans(cluster,tenant,workload,matched_with,doc,package_count) VALUES(?,?,?,?,?,?)
          ON CONFLICT(cluster,tenant,workload) DO UPDATE SET matched_with=excluded.matched_with, doc=excluded.doc,
          package_count=excluded.package_count`,
        rows: [[...owner, scan.workload, matchedWith, JSON.stringify(rest), scan.packages.length]],
      },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async ofWorkload(scope: Scope, workload: string): Stored<ScanRecord | undefined> {
    const where = this.#where(scope, workload);
    const rows = this.#core.read(
      `SELECT doc,matched_with FROM scans WHERE ${where.sql} LIMIT 1`,
      where.params,
    );
    if (!rows.ok) return rows;
    const row = rows.value[0];
    if (row === undefined) return ok(undefined);
    return ok({ ...parseDocument<Omit<ScanRecord, 'matchedWith'>>(row[0]), matchedWith: textOf(row[1]) });
  }

  async workloads(scope: Scope): Stored<readonly string[]> {
    const where = both([scopeWhere(scope)]);
    const rows = this.#core.read(
      `SELECT DISTINCT workload FROM scans WHERE ${where.sql} ORDER BY workload`,
      where.params,
    );
    return rows.ok ? ok(rows.value.map((row) => textOf(row[0]))) : rows;
  }

  async countPackages(scope: Scope): Stored<number> {
    const where = both([scopeWhere(scope)]);
    const rows = this.#core.read(`SELECT sum(package_count) FROM scans WHERE ${where.sql}`, where.params);
    return rows.ok ? ok(numberOf(rows.value[0]?.[0])) : rows;
  }

  async markMatched(scope: Scope, workload: string, digest: string): Stored<void> {
    const where = this.#where(scope, workload);
    const written = await this.#core.write([
      { sql: `UPDATE scans SET matched_with=? WHERE ${where.sql}`, rows: [[digest, ...where.params]] },
    ]);
    return written.ok ? ok(undefined) : written;
  }

  async remove(scope: Scope, workload: string): Stored<void> {
    const where = this.#where(scope, workload);
    const written = await this.#core.write([
      { sql: `DELETE FROM scans WHERE ${where.sql}`, rows: [where.params] },
    ]);
    return written.ok ? ok(undefined) : written;
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

  #where(scope: Scope, workload: string) {
    return both([{ sql: 'workload=?', params: [workload] }, scopeWhere(scope)]);
  }
}

const glob = (pattern: string): ((text: string) => boolean) => {
  const parts = foldText(pattern).split('*');
  return (text) => {
    const folded = foldText(text);
    if (parts.length === 1) return folded === parts[0];
    let at = 0;
    for (const [index, part] of parts.entries()) {
      const found = index === parts.length - 1 ? folded.length - part.length : folded.indexOf(part, at);
      if (found < at || (index === 0 && found !== 0) || !folded.startsWith(part, found)) return false;
      at = found + part.length;
    }
    return true;
  };
};

/** The filter as a predicate, or why it is refused. */
function packageFilter(filter: Filter): ((item: Package) => boolean) | string {
  const tests: ((item: Package) => boolean)[] = [];
  for (const term of filter) {
    const field = PACKAGE_FIELDS.find((candidate) => candidate.name === term.field);
    if (term.field !== '' && field === undefined) {
      return `unknown field "${term.field.slice(0, 64)}"; known fields: ${fieldNames(PACKAGE_FIELDS)}`;
    }
    if (term.operator !== 'in') return `${term.field}: only numbers can be compared with > and <`;
    const patterns = term.values.map((value) => glob(field === undefined ? `*${value}*` : value));
    const read = (item: Package): string =>
      field === undefined ? [item.name, item.version, item.purl].join(' ') : String(field.read(item) ?? '');
    tests.push((item) => patterns.some((matches) => matches(read(item))) !== term.negated);
  }
  return (item) => tests.every((test) => test(item));
}
