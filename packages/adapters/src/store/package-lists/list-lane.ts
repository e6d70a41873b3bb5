// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { zstdDecompressSync } from 'node:zlib';
import { ok } from '@bartizan/contracts';
import type { CoreAccess } from '../access.ts';
import type { ScanRecord, Stored } from '../ports.ts';
import { numberOf } from '../sqlite/database.ts';
import { type ListIds, planPut } from './plan-put.ts';

/** No document that we wrote is larger: a list has at most 100,000 packages. */
const DOCUMENT_BYTES_MAX = 512 * 1024 ** 2;

/** A document that we compressed ourselves. */
export function unpackJson<T>(blob: unknown): T {
  const bytes = blob instanceof Uint8Array ? blob : new Uint8Array(0);
  return JSON.parse(zstdDecompressSync(bytes, { maxOutputLength: DOCUMENT_BYTES_MAX }).toString());
}

/** Where lists are stored one after the other: an id is made once, and a set that is found stays until it is named. */
export class ListLane {
  readonly #core: CoreAccess;
  #last: Promise<unknown> = Promise.resolve();
  readonly #next = new Map<string, number>();

  constructor(core: CoreAccess) {
    this.#core = core;
  }

  /** Runs work while nothing else is stored or collected. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Stores a list in place of the one before. */
  put(owner: { readonly cluster: string; readonly tenant: string }, scan: ScanRecord): Stored<void> {
    return this.run(async () => {
      const written = await this.#core.write(planPut(owner, scan, this.#ids()));
      return written.ok ? ok(undefined) : written;
    });
  }

  #ids(): ListIds {
    return {
      find: (table, { cluster, tenant }, digest) => {
        const rows = this.#core.read(`SELECT id FROM ${table} WHERE cluster=? AND tenant=? AND digest=?`, [
          cluster,
          tenant,
          digest,
        ]);
        const row = rows.ok ? rows.value[0] : undefined;
        return row === undefined ? undefined : numberOf(row[0]);
      },
      make: (table) => {
        const id = this.#next.get(table) ?? this.#greatest(table) + 1;
        this.#next.set(table, id + 1);
        return id;
      },
    };
  }

  #greatest(table: string): number {
    const rows = this.#core.read(`SELECT max(id) FROM ${table}`, []);
    return rows.ok ? numberOf(rows.value[0]?.[0]) : 0;
  }
}
