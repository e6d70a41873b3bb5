// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, ok, type Result, type Scope } from '@bartizan/contracts';
import { LIVE_STATES } from '../live-states.ts';
import type { ApiFailure } from '../ports.ts';

const PAGE = 1000;

/** The containers of a workload that run. */
export async function runningContainers(
  store: Store,
  scope: Scope,
  workload: string,
): Promise<Result<ReadonlySet<string>, ApiFailure>> {
  const running = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await store.containers.list(scope, {
      filter: [exactly('workload', workload), exactly('state', ...LIVE_STATES)],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!page.ok) return page;
    for (const { id } of page.value.items) running.add(id);
    cursor = page.value.next;
  } while (cursor !== undefined);
  return ok(running);
}
