// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { PathTable } from '@bartizan/scan';

const digestOf = ({ hashes, places, owners }: PathTable): string =>
  createHash('sha256')
    .update(new Uint8Array(hashes.buffer, hashes.byteOffset, hashes.byteLength))
    .update(new Uint8Array(places.buffer, places.byteOffset, places.byteLength))
    .update(JSON.stringify(owners))
    .digest('base64');

/** Keeps one table for all containers whose file systems hold the same packages: most come from few images. */
export class TablePool {
  readonly #known = new Map<string, WeakRef<PathTable>>();

  /**
   * The table that everybody uses for this content. It has memory of its own: what came from another process lies in the
   * message that brought it, which would stay whole, with all reports in it.
   */
  share(table: PathTable): PathTable {
    const digest = digestOf(table);
    const known = this.#known.get(digest)?.deref();
    if (known) return known;
    for (const [key, reference] of this.#known) if (!reference.deref()) this.#known.delete(key);
    const own = { ...table, hashes: table.hashes.slice(), places: table.places.slice() };
    this.#known.set(digest, new WeakRef(own));
    return own;
  }
}
