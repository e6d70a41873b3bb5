// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { ok, type Result } from '@bartizan/contracts/result';
import { fromForeign } from '../failure.ts';
import { PackageIndex } from '../package-lists/package-index.ts';
import type { StoreFailure } from '../ports.ts';
import { SliceReader } from '../slices/slice-reader.ts';
import { verifyChain } from '../sqlite/audit-chain.ts';
import { Database, numberOf, type Statement, textOf } from '../sqlite/database.ts';
import type { IndexAnswer, ReaderData, ReaderRequest } from './protocol.ts';

const NAMES = `SELECT cluster,tenant,subject,of_image FROM package_lists
  WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id DESC`;

/** Searches that may take long, over core.db and all slices. */
export class ReaderDesk {
  readonly #data: ReaderData;
  readonly #core: Database;
  readonly #packages: PackageIndex;
  readonly #slices: SliceReader;

  constructor(data: ReaderData) {
    this.#data = data;
    this.#core = new Database(join(data.dataDir, 'core.db'), { readOnly: true, cacheBytes: 16 << 20 });
    this.#packages = new PackageIndex(this.#core);
    this.#slices = new SliceReader(join(data.dataDir, 'slices'));
  }

  answer(request: ReaderRequest): Result<unknown, StoreFailure> {
    try {
      switch (request.op) {
        case 'search':
          return ok(request.statements.map((statement) => this.#core.rows(statement.sql, statement.params)));
        case 'lists-with':
          return ok(this.#namesOf(this.#packages.listsWith(this.#keysOf(request.keys))));
        case 'sets-with':
          return ok(this.#packages.setsWith(this.#keysOf(request.keys)));
        case 'spread':
          return ok(this.#packages.spreadOf(request.keys));
        case 'index-bytes':
          return ok(this.#packages.measure());
        case 'orphans':
          return ok(this.#packages.orphans());
        case 'page':
          return ok(this.#slices.page(request));
        case 'group':
          return ok(this.#slices.groups(request));
        case 'first':
          return ok(this.#slices.first(request.stream, request.sql, request.params));
        case 'forget':
          return ok(this.#slices.forget());
        case 'verify':
          return ok(
            verifyChain(
              this.#core,
              request.auditKey === undefined ? undefined : Buffer.from(request.auditKey),
            ),
          );
      }
    } catch (error) {
      return fromForeign(error, this.#data.dataDir);
    }
  }

  close(): void {
    this.#slices.close();
    this.#core.close();
  }

  #keysOf({ sql, params }: Statement): number[] {
    return this.#core.rows(sql, params).map((row) => numberOf(row[0]));
  }

  /** Names of lists, newest first, as one text for each owner: 100,000 rows would take longer to cross than to find. */
  #namesOf(lists: readonly number[]): IndexAnswer[] {
    const groups = new Map<string, { owner: Omit<IndexAnswer, 'subjects'>; subjects: string[] }>();
    for (const [cluster, tenant, subject, ofImage] of this.#core.rows(NAMES, [JSON.stringify(lists)])) {
      const key = `${textOf(cluster)}\n${textOf(tenant)}\n${numberOf(ofImage)}`;
      const group = groups.get(key) ?? {
        owner: { cluster: textOf(cluster), tenant: textOf(tenant), ofImage: numberOf(ofImage) === 1 },
        subjects: [],
      };
      group.subjects.push(textOf(subject));
      groups.set(key, group);
    }
    return [...groups.values()].map(({ owner, subjects }) => ({
      ...owner,
      subjects: JSON.stringify(subjects),
    }));
  }
}
