// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One metric of the closed list: the only ones that exist, so that docs, dashboards and alerts can be checked. */
export interface MetricSpec {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the base unit of the name. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Every metric of the controller. Base units (seconds, bytes); counters end in _total. No label is unbounded. */
export const METRICS = [
  {
    name: 'bartizan_build_info',
    kind: 'gauge',
    help: 'Always 1; the version is a label',
    labels: ['version', 'node_version'],
  },
  {
    name: 'bartizan_http_requests_total',
    kind: 'counter',
    help: 'Answered API requests',
    labels: ['route', 'method', 'status'],
  },
  {
    name: 'bartizan_http_request_duration_seconds',
    kind: 'histogram',
    help: 'Time until an API request was answered; live streams are not measured',
    labels: ['route'],
    buckets: SECONDS,
  },
  {
    name: 'bartizan_live_subscribers',
    kind: 'gauge',
    help: 'Open live streams of browsers and CLIs',
    labels: [],
  },
  { name: 'bartizan_agents_connected', kind: 'gauge', help: 'Agents with an open stream', labels: [] },
  {
    name: 'bartizan_ingest_records_total',
    kind: 'counter',
    help: 'Records stored',
    labels: ['stream'],
  },
  {
    name: 'bartizan_ingest_rejected_total',
    kind: 'counter',
    help: 'Records refused as invalid',
    labels: ['stream'],
  },
  {
    name: 'bartizan_ingest_lost_total',
    kind: 'counter',
    help: 'Records that agents reported as lost or shed',
    labels: ['stream'],
  },
  {
    name: 'bartizan_ingest_duplicates_total',
    kind: 'counter',
    help: 'Events that were stored already',
    labels: ['stream'],
  },
  { name: 'bartizan_store_size_bytes', kind: 'gauge', help: 'Size of the store on disk', labels: [] },
  {
    name: 'bartizan_store_writable',
    kind: 'gauge',
    help: '1 when the store accepts writes, 0 when the disk is full or the store failed',
    labels: [],
  },
  {
    name: 'bartizan_store_oldest_event_timestamp_seconds',
    kind: 'gauge',
    help: 'Receive time of the oldest event kept; absent while there is none',
    labels: [],
  },
  {
    name: 'bartizan_findings_open',
    kind: 'gauge',
    help: 'Open findings',
    labels: ['severity'],
  },
  {
    name: 'bartizan_security_events_total',
    kind: 'counter',
    help: 'Security events received',
    labels: ['severity'],
  },
  {
    name: 'bartizan_advisories_age_seconds',
    kind: 'gauge',
    help: 'Age of the advisory pack; absent while there is none',
    labels: [],
  },
  {
    name: 'bartizan_logins_total',
    kind: 'counter',
    help: 'Sign-in attempts',
    labels: ['outcome'],
  },
  {
    name: 'bartizan_audit_records_total',
    kind: 'counter',
    help: 'Audit records appended since the store was made',
    labels: [],
  },
  {
    name: 'bartizan_certificate_expiry_timestamp_seconds',
    kind: 'gauge',
    help: 'End of the certificate that the HTTPS port and the agent port use',
    labels: [],
  },
] as const satisfies readonly MetricSpec[];

/** Name of a metric. */
export type MetricName = (typeof METRICS)[number]['name'];
