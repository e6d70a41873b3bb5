// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { StrangerAnswer } from '@bartizan/adapters/probe';
import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { probesOf } from '@bartizan/engine/cluster-posture';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AccessFindings } from '../../decide/access/access-findings.ts';
import { ClusterAccess } from '../../decide/access/cluster-access.ts';
import { ProbeDesk } from '../../decide/access/probe-desk.ts';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';
import { Turnstile } from '../../turnstile.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

let test: TestStore;
let stage: ApiStage;
let reader = '';
let judge: AccessFindings | undefined;
let conditions: Record<string, string> = {};
const access = new ClusterAccess({
  conditionOf: (kind) => conditions[kind] ?? 'synced',
  onChange: () => judge?.schedule(),
});

const answers = new Map<number, StrangerAnswer>();
const probes = new ProbeDesk({
  clock: { nowMs: () => 1_700_000_000_000 },
  probes: () => probesOf(access.view().posture, { host: '192.0.2.1', port: 6443 }),
  onChange: () => judge?.schedule(),
  ask: ({ port }) => Promise.resolve(answers.get(port) ?? { kind: 'fault', code: 'ECONNREFUSED' }),
});

const put = (kind: string, name: string, object: object | undefined, namespace = ''): void =>
  access.take({
    group: '',
    version: 'v1',
    resource: '',
    kind,
    name,
    namespace,
    ...(object ? { object } : {}),
  });
const ask = (path: string) => stage.ask({ path: `access/${path}`, token: reader });
const binding = (role: string, subjects: object[], kind = 'ClusterRole') => ({
  roleRef: { kind, name: role },
  subjects,
});
const account = (namespace: string, name: string) => ({ kind: 'ServiceAccount', namespace, name });
const pod = (labels: Record<string, string>) => ({
  metadata: { labels },
  spec: { serviceAccountName: 'web', containers: [{ ports: [{ name: 'http', containerPort: 80 }] }] },
  status: { podIPs: [{ ip: '10.0.0.1' }] },
});

beforeAll(async () => {
  test = await openStoreInPlace();
  const { store, clock } = test;
  stage = await buildApiStage(store, clock, { clusterAccess: access, probes });
  reader = await stage.keyOf('security-reader');
  const quiet = () => undefined;
  judge = new AccessFindings({
    probes: () => probes.results(),
    ...{ store, clock, access, owner: OWNER, publish: quiet, quietMs: 1 },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    findings: new FindingLedger(store, clock, new Turnstile()),
  });
  put('Namespace', 'shop', { metadata: { labels: { team: 'a' } } });
  put('ServiceAccount', 'web', {}, 'shop');
  put('ClusterRole', 'secrets', {
    rules: [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] },
      { verbs: ['get'], apiGroups: [''], resources: ['configmaps'] },
    ],
  });
  put('ClusterRole', 'creator', { rules: [{ verbs: ['create'], apiGroups: [''], resources: ['pods'] }] });
  put('ClusterRoleBinding', 'web-secrets', binding('secrets', [account('shop', 'web')]));
  put('RoleBinding', 'ann', binding('creator', [{ kind: 'User', name: 'ann' }]), 'shop');
  put('Pod', 'web-1', pod({ app: 'web' }), 'shop');
}, 60_000);
afterAll(async () => {
  await judge?.close();
  await stage?.report.server.close();
  await test?.remove();
});

describe('access in the cluster', () => {
  it('is told with the grants that give it', async () => {
    const who = await ask('who-can?verb=list&resource=secrets&namespace=shop');
    expect(who.json).toMatchObject({
      total: 1,
      grants: [
        {
          subject: 'ServiceAccount/shop/web',
          binding: { kind: 'ClusterRoleBinding', name: 'web-secrets' },
          role: { kind: 'ClusterRole', name: 'secrets' },
        },
      ],
      always: ['Group/system:masters'],
      unreadable: [],
    });
    expect((await ask('who-can?verb=delete&resource=secrets&namespace=shop')).json).toMatchObject({
      total: 0,
    });
    for (const user of ['ServiceAccount/shop/web', 'system:serviceaccount:shop:web'])
      expect((await ask(`what-can?user=${user}`)).json).toMatchObject({ total: 2 });
    expect((await ask('who-can?verb=list')).status).toBe(400);
    expect((await ask('what-can')).status).toBe(400);
  });

  it('is told as risky permissions, filtered, sorted and as CSV', async () => {
    const risks = await ask('risks?filter=subject:ServiceAccount*');
    expect(risks.json).toMatchObject({
      items: [
        { subject: 'ServiceAccount/shop/web', pattern: 'access.read-secrets', origin: 'given', scope: '*' },
      ],
    });
    expect((await ask('risks?filter=origin:kubernetes')).json).toMatchObject({ items: [] });
    const sorted = (await ask('risks?sort=subject')).json as { items: { subject: string }[] };
    expect(sorted.items.map(({ subject }) => subject)).toEqual(
      sorted.items.map(({ subject }) => subject).toSorted(),
    );
    const csv = await stage.ask({ path: 'access/risks', token: reader, headers: { accept: 'text/csv' } });
    expect(csv.text).toContain('ServiceAccount/shop/web');
  });

  it('is told with what nobody was seen to use, of everybody at once, filtered and by pages', async () => {
    const rows = (await ask('unused-subjects')).json as { items: object[]; total: number };
    expect(rows).toMatchObject({
      total: 2,
      items: [
        {
          ...{ subject: 'ServiceAccount/shop/web', unseenIs: 'not-watched', origin: 'given' },
          ...{ used: 0, unseen: 3, idleBindings: ['ClusterRoleBinding/web-secrets'] },
        },
        { subject: 'User/ann', unseen: 1, notSeen: ['create pods'] },
      ],
    });
    const first = (await ask('unused-subjects?limit=1&sort=unseen')).json as {
      items: object[];
      next: string;
    };
    expect(first.items).toMatchObject([{ subject: 'User/ann' }]);
    const second = await ask(`unused-subjects?limit=1&sort=unseen&cursor=${encodeURIComponent(first.next)}`);
    expect(second.json).toMatchObject({ items: [{ subject: 'ServiceAccount/shop/web' }] });
    expect((await ask('unused-subjects?filter=subject:User*')).json).toMatchObject({ total: 1 });
    expect((await ask('unused-subjects?filter=unseenIs:unused')).json).toMatchObject({ items: [] });
    const csv = await stage.ask({
      ...{ path: 'access/unused-subjects', token: reader },
      headers: { accept: 'text/csv' },
    });
    expect(csv.text).toContain('ServiceAccount/shop/web');
    expect((await stage.ask({ path: 'access/unused-subjects' })).status).toBe(401);
  });

  it('is told as the way to cluster-admin, step by step', async () => {
    const path = (await ask('paths?user=ann')).json as {
      reaches: string;
      steps: { from: string; to: string }[];
    };
    expect(path.reaches).toBe('yes');
    expect(path.steps[0]).toMatchObject({ from: 'User/ann', pattern: 'access.create-pods' });
    expect(path.steps.at(-1)).toMatchObject({ to: 'cluster-admin' });
    expect((await ask('paths?user=bob')).json).toMatchObject({ reaches: 'no', steps: [] });
  });

  it('is unknown, never absent, where a kind may not be read', async () => {
    conditions = { RoleBinding: 'not-permitted' };
    expect((await ask('who-can?verb=create&resource=secrets')).json).toMatchObject({
      unreadable: ['RoleBinding'],
    });
    expect((await ask('paths?user=bob')).json).toMatchObject({
      reaches: 'unknown',
      unreadable: ['RoleBinding'],
    });
    conditions = { NetworkPolicy: 'not-permitted' };
    expect((await ask('reach?fromNamespace=shop&toNamespace=shop&toPod=web-1&port=80')).json).toMatchObject({
      reach: 'unknown',
      unreadable: ['NetworkPolicy'],
    });
    conditions = {};
  });

  it('is listed with what was not read for the list, as pages and as CSV', async () => {
    for (const list of ['risks', 'unused-subjects', 'exposure'])
      expect((await ask(list)).json).toMatchObject({ unreadable: [] });
    conditions = { ClusterRoleBinding: 'not-permitted', Service: 'unknown' };
    expect((await ask('risks?filter=subject:ServiceAccount*')).json).toMatchObject({
      unreadable: ['ClusterRoleBinding'],
    });
    expect((await ask('unused-subjects')).json).toMatchObject({ unreadable: ['ClusterRoleBinding'] });
    expect((await ask('exposure')).json).toMatchObject({ unreadable: ['Service'] });
    const csv = await stage.ask({ path: 'access/risks', token: reader, headers: { accept: 'text/csv' } });
    expect(csv.text).toContain('export.complete');
    conditions = {};
  });

  it('is told of the network, by pods and by labels', async () => {
    const question = 'reach?fromNamespace=shop&fromLabels=app=other&toNamespace=shop&toPod=web-1&port=80';
    expect((await ask(question)).json).toMatchObject({ reach: 'allowed', isAssumed: true });
    put('NetworkPolicy', 'deny', { spec: { podSelector: {}, policyTypes: ['Ingress'] } }, 'shop');
    expect((await ask(question)).json).toMatchObject({
      reach: 'denied',
      directions: [{}, { direction: 'ingress', because: 'isolated', policies: [{ name: 'deny' }] }],
    });
    expect((await ask('reach?fromNamespace=shop&toNamespace=shop&toPod=none&port=80')).status).toBe(404);
    expect(
      (await ask('reach?fromNamespace=shop&fromLabels=a&toNamespace=shop&toPod=web-1&port=80')).status,
    ).toBe(400);
    put('NetworkPolicy', 'deny', undefined, 'shop');
  });

  it('is told of policies of the whole cluster, with the tier that decided and what passed the question on', async () => {
    const question = 'reach?fromNamespace=shop&fromLabels=app=other&toNamespace=shop&toPod=web-1&port=80';
    const everybody = [{ namespaces: {} }];
    const admin = (action: string) => ({
      spec: {
        priority: 5,
        subject: { namespaces: {} },
        ingress: [{ name: 'first', action, from: everybody }],
      },
    });
    put('AdminNetworkPolicy', 'guard', admin('Deny'));
    expect((await ask(question)).json).toMatchObject({
      reach: 'denied',
      directions: [{}, { because: 'rule', tier: 'admin', rule: 'first', policies: [{ name: 'guard' }] }],
    });
    put('AdminNetworkPolicy', 'guard', admin('Pass'));
    put('BaselineAdminNetworkPolicy', 'default', {
      spec: { subject: { namespaces: {} }, ingress: [{ name: 'all', action: 'Deny', from: everybody }] },
    });
    expect((await ask(question)).json).toMatchObject({
      reach: 'denied',
      directions: [{}, { tier: 'baseline', rule: 'all', passed: ['AdminNetworkPolicy/guard first'] }],
    });
    put('AdminNetworkPolicy', 'guard', undefined);
    put('BaselineAdminNetworkPolicy', 'default', undefined);
    expect((await ask(question)).json).toMatchObject({ reach: 'allowed' });
  });

  it('is told that a verdict is unknown where such policies are there and cannot be read', async () => {
    const question = 'reach?fromNamespace=shop&fromLabels=app=other&toNamespace=shop&toPod=web-1&port=80';
    const definition = 'adminnetworkpolicies.policy.networking.k8s.io';
    const reach = async () => (await ask(question)).json;
    // Nothing may be read, and nothing of the kind is there.
    conditions = { AdminNetworkPolicy: 'not-permitted' };
    expect(await reach()).toMatchObject({ reach: 'allowed', unreadable: [] });
    put('CustomResourceDefinition', definition, {});
    expect(await reach()).toMatchObject({ reach: 'unknown', unreadable: ['AdminNetworkPolicy'] });
    // It was announced, and is not served yet: perhaps there are policies of it.
    conditions = { AdminNetworkPolicy: 'not-served' };
    expect(await reach()).toMatchObject({ reach: 'unknown', unreadable: ['AdminNetworkPolicy'] });
    conditions = {};
    expect(await reach()).toMatchObject({ reach: 'allowed' });
    put('CustomResourceDefinition', definition, undefined);
    // Whether there are definitions is not known either.
    conditions = { AdminNetworkPolicy: 'not-permitted', CustomResourceDefinition: 'not-permitted' };
    expect(await reach()).toMatchObject({ reach: 'unknown' });
    conditions = { AdminNetworkPolicy: 'not-served', CustomResourceDefinition: 'not-permitted' };
    expect(await reach()).toMatchObject({ reach: 'allowed' });
    conditions = {};
    // A kind of the group that nobody here knows.
    put('CustomResourceDefinition', 'newpolicies.policy.networking.k8s.io', {});
    expect(await reach()).toMatchObject({
      reach: 'unknown',
      unreadable: ['newpolicies.policy.networking.k8s.io'],
    });
    put('CustomResourceDefinition', 'newpolicies.policy.networking.k8s.io', undefined);
  });
});

describe('posture of the cluster', () => {
  it('lists exposure, secrets in use and components, with filter, order and CSV', async () => {
    put(
      'Service',
      'web',
      { spec: { type: 'NodePort', selector: { app: 'web' }, ports: [{ port: 80 }] } },
      'shop',
    );
    put(
      'Pod',
      'db',
      { metadata: { labels: { app: 'postgres' } }, spec: { volumes: [{ secret: { secretName: 'db' } }] } },
      'shop',
    );
    put(
      'Service',
      'db',
      { spec: { type: 'LoadBalancer', selector: { app: 'postgres' }, ports: [{ port: 5432 }] } },
      'shop',
    );
    put('Node', 'n1', { status: { nodeInfo: { kubeletVersion: 'v1.32.0' } } });
    expect((await ask('exposure')).json).toMatchObject({
      items: [
        { name: 'db', component: 'postgresql', guard: 'none' },
        { name: 'web', way: 'node-port', pods: ['web-1'] },
      ],
    });
    expect((await ask('exposure?filter=way:node-port')).json).toMatchObject({ items: [{ name: 'web' }] });
    expect((await ask('exposure?sort=-name')).json).toMatchObject({
      items: [{ name: 'web' }, { name: 'db' }],
    });
    expect((await ask('secrets')).json).toMatchObject({
      items: [{ name: 'db', users: [{ by: 'Pod/db', way: 'file' }], readers: ['ServiceAccount/shop/web'] }],
    });
    expect((await ask('components')).json).toMatchObject({
      items: [
        { product: 'kubernetes', version: 'v1.36.1', support: 'unknown' },
        { product: 'kubelet', where: 'Node/n1', behind: 4, support: 'unknown' },
      ],
    });
    const csv = await stage.ask({ path: 'access/exposure', token: reader, headers: { accept: 'text/csv' } });
    expect(csv.text).toContain('load-balancer');
    expect((await ask('exposure?limit=1')).json).toMatchObject({ items: [{ name: 'db' }] });
    for (const [kind, name] of [
      ['Service', 'web'],
      ['Service', 'db'],
      ['Pod', 'db'],
    ] as const)
      put(kind, name, undefined, 'shop');
    put('Node', 'n1', undefined);
  });

  it('sends probes only when somebody asks, and says what each proved', async () => {
    put('Node', 'n1', { status: { addresses: [{ type: 'InternalIP', address: '192.0.2.7' }] } });
    const listed = (await ask('probes?filter=about:Node*')).json as { items: { outcome: string }[] };
    expect(listed.items.length).toBeGreaterThan(3);
    expect(listed.items.every(({ outcome }) => outcome === 'not-run')).toBe(true);
    const send = (token: string) => stage.ask({ method: 'POST', path: 'access/probes', token });
    expect((await send(reader)).status).toBe(403);
    answers.set(10250, { kind: 'status', status: 200 });
    answers.set(6443, { kind: 'status', status: 401 });
    const run = await send(await stage.keyOf('policy-author'));
    expect(run.json).toMatchObject({ open: 1, refused: 1, silent: 0 });
    expect((await ask('probes?filter=outcome:open')).json).toMatchObject({
      items: [
        { id: 'n1/kubelet', url: 'https://192.0.2.7:10250/pods', said: '200', askedAtMs: 1_700_000_000_000 },
      ],
    });
    put('Node', 'n1', undefined);
    expect((await ask('probes')).json).toMatchObject({
      items: [{ id: 'cluster/api-server', outcome: 'refused' }],
    });
  });

  it('keeps no value of an environment, and nothing that changes by itself', () => {
    const before = access.view();
    const container = (value: string) => ({
      spec: { serviceAccountName: 'web', containers: [{ env: [{ name: 'P', value }] }] },
    });
    put('Pod', 'env', container('first-value'), 'shop');
    const view = access.view();
    expect(view).not.toBe(before);
    put('Pod', 'env', container('second-value'), 'shop');
    expect(access.view()).toBe(view);
    put('Pod', 'env', undefined, 'shop');
  });
});

describe('findings about access', () => {
  const states = async (): Promise<Record<string, string>> => {
    const page = await test.store.findings.list(SCOPE, { filter: [], limit: 100 });
    if (!page.ok) throw new Error(page.error.detail);
    return Object.fromEntries(
      page.value.items.map(({ check, subject, state }) => [`${check} ${subject.name}`, state]),
    );
  };
  const seen = (expected: Record<string, string>) =>
    expect.poll(states, { timeout: 10_000, interval: 20 }).toMatchObject(expected);

  it('open with what is granted, and are fixed by the smaller role', async () => {
    await seen({
      'access.risky-permission ServiceAccount/shop/web': 'open',
      'access.path-to-admin User/ann': 'open',
      'network.default-deny Namespace/shop': 'open',
      'network.pod-without-policy Namespace/shop': 'open',
    });
    const page = await test.store.findings.list(SCOPE, { filter: [], limit: 100 });
    const risky = page.ok
      ? page.value.items.find(({ subject }) => subject.name.endsWith('shop/web'))
      : undefined;
    expect(risky?.fix.action.en).toContain('configmaps');
    expect(risky?.fix.action.en).not.toContain('secrets"');
    put('ClusterRole', 'secrets', {
      rules: [{ verbs: ['get'], apiGroups: [''], resources: ['configmaps'] }],
    });
    put('NetworkPolicy', 'deny', { spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] } }, 'shop');
    await seen({
      'access.risky-permission ServiceAccount/shop/web': 'fixed',
      'access.path-to-admin User/ann': 'open',
      'network.default-deny Namespace/shop': 'fixed',
      'network.pod-without-policy Namespace/shop': 'fixed',
    });
  });

  it('stay while a kind may not be read, and end with who is gone', async () => {
    conditions = { ClusterRole: 'not-permitted' };
    put('ClusterRole', 'creator', undefined);
    const outcomes = async (): Promise<string[]> => {
      const page = await test.store.checks.list(SCOPE, { filter: [], limit: 100 });
      if (!page.ok) throw new Error(page.error.detail);
      return page.value.items
        .filter(({ check, subject }) => check === 'access.path-to-admin' && subject.name === 'User/ann')
        .map(({ outcome }) => outcome);
    };
    await expect.poll(outcomes, { timeout: 10_000, interval: 20 }).toEqual(['unknown']);
    expect(await states()).toMatchObject({ 'access.path-to-admin User/ann': 'open' });
    conditions = {};
    put('RoleBinding', 'ann', undefined, 'shop');
    await seen({ 'access.path-to-admin User/ann': 'fixed' });
    await expect.poll(outcomes, { timeout: 10_000, interval: 20 }).toEqual([]);
  });
});
