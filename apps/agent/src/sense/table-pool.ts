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

  /** The table that everybody uses for this content; `table` itself when it is the first. */
  share(table: PathTable): PathTable {
    const digest = digestOf(table);
    const known = this.#known.get(digest)?.deref();
    if (known) return known;
    for (const [key, reference] of this.#known) if (!reference.deref()) this.#known.delete(key);
    this.#known.set(digest, new WeakRef(table));
    return table;
  }
}
