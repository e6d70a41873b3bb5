// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import type { Metrics } from '@bartizan/adapters/telemetry';
import type { AdvisoryDesk, AgentDirectory, Clock, IngestCounters } from '../ports.ts';
import type { LiveHub } from './live/hub.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly agents: AgentDirectory;
  readonly advisories: AdvisoryDesk;
  readonly counters: IngestCounters;
  readonly live: LiveHub;
  readonly version: string;
}

/** Counter values already given to the registry, which only knows how to add. */
const given = new WeakMap<Metrics, { records: number; rejected: number; lost: number }>();

/** Brings the registry up to date and writes it in the Prometheus text format. */
export function exposeMetrics(parts: Parts): ReturnType<Metrics['expose']> {
  const { metrics, counters, store, clock } = parts;
  const before = given.get(metrics) ?? { records: 0, rejected: 0, lost: 0 };
  metrics.set('bartizan_build_info', 1, { version: parts.version, node_version: process.versions.node });
  metrics.set('bartizan_agents_connected', parts.agents.connected());
  metrics.set('bartizan_live_subscribers', parts.live.counts().open);
  metrics.set('bartizan_store_size_bytes', store.state().sizeBytes);
  metrics.set('bartizan_store_writable', store.state().state === 'ok' ? 1 : 0);
  const builtAtMs = parts.advisories.status().builtAtMs;
  if (builtAtMs !== undefined)
    metrics.set('bartizan_advisories_age_seconds', (clock.nowMs() - builtAtMs) / 1000);
  given.set(metrics, {
    records: counters.recordsTotal,
    rejected: counters.rejectedTotal,
    lost: counters.lostTotal,
  });
  metrics.count('bartizan_ingest_records_total', { stream: 'all' }, counters.recordsTotal - before.records);
  metrics.count(
    'bartizan_ingest_rejected_total',
    { stream: 'all' },
    counters.rejectedTotal - before.rejected,
  );
  metrics.count('bartizan_ingest_lost_total', { stream: 'all' }, counters.lostTotal - before.lost);
  return metrics.expose();
}
