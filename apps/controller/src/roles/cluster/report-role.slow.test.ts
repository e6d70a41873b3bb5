// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { AdmissionReports, parser, tenantScope } from '@bartizan/contracts';
import { EMPTY_CONTEXT } from '@bartizan/engine/admission';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import {
  anAdmissionRule,
  aStoredBinding,
  aStoredException,
  openTestStore,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterAudit, type ObjectChange } from '../../decide/admission/cluster-audit.ts';
import { PolicyBook } from '../../decide/admission/policy-book.ts';
import type { ReportLimits } from '../../decide/admission/report-plan.ts';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import type { Log } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { ReportRole } from './report-role.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const NAME = 'bartizan-main';
const OPEN = ['reports', 'clusterreports'];
const OLD = ['policyreports', 'clusterpolicyreports'];
const APIS: readonly (readonly [string, readonly string[]])[] = [
  ['openreports.io/v1alpha1', OPEN],
  ['wgpolicyk8s.io/v1alpha2', OLD],
];
const LEFT_OUT = 'policy.bartizan.dev/results-left-out';
const isReports = parser(AdmissionReports);

let fake: FakeApiServer;
let client: KubeClient;
let test: TestStore;
let book: PolicyBook;
let audit: ClusterAudit;
let role: ReportRole;
let isKnown = true;
let nowMs = 0;

beforeEach(async () => {
  fake = await startFakeApiServer([]);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  test = await openTestStore();
  [isKnown, nowMs] = [true, 1_000_000];
  const { store } = test;
  const parts = { store, clock: { nowMs: () => nowMs }, log: quiet, owner: OWNER };
  book = new PolicyBook({ ...parts, builtIn: [anAdmissionRule()] });
  await book.load(OWNER);
  const findings = new FindingLedger(store, parts.clock, new Turnstile());
  audit = new ClusterAudit({ ...parts, publish: () => undefined, book, findings, context: EMPTY_CONTEXT });
  role = roleOf();
}, 60_000);
afterEach(async () => {
  await role.close();
  await audit.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const roleOf = (limits?: ReportLimits): ReportRole =>
  new ReportRole({
    ...{ instance: 'main', store: test.store, clock: { nowMs: () => nowMs }, log: quiet, owner: OWNER, book },
    ...{ context: EMPTY_CONTEXT, client, audit, isKnown: () => isKnown },
    ...(limits === undefined ? {} : { limits }),
  });
const serve = (...plurals: readonly string[]): void => {
  fake.served.clear();
  for (const plural of plurals) fake.served.add(plural);
};
function deploy(namespace: string, name: string, privileged = true): void {
  const container = { name: 'web', image: 'web:1', securityContext: { privileged } };
  const change: ObjectChange = {
    ...{ group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment', namespace, name },
    object: { metadata: { name, namespace }, spec: { template: { spec: { containers: [container] } } } },
  };
  audit.take(change);
}
const report = (namespace: string, plural = 'reports') => fake.store.get(plural, namespace, NAME);
const writes = (): number => fake.requests.filter((one) => /^(PATCH|DELETE)/.test(one)).length;

describe('policy reports in a cluster', () => {
  it.each(APIS)('are one a namespace in the API that is served: %s', async (api, plurals) => {
    serve(...plurals);
    deploy('shop', 'web');
    deploy('shop', 'good', false);
    deploy('bank', 'web');
    const chosen = await role.choose(true);
    expect(chosen).toMatchObject({ value: { state: 'on', api, reports: 2, results: 2, leftOut: 0 } });
    expect(isReports(role.status())).toMatchObject({ ok: true });
    const [plural = ''] = plurals;
    expect(fake.store.list(plural).map(({ metadata }) => metadata.namespace)).toEqual(['bank', 'shop']);
    const shop = report('shop', plural);
    expect(shop).toMatchObject({
      apiVersion: api,
      metadata: {
        labels: { 'app.kubernetes.io/managed-by': 'bartizan', 'app.kubernetes.io/instance': 'main' },
        annotations: { [LEFT_OUT]: '0' },
      },
      summary: { fail: 0, warn: 1, error: 0, skip: 0 },
      results: [
        {
          ...{
            policy: 'custom.privileged',
            result: 'warn',
            scored: false,
            severity: 'critical',
            message: 'web is privileged',
          },
          properties: { mode: 'audit', path: 'spec.template.spec.containers[0].securityContext.privileged' },
          resources: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }],
        },
      ],
    });
    expect(shop?.['source']).toBe(api.startsWith('open') ? 'bartizan' : undefined);
    // What passes is not counted: nothing is said of it, rather than that it is none.
    expect(shop?.['summary']).not.toHaveProperty('pass');
  });

  it('are written in the newer API where both are served; what is in the other one goes', async () => {
    serve(...OLD);
    deploy('shop', 'web');
    await role.choose(true);
    serve(...OLD, ...OPEN);
    deploy('shop', 'other');
    await role.look();
    expect(report('shop')?.['results']).toHaveLength(2);
    expect(report('shop', 'policyreports')).toBeUndefined();
  });

  it('are none, and that is said, where neither API is served; they come when one is', async () => {
    deploy('shop', 'web');
    expect(await role.choose(true)).toMatchObject({ value: { state: 'not-served', reports: 0 } });
    serve(...OPEN);
    await role.look();
    expect(role.status().state).toBe('not-served');
    nowMs += 60_000;
    await role.look();
    expect(role.status()).toMatchObject({ state: 'on', reports: 1 });
  });

  it('follow what exists, modes and exceptions, and are written only when something changed', async () => {
    serve(...OPEN);
    deploy('shop', 'web');
    deploy('bank', 'web');
    await role.choose(true);
    const written = writes();
    await role.look();
    deploy('bank', 'good', false);
    await role.look();
    expect(writes()).toBe(written);
    await test.store.admissionBindings.put(SCOPE, [aStoredBinding()]);
    await book.load(OWNER);
    await role.look();
    expect(report('shop')).toMatchObject({
      summary: { fail: 1, warn: 0 },
      results: [{ result: 'fail', scored: true }],
    });
    await test.store.admissionExceptions.put(SCOPE, [aStoredException()]);
    await book.load(OWNER);
    await role.look();
    expect(report('shop')).toMatchObject({ summary: { fail: 0, skip: 1 }, results: [{ result: 'skip' }] });
    deploy('shop', 'web', false);
    await role.look();
    expect(fake.store.list('reports').map(({ metadata }) => metadata.namespace)).toEqual(['bank']);
  });

  it('are put right after somebody changed or deleted one, within ten minutes', async () => {
    serve(...OPEN);
    deploy('shop', 'web');
    deploy('bank', 'web');
    await role.choose(true);
    const metadata = { ...report('shop')?.metadata, name: NAME };
    fake.store.put('reports', { ...report('shop'), metadata, results: [] });
    fake.store.remove('reports', 'bank', NAME);
    nowMs += 600_000;
    await role.look();
    expect(report('shop')?.['results']).toHaveLength(1);
    expect(report('bank')?.['results']).toHaveLength(1);
  });

  it('hold no more than has room, the worst first, and say how many were left out', async () => {
    role = roleOf({ resultsPerReport: 2, reports: 1 });
    serve(...OPEN);
    for (const name of ['a', 'b', 'c', 'd', 'e']) deploy('bank', name);
    deploy('shop', 'web');
    expect(await role.choose(true)).toMatchObject({ value: { reports: 1, results: 2, leftOut: 4 } });
    expect(report('bank')).toMatchObject({
      metadata: { annotations: { [LEFT_OUT]: '3' } },
      summary: { warn: 5 },
      results: [{ resources: [{ name: 'a' }] }, { resources: [{ name: 'b' }] }],
    });
    expect(report('shop')).toBeUndefined();
  });

  it('are removed when they are switched off, those of others are not', async () => {
    serve(...OPEN, ...OLD);
    deploy('shop', 'web');
    audit.take({
      ...{
        group: 'apps',
        version: 'v1',
        resource: 'deployments',
        kind: 'Deployment',
        namespace: '',
        name: 'x',
      },
      object: {
        metadata: { name: 'x' },
        spec: {
          template: { spec: { containers: [{ name: 'web', securityContext: { privileged: true } }] } },
        },
      },
    });
    await role.choose(true);
    expect(fake.store.list('clusterreports')).toHaveLength(1);
    const labels = { 'app.kubernetes.io/managed-by': 'kyverno' };
    fake.store.put('policyreports', { metadata: { name: 'theirs', namespace: 'shop', labels } });
    const other = { 'app.kubernetes.io/managed-by': 'bartizan', 'app.kubernetes.io/instance': 'second' };
    fake.store.put('reports', { metadata: { name: 'bartizan-second', namespace: 'shop', labels: other } });
    expect(await role.choose(false)).toMatchObject({ value: { state: 'off', reports: 0 } });
    const left = [...OPEN, ...OLD].flatMap((plural) => fake.store.list(plural));
    expect(left.map(({ metadata }) => metadata.name).toSorted()).toEqual(['bartizan-second', 'theirs']);
    deploy('shop', 'other');
    await role.look();
    expect(report('shop')).toBeUndefined();
  });

  it('wait until the cluster is known: nothing is removed because nothing was seen yet', async () => {
    serve(...OPEN);
    deploy('shop', 'web');
    await role.choose(true);
    await role.close();
    audit.take({
      ...{ group: 'apps', version: 'v1', resource: 'deployments', kind: 'Deployment' },
      ...{ namespace: 'shop', name: 'web' },
    });
    isKnown = false;
    role = roleOf();
    await role.start();
    expect(role.status().state).toBe('pending');
    expect(report('shop')).toBeDefined();
    isKnown = true;
    await role.look();
    expect(report('shop')).toBeUndefined();
    expect(role.status()).toMatchObject({ state: 'on', reports: 0 });
  });

  it('are off before somebody asks, and stay in the cluster when it is not known whether somebody did', async () => {
    serve(...OPEN);
    deploy('shop', 'web');
    await role.start();
    expect(role.status()).toMatchObject({ state: 'off' });
    expect(fake.requests).toEqual([]);
  });

  it('tell before somebody asks how much they would be, once the cluster is known, and then are that', async () => {
    role = roleOf({ resultsPerReport: 2, reports: 1 });
    serve(...OPEN);
    for (const name of ['a', 'b', 'c']) deploy('bank', name);
    deploy('shop', 'web');
    deploy('good', 'web', false);
    isKnown = false;
    expect(role.status()).not.toHaveProperty('planned');
    isKnown = true;
    const planned = { reports: 1, results: 2, leftOut: 2 };
    expect(isReports(role.status())).toMatchObject({ value: { state: 'off', planned } });
    expect(await role.choose(true)).toMatchObject({ value: { state: 'on', ...planned } });
    expect(role.status()).not.toHaveProperty('planned');
  });

  it('say so where they may not be written, or removed', async () => {
    serve(...OPEN);
    deploy('shop', 'web');
    fake.forbidden.add('reports');
    expect(await role.choose(true)).toMatchObject({
      value: { state: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED', reports: 0 },
    });
    fake.forbidden.clear();
    await role.look();
    expect(role.status().state).toBe('on');
    fake.forbidden.add('reports');
    expect(await role.choose(false)).toMatchObject({ value: { state: 'not-permitted' } });
    expect(report('shop')).toBeDefined();
    fake.forbidden.clear();
    await role.look();
    expect(role.status().state).toBe('off');
    expect(report('shop')).toBeUndefined();
  });
});
