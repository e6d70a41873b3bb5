// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import type { Store } from '@bartizan/adapters/store';
import type { MetricName, Metrics } from '@bartizan/adapters/telemetry';
import { SEVERITIES, systemScope } from '@bartizan/contracts';
import type { AdvisoryDesk, AgentDirectory, Change, Clock, IngestCounters } from '../ports.ts';
import type { Answered } from './http/server.ts';
import type { LiveHub } from './live/hub.ts';
import type { OpenFindings } from './open-findings.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly agents: AgentDirectory;
  readonly advisories: AdvisoryDesk;
  readonly counters: IngestCounters;
  readonly live: LiveHub;
  readonly findings: OpenFindings;
  readonly version: string;
  /** The certificate in use. */
  readonly chainPem: string;
}

const SCOPE = systemScope('metrics');

/** Counter values already given to the registry, which only knows how to add. */
const given = new WeakMap<Metrics, Map<MetricName, number>>();

/** Brings a counter up to a total that is kept elsewhere. */
function raise(metrics: Metrics, name: MetricName, total: number, labels: Readonly<Record<string, string>>) {
  const before = given.get(metrics) ?? new Map<MetricName, number>();
  given.set(metrics, before);
  metrics.count(name, labels, Math.max(0, total - (before.get(name) ?? 0)));
  before.set(name, Math.max(total, before.get(name) ?? 0));
}

/** Counts a request of the API, and a sign-in by how it ended. */
export function countAnswered(metrics: Metrics, { route, method, status, elapsedMs }: Answered): void {
  metrics.count('bartizan_http_requests_total', { route, method, status });
  // A stream is answered when it ends: its time says nothing about answers.
  if (route !== 'live.stream')
    metrics.observe('bartizan_http_request_duration_seconds', elapsedMs / 1000, { route });
  if (route === 'session.create')
    metrics.count('bartizan_logins_total', {
      outcome: status < 400 ? 'success' : status < 500 ? 'refused' : 'failed',
    });
}

/** Counts a security event that is told for the first time. */
export function countChange(metrics: Metrics, { topic, data }: Change): void {
  if (topic !== 'security' || typeof data !== 'object' || data === null) return;
  const told: unknown = Reflect.get(data, 'severity');
  const severity = SEVERITIES.find((one) => one === told);
  if (severity !== undefined) metrics.count('bartizan_security_events_total', { severity });
}

/** What the store is asked for; where it does not answer, nothing is said. */
async function readStore({ store, metrics, findings }: Pick<Parts, 'store' | 'metrics' | 'findings'>) {
  const records = await store.audit.count(SCOPE);
  if (records.ok) raise(metrics, 'bartizan_audit_records_total', records.value, {});
  const open = await findings.counts();
  for (const severity of SEVERITIES)
    metrics.set('bartizan_findings_open', open && (open.get(severity) ?? 0), { severity });
}

/** Brings the registry up to date and writes it in the Prometheus text format. */
export async function exposeMetrics(parts: Parts): ReturnType<Metrics['expose']> {
  const { metrics, counters, store, clock } = parts;
  const { sizeBytes, state, oldestEventAtMs } = store.state();
  const { builtAtMs } = parts.advisories.status();
  const seconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000);
  metrics.set('bartizan_build_info', 1, { version: parts.version, node_version: process.versions.node });
  metrics.set('bartizan_agents_connected', parts.agents.connected());
  metrics.set('bartizan_live_subscribers', parts.live.counts().open);
  metrics.set('bartizan_store_size_bytes', sizeBytes);
  metrics.set('bartizan_store_writable', state === 'ok' ? 1 : 0);
  metrics.set('bartizan_store_oldest_event_timestamp_seconds', seconds(oldestEventAtMs));
  metrics.set(
    'bartizan_advisories_age_seconds',
    builtAtMs === undefined ? undefined : seconds(clock.nowMs() - builtAtMs),
  );
  const { validToDate } = new X509Certificate(parts.chainPem);
  metrics.set('bartizan_certificate_expiry_timestamp_seconds', seconds(validToDate.getTime()));
  const all = { stream: 'all' };
  raise(metrics, 'bartizan_ingest_records_total', counters.recordsTotal, all);
  raise(metrics, 'bartizan_ingest_rejected_total', counters.rejectedTotal, all);
  raise(metrics, 'bartizan_ingest_lost_total', counters.lostTotal, all);
  raise(metrics, 'bartizan_ingest_duplicates_total', counters.duplicatesTotal, all);
  await readStore(parts);
  return metrics.expose();
}
