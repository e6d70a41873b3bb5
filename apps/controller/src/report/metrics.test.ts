// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { X509Certificate } from 'node:crypto';
import { METRICS } from '@bartizan/adapters/telemetry';
import { DEFAULT_TENANT, LOCAL_CLUSTER, SEVERITIES, tenantScope } from '@bartizan/contracts';
import { aFinding, aSecurityEvent, good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ApiStage,
  buildApiStage,
  FIRST_PASSWORD,
  LOCAL_ROOT,
  stageCertificate,
} from '../testing/api-stage.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);

let test: TestStore;
let stage: ApiStage;
beforeEach(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock);
});
afterEach(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

/** Samples of a scrape by name, labels among them. */
async function scraped(): Promise<ReadonlyMap<string, number>> {
  const { status, text } = await stage.ask({ path: '/metrics', token: LOCAL_ROOT });
  expect(status).toBe(200);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}
const signIn = (password: string) =>
  stage.ask({ method: 'POST', path: 'session', body: { name: 'admin', password } });
const valuesOf = (samples: ReadonlyMap<string, number>, name: string): number[] =>
  [...samples]
    .filter(([sample]) => new RegExp(`^${name}(?:_count)?(?:\\{|$)`, 'u').test(sample))
    .map(([, value]) => value);

describe('/metrics', () => {
  it('has no value for what is not known', async () => {
    const samples = await scraped();
    expect(valuesOf(samples, 'bartizan_advisories_age_seconds')).toEqual([]);
    expect(valuesOf(samples, 'bartizan_store_oldest_event_timestamp_seconds')).toEqual([]);
    expect(valuesOf(samples, 'bartizan_logins_total')).toEqual([]);
    expect(valuesOf(samples, 'bartizan_security_events_total')).toEqual([]);
  });

  it('counts sign-ins, requests, events, findings and audit records', async () => {
    await signIn('wrong');
    await signIn(FIRST_PASSWORD);
    await signIn(FIRST_PASSWORD);
    good(await test.store.findings.put(SCOPE, [aFinding({ id: 'f-1', severity: 'critical' })]));
    stage.report.publish({ topic: 'security', ...OWNER, data: aSecurityEvent(1, { severity: 'high' }) });
    stage.report.publish({ topic: 'node', ...OWNER, data: { severity: 'high' } });
    const first = await scraped();
    expect(first.get('bartizan_logins_total{outcome="success"}')).toBe(2);
    expect(first.get('bartizan_logins_total{outcome="refused"}')).toBe(1);
    const route = 'route="session.create",method="POST"';
    expect(first.get(`bartizan_http_requests_total{${route},status="200"}`)).toBe(2);
    expect(first.get('bartizan_http_request_duration_seconds_count{route="session.create"}')).toBe(3);
    expect(first.get('bartizan_security_events_total{severity="high"}')).toBe(1);
    expect(first.get('bartizan_findings_open{severity="critical"}')).toBe(1);
    expect(first.get('bartizan_findings_open{severity="low"}')).toBe(0);
    const audited = first.get('bartizan_audit_records_total') ?? 0;
    expect(audited).toBeGreaterThanOrEqual(3);
    await signIn('wrong');
    good(await test.store.findings.remove(SCOPE, ['f-1']));
    test.clock.value += 60_000;
    const second = await scraped();
    expect(second.get('bartizan_audit_records_total')).toBe(audited + 1);
    expect(second.get('bartizan_findings_open{severity="critical"}')).toBe(0);
  });

  it('asks the store once for scrapes that come together or soon, and lists no audit records', async () => {
    const counted = vi.spyOn(test.store.findings, 'countBy');
    const listed = vi.spyOn(test.store.audit, 'list');
    await Promise.all([scraped(), scraped()]);
    test.clock.value += 29_000;
    await scraped();
    expect(counted).toHaveBeenCalledTimes(1);
    test.clock.value += 31_000;
    await scraped();
    expect(counted).toHaveBeenCalledTimes(2);
    expect(listed).not.toHaveBeenCalled();
  });

  it('does not take an answer from a clock that was set back for a new one', async () => {
    const counted = vi.spyOn(test.store.findings, 'countBy');
    await scraped();
    test.clock.value -= 3_600_000;
    await scraped();
    expect(counted).toHaveBeenCalledTimes(2);
  });

  it('has the rest where findings are not counted in time, and goes on with the counts before', async () => {
    let answer = (): void => undefined;
    const count = test.store.findings.countBy.bind(test.store.findings);
    const counted = vi.spyOn(test.store.findings, 'countBy').mockImplementation(async (...question) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return count(...question);
    });
    const waiting = await scraped();
    expect(waiting.get('bartizan_store_writable')).toBe(1);
    expect(valuesOf(waiting, 'bartizan_findings_open')).toEqual([]);
    answer();
    expect(valuesOf(await scraped(), 'bartizan_findings_open')).toHaveLength(SEVERITIES.length);
    test.clock.value += 60_000;
    expect(valuesOf(await scraped(), 'bartizan_findings_open')).toHaveLength(SEVERITIES.length);
    test.clock.value += 600_000;
    expect(valuesOf(await scraped(), 'bartizan_findings_open')).toEqual([]);
    expect(counted).toHaveBeenCalledTimes(2);
  });

  it('tells the end of the certificate in use, also of a new one', async () => {
    const ends = async () => (await scraped()).get('bartizan_certificate_expiry_timestamp_seconds');
    const first = await ends();
    expect(first).toBeGreaterThan(test.clock.nowMs() / 1000);
    test.clock.value += 400 * 24 * 3_600_000;
    const next = await stageCertificate(test.store, test.clock);
    stage.report.useTls(next);
    expect(await ends()).toBe(new X509Certificate(next.chainPem).validToDate.getTime() / 1000);
    expect(await ends()).toBeGreaterThan(first ?? Number.POSITIVE_INFINITY);
  });

  it('has a value of its own for every metric of the list, or none', async () => {
    await signIn(FIRST_PASSWORD);
    const samples = await scraped();
    // Nothing came in, and nobody is looking: these are zero in truth.
    const zero = /^bartizan_(?:ingest_[a-z]+_total|live_subscribers|findings_open)$/u;
    const unset = METRICS.map(({ name }) => name)
      .filter((name) => !zero.test(name))
      .filter((name) => {
        const values = valuesOf(samples, name);
        return values.length > 0 && values.every((value) => value === 0);
      });
    expect(unset).toEqual([]);
  });
});
