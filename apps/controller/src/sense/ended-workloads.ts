// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, ok, type Query, type Result, type Scope, type Workload } from '@bartizan/contracts';
import { LIVE_STATES } from '../live-states.ts';
import type { ApiFailure } from '../ports.ts';
import type { Turnstile } from '../turnstile.ts';

interface Parts {
  readonly store: Store;
  /** Passed by every writer of workloads. */
  readonly workloadTurnstile: Turnstile;
  /** Whether the cluster itself tells how many of a workload run. */
  readonly isWatched: (workload: string) => boolean;
}
/** Where something may have ended. */
interface Place {
  readonly scope: Scope;
  readonly node: string;
  /** Workloads with a container that runs there. */
  readonly live: ReadonlySet<string>;
}

const PAGE = 1000;

/**
 * An agent tells of workloads that run. One whose last container ended while the agent was away is told of no more, and
 * would run for ever: whatever has no container there, nor elsewhere, has ended. Gives the ids of these.
 */
export function endWorkloads(parts: Parts, place: Place): Promise<Result<readonly string[], ApiFailure>> {
  const { store, workloadTurnstile } = parts;
  const { scope, node } = place;
  const said: Query = {
    filter: [
      exactly('node', node),
      { field: 'running', operator: 'greater-than', values: ['0'], negated: false },
    ],
    limit: PAGE,
  };
  return workloadTurnstile.run(async () => {
    const gone: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.workloads.list(scope, {
        ...said,
        ...(cursor === undefined ? {} : { cursor }),
      });
      if (!page.ok) return page;
      const ended: Workload[] = [];
      for (const workload of page.value.items) {
        const runs = await doesRun(parts, place, workload);
        if (!runs.ok) return runs;
        if (!runs.value) ended.push({ ...workload, running: 0 });
      }
      const saved = await store.workloads.put(scope, ended);
      if (!saved.ok) return saved;
      gone.push(...ended.map(({ id }) => id));
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(gone);
  });
}

async function doesRun(
  { store, isWatched }: Parts,
  { scope, live }: Place,
  { id, kind, nodes }: Workload,
): Promise<Result<boolean, ApiFailure>> {
  if (kind === 'Host' || live.has(id) || isWatched(id)) return ok(true);
  // Containers of one name on several machines are one workload.
  if (nodes.length < 2) return ok(false);
  const elsewhere = await store.containers.list(scope, {
    filter: [exactly('workload', id), exactly('state', ...LIVE_STATES)],
    limit: 1,
  });
  return elsewhere.ok ? ok(elsewhere.value.items.length > 0) : elsewhere;
}
