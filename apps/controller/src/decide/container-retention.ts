// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type Container, exactly, ok, type Result, systemScope, tenantScope } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../ports.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
}

/** How long a container is kept in the inventory after it ended. */
export const CONTAINER_KEPT_MS = 30 * 24 * 3600_000;
const PAGE = 1000;
/** A round ends after that many pages, each of which walks the whole table: what is left is for the next. */
const PAGES_MAX = 2;

/** Removes containers that ended long ago: a machine that builds leaves thousands a day. Their workloads stay. */
export class ContainerRetention {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One round; how many containers were removed. */
  async sweep(): Promise<Result<number, ApiFailure>> {
    const { store, clock } = this.#parts;
    const before = String(clock.nowMs() - CONTAINER_KEPT_MS);
    let removed = 0;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await store.containers.list(systemScope('retention of containers'), {
        filter: [
          exactly('state', 'exited'),
          { field: 'endedAtMs', operator: 'less-than', values: [before], negated: false },
        ],
        limit: PAGE,
      });
      if (!page.ok) return page;
      const gone = await this.#remove(page.value.items);
      if (!gone.ok) return gone;
      removed += gone.value;
      if (page.value.next === undefined) break;
    }
    return ok(removed);
  }

  async #remove(containers: readonly Container[]): Promise<Result<number, ApiFailure>> {
    let removed = 0;
    const owners = Map.groupBy(containers, ({ cluster, tenant }) => `${cluster}\n${tenant}`);
    for (const [owner, items] of owners) {
      const [cluster = '', tenant = ''] = owner.split('\n');
      const ids = items.map(({ id }) => id);
      const gone = await this.#parts.store.containers.remove(tenantScope(cluster, tenant), ids);
      if (!gone.ok) return gone;
      removed += gone.value;
    }
    return ok(removed);
  }
}
