// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  cutText,
  exactly,
  type NodeCondition,
  ok,
  type ResponseOf,
  type Result,
  type Scope,
  SEVERITIES,
} from '@bartizan/contracts';
import type { AuditLogDesk } from '../../audit-log-ports.ts';
import type {
  AdvisoryDesk,
  ApiFailure,
  Clock,
  ClusterStatus,
  IngestCounters,
  NodeNews,
} from '../../ports.ts';
import { auditLogConditions } from './audit-log-conditions.ts';
import { answers, reply } from './route-handler.ts';
import { conditionsOf } from './system-conditions.ts';
import { countsAsText, DAY_MS } from './terms.ts';

type Status = ResponseOf<'system.status'>;
interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly advisories: AdvisoryDesk;
  readonly counters: IngestCounters;
  readonly cluster: () => ClusterStatus;
  readonly auditLog: Pick<AuditLogDesk, 'status'>;
  readonly news: NodeNews;
  readonly version: string;
  readonly instance: string;
  readonly startedAtMs: number;
  readonly retention: Readonly<Record<string, { readonly days: number; readonly maxBytes: number }>>;
}

const ONE = { filter: [], limit: 1 };
const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

async function countsOf(
  { store, clock }: Parts,
  scope: Scope,
): Promise<Result<Status['counts'], ApiFailure>> {
  const nodes = await store.nodes.countBy(scope, 'state', ONE);
  if (!nodes.ok) return nodes;
  const workloads = await store.workloads.countBy(scope, 'kind', ONE);
  if (!workloads.ok) return workloads;
  const containers = await store.containers.countBy(scope, 'state', ONE);
  if (!containers.ok) return containers;
  const findings = await store.findings.countBy(scope, 'severity', {
    ...ONE,
    filter: [exactly('state', 'open'), exactly('counted', 'true')],
  });
  if (!findings.ok) return findings;
  const events = await store.events.countBy(scope, 'security', 'severity', {
    ...ONE,
    fromMs: clock.nowMs() - DAY_MS,
  });
  if (!events.ok) return events;
  const packages = await store.scans.countPackages(scope);
  if (!packages.ok) return packages;
  return ok({
    nodes: sum(nodes.value),
    workloads: sum(workloads.value),
    containersRunning: containers.value.get('running') ?? 0,
    packages: packages.value,
    openFindings: countsAsText(SEVERITIES.map((severity) => [severity, findings.value.get(severity) ?? 0])),
    events24h: sum(events.value),
  });
}

const stateOf = (conditions: readonly NodeCondition[]): Status['state'] => {
  if (conditions.some((condition) => condition.severity === 'error')) return 'failed';
  return conditions.some((condition) => condition.severity === 'warning') ? 'limited' : 'ready';
};

/** The state of the installation: counts, conditions, advisories, store, ingest. */
export const systemHandlers = (parts: Parts) => ({
  'system.status': answers('system.status', async ({ scope }) => {
    const counts = await countsOf(parts, scope);
    if (!counts.ok) return counts;
    const nodes = await parts.store.nodes.list(scope, { filter: [], limit: 1000 });
    if (!nodes.ok) return nodes;
    const store = parts.store.state();
    const advisories = parts.advisories.status();
    const activity = parts.advisories.activity();
    const conditions = conditionsOf({
      store,
      advisories,
      activity,
      nodes: nodes.value.items.map((node) => parts.news.newest(node)),
      counters: parts.counters,
      cluster: parts.cluster(),
      auditLog: auditLogConditions(parts.auditLog.status(), parts.clock.nowMs()),
    });
    const scans = await parts.store.scans.workloads(scope);
    if (!scans.ok) return scans;
    return reply({
      version: parts.version,
      instance: parts.instance,
      startedAtMs: parts.startedAtMs,
      state: stateOf(conditions),
      conditions,
      counts: counts.value,
      advisories,
      store: {
        state: store.state,
        sizeBytes: store.sizeBytes,
        ...(store.reason === undefined ? {} : { reason: cutText(store.reason, 512) }),
        ...(store.oldestEventAtMs === undefined ? {} : { oldestEventAtMs: store.oldestEventAtMs }),
        retention: Object.entries(parts.retention).map(([stream, { days, maxBytes }]) => ({
          stream,
          days,
          maxBytes,
        })),
      },
      ingest: {
        recordsTotal: parts.counters.recordsTotal,
        rejectedTotal: parts.counters.rejectedTotal,
        lostTotal: parts.counters.lostTotal,
      },
      kubernetes: parts.cluster(),
      firstScanDone: await firstScanDone(parts.store, scope, scans.value),
    });
  }),
});

/** Whether the package list of a host was judged, or cannot be for want of advisories. */
async function firstScanDone(store: Store, scope: Scope, workloads: readonly string[]): Promise<boolean> {
  for (const id of workloads) {
    const scan = await store.scans.ofWorkload(scope, id);
    if (scan.ok && scan.value?.container === undefined && scan.value?.matchedWith !== '') return true;
  }
  return false;
}
