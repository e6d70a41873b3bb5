// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  exactly,
  type Image,
  ok,
  type Result,
  type Scope,
  systemScope,
  tenantScope,
} from '@bartizan/contracts';
import { LIVE_STATES } from '../live-states.ts';
import type { ApiFailure, Clock, Log } from '../ports.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

/** How long an image is kept that no registry lists and no node runs any more. */
export const IMAGE_KEPT_MS = 30 * 24 * 3600_000;
const PAGE = 200;
const FINDINGS_PAGE = 1000;

/** Removes images that nobody has seen for long, with their lists and findings, and packages that no list has any more. */
export class ImageRetention {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** One round; how many images were removed. */
  async sweep(): Promise<Result<number, ApiFailure>> {
    const { store, clock, log } = this.#parts;
    const scope = systemScope('retention of images');
    const before = clock.nowMs() - IMAGE_KEPT_MS;
    const page = await store.images.list(scope, {
      filter: [{ field: 'lastSeenAtMs', operator: 'less-than', values: [String(before)], negated: false }],
      sort: { field: 'lastSeenAtMs', descending: false },
      limit: PAGE,
    });
    if (!page.ok) return page;
    let removed = 0;
    for (const image of page.value.items) {
      const gone = await this.#removeUnused(image);
      if (!gone.ok) return gone;
      removed += gone.value ? 1 : 0;
    }
    const collected = await store.packages.collect(scope);
    if (!collected.ok) return collected;
    if (removed > 0)
      log.info({ images: removed, ...collected.value }, 'images that nobody sees were removed');
    return ok(removed);
  }

  async #removeUnused(image: Image): Promise<Result<boolean, ApiFailure>> {
    const { store, clock } = this.#parts;
    const scope = tenantScope(image.cluster, image.tenant);
    const used = await this.#isUsed(scope, image);
    if (!used.ok) return used;
    if (used.value) {
      const kept = await store.images.put(scope, [{ ...image, lastSeenAtMs: clock.nowMs() }]);
      return kept.ok ? ok(false) : kept;
    }
    for (;;) {
      const found = await store.findings.list(scope, {
        filter: [exactly('workload', image.digest)],
        limit: FINDINGS_PAGE,
      });
      if (!found.ok) return found;
      if (found.value.items.length === 0) break;
      const gone = await store.findings.remove(
        scope,
        found.value.items.map(({ id }) => id),
      );
      if (!gone.ok) return gone;
    }
    const list = await store.scans.remove(scope, image.digest);
    if (!list.ok) return list;
    const record = await store.images.remove(scope, [image.digest]);
    return record.ok ? ok(true) : record;
  }

  /** Whether a workload uses it now: then it is never removed, however long ago it was told of. */
  async #isUsed(scope: Scope, { digest, usedBy }: Image): Promise<Result<boolean, ApiFailure>> {
    const { store } = this.#parts;
    if (usedBy.length === 0) return ok(false);
    const live = await store.containers.list(scope, {
      filter: [exactly('imageDigest', digest), exactly('state', ...LIVE_STATES)],
      limit: 1,
    });
    if (!live.ok || live.value.items.length > 0) return live.ok ? ok(true) : live;
    for (const id of usedBy) {
      const workload = await store.workloads.get(scope, id);
      if (!workload.ok) return workload;
      const { running = 0, imageDigest } = workload.value ?? {};
      if (running > 0 && imageDigest === digest) return ok(true);
    }
    return ok(false);
  }
}
