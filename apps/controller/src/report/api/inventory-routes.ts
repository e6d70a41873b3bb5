// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EntityRepository, Store } from '@bartizan/adapters/store';
import {
  exactly,
  type ListQuery,
  ok,
  PACKAGE_USES,
  type Package,
  type PackageUse,
  type Result,
  type Scope,
} from '@bartizan/contracts';
import type { ApiFailure, Clock, NodeNews, UsesOf } from '../../ports.ts';
import { collectPages, pageBody, toQuery } from './list-query.ts';
import { withNodeIds } from './node-terms.ts';
import { answers, refuse, reply } from './route-handler.ts';
import { countsAsText } from './terms.ts';
import type { WorkloadSummaries } from './workload-summaries.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly summaries: WorkloadSummaries;
  readonly usesOf: UsesOf;
  readonly news: NodeNews;
}

const CONTAINERS_MAX = 1000;

/** What exists: clusters, nodes, workloads, containers. */
export const inventoryHandlers = (parts: Parts) => ({
  'cluster.list': answers('cluster.list', async ({ scope }) => {
    const page = await parts.store.clusters.list(scope, { filter: [], limit: 1000 });
    return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
  }),
  'node.list': answers('node.list', async ({ scope, query }) => {
    const wanted = toQuery(query);
    if (!wanted.ok) return wanted;
    const page = await parts.store.nodes.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = page.value.items.map((node) => parts.news.newest(node));
    return reply(pageBody({ ...page.value, items }, parts.clock.nowMs()));
  }),
  'node.show': answers('node.show', async ({ scope, params }) => {
    const found = await parts.store.nodes.get(scope, params.id);
    if (!found.ok) return found;
    if (found.value === undefined) return refuse('E_NOT_FOUND', `there is no node ${params.id}`);
    return reply(parts.news.newest(found.value));
  }),
  'workload.list': answers('workload.list', async ({ scope, query }) => {
    const wanted = await withNodeIds(parts.store, scope, toQuery(query));
    if (!wanted.ok) return wanted;
    const page = await parts.store.workloads.list(scope, wanted.value);
    if (!page.ok) return page;
    const items = await parts.summaries.of(scope, page.value.items);
    return items.ok ? reply(pageBody({ ...page.value, items: items.value }, parts.clock.nowMs())) : items;
  }),
  'workload.show': answers('workload.show', ({ scope, params }) => showWorkload(parts, scope, params.id)),
  'container.list': answers('container.list', ({ scope, query }) =>
    listOf(parts, parts.store.containers, scope, query),
  ),
  'container.show': answers('container.show', ({ scope, params }) =>
    oneOf(parts.store.containers, scope, params.id, 'container'),
  ),
});

async function listOf<T>(parts: Parts, repository: EntityRepository<T>, scope: Scope, query: ListQuery) {
  const wanted = await withNodeIds(parts.store, scope, toQuery(query));
  if (!wanted.ok) return wanted;
  const page = await repository.list(scope, wanted.value);
  return page.ok ? reply(pageBody(page.value, parts.clock.nowMs())) : page;
}

async function oneOf<T>(repository: EntityRepository<T>, scope: Scope, id: string, what: string) {
  const found = await repository.get(scope, id);
  if (!found.ok) return found;
  return found.value === undefined ? refuse('E_NOT_FOUND', `there is no ${what} ${id}`) : reply(found.value);
}

async function showWorkload(parts: Parts, scope: Scope, id: string) {
  const found = await parts.store.workloads.get(scope, id);
  if (!found.ok) return found;
  if (found.value === undefined) return refuse('E_NOT_FOUND', `there is no workload ${id}`);
  const summary = await parts.summaries.of(scope, [found.value]);
  if (!summary.ok) return summary;
  const [first] = summary.value;
  if (first === undefined) return refuse('E_NOT_FOUND', `there is no workload ${id}`);
  const containers = await containersOf(parts, scope, id);
  if (!containers.ok) return containers;
  const scan = await parts.store.scans.ofWorkload(scope, id);
  if (!scan.ok) return scan;
  const uses = await parts.usesOf(scope, id);
  if (!uses.ok) return uses;
  return reply({
    ...first,
    containers: containers.value,
    coverage: scan.value?.coverage ?? [],
    incomplete: scan.value?.incomplete ?? [],
    ...(scan.value === undefined ? {} : { packageUse: useCounts(scan.value.packages, uses.value) }),
  });
}

/** Packages by use; those of which nothing is known are counted as such. */
const useCounts = (
  packages: readonly Package[],
  uses: ReadonlyMap<string, PackageUse>,
): Readonly<Record<string, string>> =>
  countsAsText(
    [...PACKAGE_USES, 'unknown'].map((state) => [
      state,
      packages.filter(({ purl }) => (uses.get(purl)?.state ?? 'unknown') === state).length,
    ]),
  );

type Containers = Parts['store']['containers'];
type ContainerItem = Containers extends EntityRepository<infer T> ? T : never;

async function containersOf(
  parts: Parts,
  scope: Scope,
  workload: string,
): Promise<Result<readonly ContainerItem[], ApiFailure>> {
  const all = await collectPages(
    (query) => parts.store.containers.list(scope, query),
    { filter: [exactly('workload', workload)], limit: CONTAINERS_MAX },
    CONTAINERS_MAX,
  );
  if (!all.ok) return all;
  const rank = (container: ContainerItem) => (container.state === 'running' ? 0 : 1);
  return ok([...all.value.items].sort((left, right) => rank(left) - rank(right)));
}
