// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, type Package, type PageOf, type Query, type Scope } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type {
  AdvisoryChange,
  ListName,
  PackageKey,
  PackageRepository,
  PackageSpread,
  PlacedPackage,
  Stored,
} from '../ports.ts';
import { type CursorDesk, listFingerprint } from '../sqlite/cursor.ts';
import { numberOf, parseDocument, type Statement } from '../sqlite/database.ts';
import { planList, positionOf } from '../sqlite/entity-list.ts';
import type { NounSpec } from '../sqlite/fields.ts';
import { both, type Where } from '../sqlite/filter.ts';
import { scopeWhere } from '../sqlite/scope.ts';
import type { IndexAnswer, IndexRequest } from '../workers/protocol.ts';
import { type ListLane, unpackJson } from './list-lane.ts';
import { listNameOf } from './list-name.ts';
import { joinName } from './plan-put.ts';

/** How the thread that holds the index is asked. */
export interface IndexAccess {
  readonly ask: <T>(request: IndexRequest) => Stored<T>;
}

/** The table of distinct packages, as lists see it. Rows are only ever made by `planPut`. */
export const PACKAGE_KEYS: NounSpec<PackageKey> = {
  table: 'package_keys',
  visibility: 'both',
  owner: () => ({ cluster: '', tenant: '' }),
  id: (item) => item.purl,
  fields: [
    { name: 'name', kind: 'text', read: (item) => item.name },
    { name: 'version', kind: 'text', read: (item) => item.version },
    { name: 'ecosystem', kind: 'text', read: (item) => item.ecosystem },
    { name: 'purl', kind: 'text', read: (item) => item.purl },
    { name: 'sourceName', kind: 'text', read: (item) => item.sourceName },
    { name: 'architecture', kind: 'text', read: (item) => item.architecture },
  ],
  words: (item) => [item.name, item.version, item.purl],
  defaultSort: { field: 'name', descending: false },
};

const LIMIT_MAX = 1000;

/** Package lists from the side of the packages. */
export class SqlitePackages implements PackageRepository {
  readonly #core: CoreAccess;
  readonly #cursors: CursorDesk;
  readonly #index: IndexAccess;
  readonly #lane: ListLane;

  constructor(core: CoreAccess, cursors: CursorDesk, index: IndexAccess, lane: ListLane) {
    this.#core = core;
    this.#cursors = cursors;
    this.#index = index;
    this.#lane = lane;
  }

  async list(scope: Scope, query: Query): Stored<PageOf<PackageSpread>> {
    const plan = planList(PACKAGE_KEYS, scope, query, this.#cursors);
    if (!plan.ok) return plan;
    const found = await this.#core.search(plan.value.statements);
    if (!found.ok) return found;
    const [rows = [], counts = []] = found.value;
    const shown = rows.slice(0, plan.value.limit);
    const spread = await this.#index.ask<readonly Omit<PackageSpread, 'key'>[]>({
      op: 'spread',
      keys: shown.map((row) => numberOf(row[2])),
    });
    if (!spread.ok) return spread;
    const items = shown.map(
      (row, place): PackageSpread => ({
        key: parseDocument<PackageKey>(row[0]),
        images: spread.value[place]?.images ?? 0,
        workloads: spread.value[place]?.workloads ?? 0,
      }),
    );
    const page = { items, total: numberOf(counts[0]?.[0]) };
    const last = shown.at(-1);
    if (rows.length <= plan.value.limit || last === undefined) return ok(page);
    return ok({ ...page, next: this.#cursors.encode(plan.value.fingerprint, positionOf(last)) });
  }

  async places(
    scope: Scope,
    purl: string,
    page: Pick<Query, 'limit' | 'cursor'>,
  ): Stored<PageOf<PlacedPackage>> {
    const fingerprint = listFingerprint(`places:${purl}`, scope, { filter: [], limit: 0 });
    const start = page.cursor === undefined ? ok([0]) : this.#cursors.decode(fingerprint, page.cursor);
    if (!start.ok) return start;
    const after = Number(start.value[0] ?? 0);
    const hits = await this.#index.ask<
      readonly { readonly list: number; readonly sets: readonly number[] }[]
    >({
      op: 'sets-with',
      keys: keysOf(both([scopeWhere(scope), purlWhere(purl)])),
    });
    if (!hits.ok) return hits;
    const limit = Math.min(Math.max(page.limit, 1), LIMIT_MAX);
    const rest = hits.value.filter(({ list }) => list > after);
    const shown = rest.slice(0, limit);
    const placed = await this.#place(shown, purl);
    if (!placed.ok) return placed;
    const last = shown.at(-1);
    const whole = { items: placed.value, total: hits.value.length };
    if (rest.length <= limit || last === undefined) return ok(whole);
    return ok({ ...whole, next: this.#cursors.encode(fingerprint, [last.list]) });
  }

  async affected(scope: Scope, { packages, ecosystems }: AdvisoryChange): Stored<readonly ListName[]> {
    const groups = await this.#index.ask<readonly IndexAnswer[]>({
      op: 'lists-with',
      keys: keysOf(both([scopeWhere(scope), changeWhere(packages, ecosystems)])),
    });
    return groups.ok ? ok(groups.value.flatMap(listNamesOf)) : groups;
  }

  indexBytes(_scope: Scope): Stored<number> {
    return this.#index.ask<number>({ op: 'index-bytes' });
  }

  collect(_scope: Scope): Stored<{ readonly packages: number; readonly sets: number }> {
    // No list may be stored meanwhile: it could come to need what is about to go.
    return this.#lane.run(async () => {
      const found = await this.#index.ask<{ sets: readonly number[]; keys: readonly number[] }>({
        op: 'orphans',
      });
      if (!found.ok) return found;
      const { sets, keys } = found.value;
      const gone = { packages: keys.length, sets: sets.length };
      if (sets.length === 0) return ok(gone);
      const written = await this.#core.write([
        { sql: 'DELETE FROM package_keys WHERE id=?', rows: keys.map((id) => [id]) },
        { sql: 'DELETE FROM package_sets WHERE id=?', rows: sets.map((id) => [id]) },
      ]);
      return written.ok ? ok(gone) : written;
    });
  }

  async #place(
    hits: readonly { readonly list: number; readonly sets: readonly number[] }[],
    purl: string,
  ): Stored<PlacedPackage[]> {
    const found = await this.#core.search([
      byIds('id,cluster,tenant,subject,of_image', 'package_lists', [...hits.map(({ list }) => list)]),
      byIds('id,doc', 'package_sets', [...new Set(hits.flatMap(({ sets }) => sets))]),
    ]);
    if (!found.ok) return found;
    const [lists = [], sets = []] = found.value;
    const names = new Map(lists.map(([id, ...rest]) => [numberOf(id), listNameOf([...rest])]));
    const inSet = new Map(
      sets.map(([id, doc]) => [
        numberOf(id),
        unpackJson<Package[]>(doc).find((item) => isOfPurl(item.purl, purl)),
      ]),
    );
    return ok(
      hits.flatMap((hit): PlacedPackage[] => {
        const name = names.get(hit.list);
        const item = hit.sets.map((set) => inSet.get(set)).find((one) => one !== undefined);
        return name === undefined || item === undefined ? [] : [{ ...name, package: item }];
      }),
    );
  }
}

const keysOf = (where: Where): Statement => ({
  sql: `SELECT id FROM package_keys WHERE ${where.sql}`,
  params: where.params,
});

const byIds = (columns: string, table: string, ids: readonly number[]): Statement => ({
  sql: `SELECT ${columns} FROM ${table} WHERE id IN (SELECT value FROM json_each(?))`,
  params: [JSON.stringify(ids)],
});

function listNamesOf({ cluster, tenant, ofImage, subjects }: IndexAnswer): ListName[] {
  const of = ofImage ? 'image' : 'workload';
  const all: string[] = JSON.parse(subjects);
  return all.map((subject) => ({ cluster, tenant, of, subject }));
}

/** A package URL without its qualifiers. */
const bareOf = (purl: string): string => purl.split(/[?#]/u)[0] ?? '';
const escapeLike = (text: string): string => text.replaceAll(/[\\%_]/gu, (char) => `\\${char}`);

/** Whether a package URL is the one asked for: with its version where one was given, and its qualifiers where some were. */
function isOfPurl(found: string, asked: string): boolean {
  const [one, other] = [found.toLowerCase(), asked.toLowerCase()];
  return one === other || bareOf(one) === other || one.startsWith(`${other}@`);
}

function purlWhere(purl: string): Where {
  const like = escapeLike(purl);
  return {
    sql: "f_purl=? OR f_purl LIKE ? ESCAPE '\\' OR f_purl LIKE ? ESCAPE '\\'",
    params: [purl, `${like}@%`, `${like}?%`],
  };
}

/** Packages a change may be about. `join_source` is indexed where there is one, so the query has to say so. */
function changeWhere(packages: AdvisoryChange['packages'], ecosystems: readonly string[]): Where {
  const pairs = JSON.stringify(packages.map(({ ecosystem, name }) => [ecosystem, joinName(name)]));
  const byName = (column: string, more = ''): string =>
    `SELECT k.id FROM json_each(?) AS j CROSS JOIN package_keys AS k
      ON k.${column}=json_extract(j.value,'$[1]') AND k.f_ecosystem=json_extract(j.value,'$[0]')${more}`;
  const parts = [byName('join_name'), byName('join_source', " AND k.join_source<>''")];
  const params = [pairs, pairs];
  if (ecosystems.length > 0) {
    parts.push('SELECT id FROM package_keys WHERE f_ecosystem IN (SELECT value FROM json_each(?))');
    params.push(JSON.stringify(ecosystems));
  }
  return { sql: `id IN (${parts.join(' UNION ')})`, params };
}
