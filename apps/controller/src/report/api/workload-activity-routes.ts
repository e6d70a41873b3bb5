// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type AgentEvent,
  type Container,
  exactly,
  ok,
  type Query,
  type Result,
  type Scope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock, UsesOf } from '../../ports.ts';
import { collectPages, cutPage, pageBody, slicePage, toQuery } from './list-query.ts';
import { foldProcesses, isProcessEvent } from './process-rows.ts';
import { answers, refuse, reply } from './route-handler.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly usesOf: UsesOf;
}

/** Newest process events that are folded into rows; older ones are left to the event list. */
const EVENTS_FOLDED_MAX = 20_000;

/** What a workload does: processes, connections, packages. */
export const workloadActivityHandlers = (parts: Parts, foldedMax = EVENTS_FOLDED_MAX) => ({
  'workload.processes': answers('workload.processes', async ({ scope, params, query }) => {
    const wanted = await ownQuery(parts, scope, params.id, toQuery(query));
    if (!wanted.ok) return wanted;
    const { cursor: _cursor, sort: _sort, ...whole } = wanted.value;
    const events = await collectPages(
      (page) => parts.store.events.list(scope, 'process', page),
      whole,
      foldedMax,
    );
    if (!events.ok) return events;
    const alive = await runningContainers(parts, scope, params.id);
    if (!alive.ok) return alive;
    const rows = foldProcesses(events.value.items.filter(isProcessEvent)).map((row) => ({
      ...row,
      running: row.running && (row.container === undefined || alive.value.has(row.container)),
    }));
    const page = slicePage(rows, wanted.value);
    return page.ok ? reply(cutPage(pageBody(page.value, parts.clock.nowMs()), events.value)) : page;
  }),
  'workload.connections': answers('workload.connections', async ({ scope, params, query }) => {
    const wanted = await ownQuery(parts, scope, params.id, toQuery(query));
    if (!wanted.ok) return wanted;
    const page = await parts.store.events.list(scope, 'flow', wanted.value);
    if (!page.ok) return page;
    return reply(pageBody({ ...page.value, items: page.value.items.filter(isFlow) }, parts.clock.nowMs()));
  }),
  'workload.packages': answers('workload.packages', async ({ scope, params, query }) => {
    const known = await parts.store.workloads.get(scope, params.id);
    if (!known.ok) return known;
    if (known.value === undefined) return refuse('E_NOT_FOUND', `there is no workload ${params.id}`);
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.scans.listPackages(scope, params.id, wanted.value);
    if (!page.ok) return page;
    const uses = await parts.usesOf(scope, params.id);
    if (!uses.ok) return uses;
    const items = page.value.items.map((item) => {
      const use = uses.value.get(item.purl);
      return use === undefined ? item : { ...item, use };
    });
    return reply(pageBody({ ...page.value, items }, parts.clock.nowMs()));
  }),
});

const isFlow = (event: AgentEvent): event is Extract<AgentEvent, { kind: 'flow' }> => event.kind === 'flow';

/** The query, narrowed to one workload that the caller may see. */
async function ownQuery(
  parts: Parts,
  scope: Scope,
  workload: string,
  query: Result<Query, ApiFailure>,
): Promise<Result<Query, ApiFailure>> {
  if (!query.ok) return query;
  const known = await parts.store.workloads.get(scope, workload);
  if (!known.ok) return known;
  if (known.value === undefined) return refuse('E_NOT_FOUND', `there is no workload ${workload}`);
  return ok({ ...query.value, filter: [...query.value.filter, exactly('workload', workload)] });
}

async function runningContainers(
  parts: Parts,
  scope: Scope,
  workload: string,
): Promise<Result<ReadonlySet<string>, ApiFailure>> {
  const containers = await collectPages<Container>(
    (page) => parts.store.containers.list(scope, page),
    { filter: [exactly('workload', workload)], limit: 1000 },
    10_000,
  );
  if (!containers.ok) return containers;
  return ok(new Set(containers.value.items.filter(isAlive).map((container) => container.id)));
}

const isAlive = (container: Container): boolean =>
  container.state !== 'exited' && container.state !== 'unknown';
