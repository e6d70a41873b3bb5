// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionReports, ResponseOf } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasKubebox, useCluster } from '../../cluster/kubebox.ts';
import { type Running, startRunning } from '../../controller/running.ts';
import { deployment } from './objects.ts';
import { OPEN_REPORTS, POLICY_REPORTS, reportKinds } from './report-kinds.ts';

/** From a change in the cluster until its report says so. */
const FRESH_MS = 20_000;
const RULE = 'admission.privileged';
const OUTCOMES = ['fail', 'warn', 'error', 'skip'] as const;
type Outcome = (typeof OUTCOMES)[number];

interface Report {
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly source?: string;
  readonly summary: Readonly<Record<Outcome, number>>;
  readonly results: readonly {
    readonly policy: string;
    readonly result: Outcome;
    readonly resources: readonly { readonly kind: string; readonly name: string }[];
  }[];
}

const within = <T>(check: () => T | Promise<T>, timeout = 5 * FRESH_MS): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 100 });

describe.skipIf(!hasKubebox)('policy reports in a real cluster', { timeout: 300_000 }, () => {
  const up = useCluster();
  let controller: Running;

  const apply = (object: object) => up().kubectl(['apply', '-f', '-'], JSON.stringify(object));
  async function call<T>(method: string, path: string, body?: object, status = 200): Promise<T> {
    const answer = await controller.call({ method, path, ...(body === undefined ? {} : { body }) });
    expect(answer.status, `${method} ${path}: ${answer.text.slice(0, 1000)}`).toBe(status);
    return JSON.parse(answer.text) as T;
  }
  const status = () => call<AdmissionReports>('GET', 'admission/reports');
  const choose = (on: boolean) => call<AdmissionReports>('PUT', 'admission/reports', { on });
  /** All of ours of one API; a kind that is not served has none. */
  const kept = async ({ plural, group }: { plural: string; group: string }): Promise<readonly Report[]> => {
    const kinds = `${plural}.${group},cluster${plural}.${group}`;
    const text = await up().kubectl(['get', kinds, '-A', '-o', 'json', '--ignore-not-found']);
    return text === '' ? [] : (JSON.parse(text) as { items: Report[] }).items;
  };
  const ofShop = async (): Promise<Report | undefined> =>
    (await kept(OPEN_REPORTS)).find(({ metadata }) => metadata.namespace === 'shop');
  /** Names of the Deployments of the shop that the rule was held against, by what came out. */
  const told = async (): Promise<Partial<Record<Outcome, string[]>>> => {
    const by: Partial<Record<Outcome, string[]>> = {};
    for (const { policy, result, resources } of (await ofShop())?.results ?? []) {
      const [resource] = resources;
      if (policy !== RULE || resource?.kind !== 'Deployment') continue;
      by[result] = [...(by[result] ?? []), resource.name].toSorted();
    }
    return by;
  };
  /** Waits for what the report shall say; tells how long it took. */
  async function says(what: string, wanted: Awaited<ReturnType<typeof told>>): Promise<void> {
    const startedAt = performance.now();
    await within(async () => expect(await told()).toEqual(wanted));
    const tookMs = Math.round(performance.now() - startedAt);
    process.stdout.write(`${what} is in its report after ${tookMs} ms (promised: ${FRESH_MS} ms)\n`);
  }
  const serve = async (api: typeof OPEN_REPORTS): Promise<void> => {
    for (const kind of reportKinds(api)) await apply(kind);
    const names = reportKinds(api).map((kind) => `crd/${Reflect.get(Reflect.get(kind, 'metadata'), 'name')}`);
    await up().kubectl(['wait', ...names, '--for=condition=Established', '--timeout=60s']);
  };

  beforeAll(async () => {
    await up().kubectl(['create', 'namespace', 'shop']);
    for (const name of ['one', 'two', 'three']) {
      const made = deployment(name, true);
      await apply({ ...made, metadata: { name, namespace: 'shop' }, spec: { ...made.spec, replicas: 0 } });
    }
    controller = await startRunning({ kubeconfig: up().kubeconfig });
    await within(async () => {
      const { kubernetes } = await call<ResponseOf<'admission.status'>>('GET', 'admission/status');
      expect(['synced', 'partial']).toContain(kubernetes.state);
    }, 60_000);
  }, 300_000);
  afterAll(() => controller?.close(), 60_000);

  it('are off until somebody asks; how much they would be is known, and where no API takes them that is said', async () => {
    const off = await status();
    expect(off).toMatchObject({ state: 'off', reports: 0, results: 0 });
    expect(off.planned?.results).toBeGreaterThanOrEqual(3);
    expect(await choose(true)).toMatchObject({ state: 'not-served', reports: 0 });
    expect(await choose(false)).toMatchObject({ state: 'off' });
  });

  it('hold the real counts, in an API that takes every field of them', async () => {
    await serve(OPEN_REPORTS);
    const { planned } = await status();
    const on = await choose(true);
    expect(on).toMatchObject({ state: 'on', api: 'openreports.io/v1alpha1', leftOut: 0 });
    expect({ reports: on.reports, results: on.results, leftOut: on.leftOut }).toEqual(planned);
    expect(await told()).toEqual({ warn: ['one', 'three', 'two'] });
    const reports = await kept(OPEN_REPORTS);
    expect(reports).toHaveLength(on.reports);
    expect(reports.reduce((sum, { results }) => sum + results.length, 0)).toBe(on.results);
    for (const { summary, results } of reports)
      for (const outcome of OUTCOMES)
        expect(summary[outcome]).toBe(results.filter(({ result }) => result === outcome).length);
    const shop = await ofShop();
    expect(shop).toMatchObject({ metadata: { name: 'bartizan-test' }, source: 'bartizan' });
    expect(shop?.summary).not.toHaveProperty('pass');
    const first = shop?.results.find(
      ({ policy, resources }) => policy === RULE && resources[0]?.name === 'one',
    );
    expect(first).toEqual({
      source: 'bartizan',
      ...{ policy: RULE, rule: RULE, category: 'Kubernetes', severity: 'critical' },
      ...{ result: 'warn', scored: false, message: 'Container main is privileged' },
      properties: { mode: 'warn', path: 'spec.template.spec.containers[0].securityContext.privileged' },
      resources: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'one' }],
    });
  });

  it('agree with what the audit says of each rule', async () => {
    const { items } = await call<ResponseOf<'admission.rules'>>('GET', 'admission/rules?limit=500');
    const counted = new Map<string, number>();
    for (const { results } of await kept(OPEN_REPORTS))
      for (const { policy, result } of results)
        if (result !== 'skip') counted.set(policy, (counted.get(policy) ?? 0) + 1);
    expect(counted.get(RULE)).toBeGreaterThanOrEqual(3);
    const known = items.flatMap(({ rule, violations = 0, unknown = 0 }) =>
      violations + unknown === 0 ? [] : [[rule.id, violations + unknown] as const],
    );
    expect(new Map([...counted].sort())).toEqual(new Map(known.toSorted()));
  });

  it('follow objects, modes and exceptions within the promise', async () => {
    await up().kubectl(['-n', 'shop', 'delete', 'deployment', 'three']);
    await says('an object that is gone', { warn: ['one', 'two'] });
    const { revision } = await call<{ revision: string }>('GET', 'admission/bindings');
    const binding = { id: 'custom.shop', rules: [RULE], namespaces: ['shop'], mode: 'enforce' };
    await call('PUT', 'admission/bindings', { bindings: [binding], ifRevision: revision });
    await says('another mode', { fail: ['one', 'two'] });
    const exception = {
      ...{ id: 'custom.one', rules: [RULE], namespaces: ['shop'], names: ['one'], owner: 'the test' },
      ...{ reason: 'it shows that it is skipped', expiresAtMs: Date.now() + 3_600_000 },
    };
    await call('POST', 'admission/exceptions', exception, 201);
    await says('an exception', { fail: ['two'], skip: ['one'] });
  });

  it('move to the newer API where both are served, and leave nothing in the other', async () => {
    for (const { plural, group } of [OPEN_REPORTS])
      await up().kubectl(['delete', 'crd', `${plural}.${group}`, `cluster${plural}.${group}`]);
    await serve(POLICY_REPORTS);
    expect(await choose(true)).toMatchObject({ state: 'on', api: 'wgpolicyk8s.io/v1alpha2' });
    const old = await kept(POLICY_REPORTS);
    expect(old.map(({ apiVersion }) => apiVersion)).toContain('wgpolicyk8s.io/v1alpha2');
    expect(old.every((report) => report.source === undefined)).toBe(true);
    await serve(OPEN_REPORTS);
    expect(await choose(true)).toMatchObject({ state: 'on', api: 'openreports.io/v1alpha1' });
    expect(await kept(POLICY_REPORTS)).toEqual([]);
    await says('the same', { fail: ['two'], skip: ['one'] });
  });

  it('are gone when they are switched off, those of others are not, and none come again', async () => {
    const theirs = {
      ...{ apiVersion: 'openreports.io/v1alpha1', kind: 'Report' },
      metadata: { name: 'theirs', namespace: 'shop' },
      ...{ source: 'somebody', results: [{ policy: 'theirs', result: 'pass' }] },
    };
    await apply(theirs);
    expect(await choose(false)).toMatchObject({ state: 'off', reports: 0, results: 0 });
    const names = async () => (await kept(OPEN_REPORTS)).map(({ metadata }) => metadata.name);
    expect(await names()).toEqual(['theirs']);
    const again = deployment('four', true);
    await apply({ ...again, metadata: { name: 'four', namespace: 'shop' } });
    await new Promise((resolve) => setTimeout(resolve, FRESH_MS));
    expect(await names()).toEqual(['theirs']);
  });
});
