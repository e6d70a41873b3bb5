// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { SEVERITIES, type Severity } from '@bartizan/contracts';
import { layoutMap } from '@bartizan/engine';
import type { Clock } from '../../ports.ts';
import { collectPages, toQuery } from './list-query.ts';
import { withNodeIds } from './node-terms.ts';
import { answers, reply } from './route-handler.ts';
import { DAY_MS } from './terms.ts';
import type { WorkloadSummaries } from './workload-summaries.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly summaries: WorkloadSummaries;
}

const WORKLOADS_MAX = 20_000;
/** Connections between two ends that one map is made of: what the store folds at most. */
const FLOWS_MAX = 10_000;
const GROUPS_MAX = 200;

/** The worst severity with an open finding. */
const worstOf = (counts: Readonly<Record<string, string>>): Severity | undefined =>
  SEVERITIES.find((severity) => Number(counts[severity] ?? 0) > 0);

/** The network map. */
export const mapHandlers = (parts: Parts, flowsMax = FLOWS_MAX) => ({
  'map.show': answers('map.show', async ({ scope, query }) => {
    const nowMs = parts.clock.nowMs();
    const asked = toQuery({ ...(query.filter === undefined ? {} : { filter: query.filter }) });
    const wanted = await withNodeIds(parts.store, scope, asked);
    if (!wanted.ok) return wanted;
    const workloads = await collectPages(
      (page) => parts.store.workloads.list(scope, page),
      wanted.value,
      WORKLOADS_MAX,
    );
    if (!workloads.ok) return workloads;
    const summaries = await parts.summaries.of(scope, workloads.value.items);
    if (!summaries.ok) return summaries;
    const fold = (fromMs: number, toMs: number) =>
      parts.store.events.foldFlows(scope, { filter: [], limit: flowsMax, fromMs, toMs });
    const flows = await fold(query.from ?? nowMs - DAY_MS, query.to ?? nowMs);
    if (!flows.ok) return flows;
    const { otherFrom, otherTo } = query;
    const other =
      otherFrom === undefined || otherTo === undefined ? undefined : await fold(otherFrom, otherTo);
    if (other?.ok === false) return other;
    const isCut = [flows, other].some((folded) => folded !== undefined && folded.value.length >= flowsMax);
    const expand = (query.expand ?? '')
      .split(',')
      .filter((id) => id !== '')
      .slice(0, GROUPS_MAX);
    const drawn = layoutMap({
      workloads: summaries.value.map(({ workload, openFindings }) => {
        const worstSeverity = worstOf(openFindings);
        return {
          id: workload.id,
          kind: workload.kind,
          namespace: workload.namespace,
          name: workload.name,
          ...(worstSeverity === undefined ? {} : { worstSeverity }),
        };
      }),
      flows: flows.value,
      ...(other === undefined ? {} : { otherFlows: other.value }),
      expand,
    });
    return reply({
      nodes: drawn.nodes.slice(0, 2000),
      edges: drawn.edges.slice(0, 10_000),
      workloads: drawn.workloads,
      ...(isCut ? { isCut } : {}),
      asOfMs: nowMs,
    });
  }),
});
