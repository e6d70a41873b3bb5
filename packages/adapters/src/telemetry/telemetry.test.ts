// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { createLogger, createMetrics, METRICS } from './index.ts';

const CANARY = 'canary-4f9a1c77';

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  const log = createLogger({
    name: 'test',
    level: 'trace',
    destination: { write: (line: string) => lines.push(line) },
  });
  write(log);
  return lines.join('');
}

describe('the log', () => {
  it('writes one JSON object a line with level, time and message', () => {
    const line: unknown = JSON.parse(logged((log) => log.info({ node: 'n-1' }, 'an agent joined')));
    expect(line).toMatchObject({ level: 'info', name: 'test', node: 'n-1', msg: 'an agent joined' });
  });

  it.each([
    'password',
    'token',
    'authorization',
    'cookie',
    'secret',
    'passphrase',
    'dataKey',
    'keyPem',
    'set-cookie',
  ])('never shows a field called %s, at any depth it looks at', (name) => {
    const text = logged((log) => {
      log.info({ [name]: CANARY }, 'top');
      log.info({ request: { headers: { [name]: CANARY } } }, 'deep');
      log.info({ a: { b: { c: { [name]: CANARY } } } }, 'deeper');
    });
    expect(text).not.toContain(CANARY);
    expect(text).toContain('[redacted]');
  });

  it.each([`bzk_${CANARY}00000000`, `Bearer ${CANARY}`, `bzl_${CANARY}`, `bzj_id_${CANARY}`])(
    'takes credentials out of running text and errors: %s',
    (credential) => {
      const text = logged((log) => {
        log.warn(`refused ${credential}`);
        log.error({ err: new Error(`broken by ${credential}`) }, `it was ${credential}`);
      });
      expect(text).not.toContain(CANARY);
    },
  );
});

describe('the metrics', () => {
  it('have lower-case names with our prefix, a help text, and base units', () => {
    for (const spec of METRICS) {
      expect(spec.name).toMatch(/^bartizan_[a-z_]+$/);
      expect(spec.help.length).toBeGreaterThan(5);
      if (spec.kind === 'counter') expect(spec.name).toMatch(/_total$/);
      else expect(spec.name).not.toMatch(/_total$/);
      if (spec.kind === 'histogram') expect(spec.name).toMatch(/_(seconds|bytes)$/);
      expect(spec.name).not.toMatch(/_(ms|milliseconds|kb|mb)(_|$)/);
    }
    expect(new Set(METRICS.map((spec) => spec.name)).size).toBe(METRICS.length);
  });

  it('are exposed in the Prometheus text format', async () => {
    const metrics = createMetrics();
    metrics.count('bartizan_ingest_records_total', { stream: 'flow' }, 3);
    metrics.set('bartizan_agents_connected', 2);
    metrics.observe('bartizan_http_request_duration_seconds', 0.004, { route: 'node.list' });
    const { contentType, text } = await metrics.expose();
    expect(contentType).toContain('text/plain');
    expect(text).toContain('bartizan_ingest_records_total{stream="flow"} 3');
    expect(text).toContain('bartizan_agents_connected 2');
    expect(text).toContain('bartizan_http_request_duration_seconds_bucket{le="0.005",route="node.list"} 1');
  });

  it('have no value that nobody gave, and none that is not known any more', async () => {
    const metrics = createMetrics();
    const samples = async () => (await metrics.expose()).text.match(/^bartizan_agents_connected .*$/mu)?.[0];
    expect(await samples()).toBeUndefined();
    metrics.set('bartizan_agents_connected', 0);
    expect(await samples()).toBe('bartizan_agents_connected 0');
    metrics.set('bartizan_agents_connected', undefined);
    expect(await samples()).toBeUndefined();
  });

  it('refuse a metric used as another kind, as a bug', () => {
    expect(() => createMetrics().set('bartizan_ingest_records_total', 1)).toThrow(/not a gauge/);
  });
});
