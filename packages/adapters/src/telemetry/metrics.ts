// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { invariant } from '@bartizan/contracts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { METRICS, type MetricName, type MetricSpec } from './metric-list.ts';

export type MetricLabels = Readonly<Record<string, string | number>>;

/** The metrics of one process. Names are the closed list; a wrong kind or label is a bug. */
export interface Metrics {
  /** Adds to a counter. */
  count(name: MetricName, labels?: MetricLabels, amount?: number): void;
  /** Sets a gauge; undefined: its value is not known, and no sample is written, for zero would be a false one. */
  set(name: MetricName, value: number | undefined, labels?: MetricLabels): void;
  /** Observes a value of a histogram, in the base unit of its name. */
  observe(name: MetricName, value: number, labels?: MetricLabels): void;
  /** Everything in the Prometheus text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

function build(spec: MetricSpec, registry: Registry): Counter | Gauge | Histogram {
  const base = { name: spec.name, help: spec.help, labelNames: [...spec.labels], registers: [registry] };
  switch (spec.kind) {
    case 'counter':
      return new Counter(base);
    case 'gauge':
      return unset(new Gauge(base));
    case 'histogram':
      return new Histogram({ ...base, buckets: [...(spec.buckets ?? [])] });
  }
}

/** A gauge without labels begins at zero, which nobody said. */
function unset(gauge: Gauge): Gauge {
  gauge.remove({});
  return gauge;
}

/** Makes the registry. `withProcess` adds CPU, memory and event-loop metrics of Node (bartizan_process_*, bartizan_nodejs_*). */
export function createMetrics(options: { readonly withProcess?: boolean } = {}): Metrics {
  const registry = new Registry();
  const all = new Map<string, Counter | Gauge | Histogram>(
    METRICS.map((spec) => [spec.name, build(spec, registry)]),
  );
  if (options.withProcess === true) collectDefaultMetrics({ register: registry, prefix: 'bartizan_' });
  return {
    count: (name, labels = {}, amount = 1) => {
      const metric = all.get(name);
      invariant(metric instanceof Counter, `${name} is not a counter`);
      metric.inc({ ...labels }, amount);
    },
    set: (name, value, labels = {}) => {
      const metric = all.get(name);
      invariant(metric instanceof Gauge, `${name} is not a gauge`);
      if (value === undefined) metric.remove({ ...labels });
      else metric.set({ ...labels }, value);
    },
    observe: (name, value, labels = {}) => {
      const metric = all.get(name);
      invariant(metric instanceof Histogram, `${name} is not a histogram`);
      metric.observe({ ...labels }, value);
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
