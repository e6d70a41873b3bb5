// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { type AccessRequest, type AccessRequestWish, tenantScope } from '@bartizan/contracts';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterAccess } from '../../decide/access/cluster-access.ts';
import { GrantLifecycle, UNDECIDED_MS } from '../../decide/access/grant-lifecycle.ts';
import {
  EXPIRY_ANNOTATION,
  GRANT_RESOURCES,
  grantLabels,
  REQUEST_LABEL,
} from '../../decide/access/grant-plan.ts';
import { RequestBook } from '../../decide/access/request-book.ts';
import { buildRequestDesks } from '../../decide/access/request-desk.ts';
import type { Change } from '../../ports.ts';
import { GrantKeeper } from '../../respond/access/grant-keeper.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const HOUR_MS = 3_600_000;
const WISH: AccessRequestWish = {
  subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'worker' },
  role: { kind: 'ClusterRole', name: 'reader' },
  namespace: 'shop',
  reason: 'an incident',
  durationMs: HOUR_MS,
};
const REN = { person: 'ren', mayApprove: false };
const AIKO = { person: 'aiko', mayApprove: true };
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

let fake: FakeApiServer;
let client: KubeClient;
let test: TestStore;
let changes: Change[] = [];
let lifecycle: GrantLifecycle;
let nowMs = Date.UTC(2026, 0, 1);
const clock = { nowMs: () => nowMs };

const access = new ClusterAccess({ conditionOf: () => 'synced', onChange: quiet });
const role = (name: string, rules: object[]): void =>
  access.take({
    ...{ group: '', version: 'v1', resource: '', namespace: '', kind: 'ClusterRole', name },
    object: { rules },
  });
role('reader', [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }]);
role('everything', [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]);

function build() {
  const parts = {
    store: test.store,
    clock,
    log,
    owner: OWNER,
    publish: (one: Change) => void changes.push(one),
  };
  const writer = new GrantKeeper({
    client,
    resources: GRANT_RESOURCES,
    labels: grantLabels('main'),
    requestLabel: REQUEST_LABEL,
    expiryAnnotation: EXPIRY_ANNOTATION,
  });
  const settings = { ...parts, instance: 'main', shortestMs: 15 * 60_000 };
  lifecycle = new GrantLifecycle({ ...settings, book: new RequestBook(parts), writer });
  return buildRequestDesks({ ...settings, place: { access, writer, lifecycle } })(OWNER);
}
let desk: ReturnType<typeof build>;

beforeEach(async () => {
  changes = [];
  nowMs = Date.UTC(2026, 0, 1);
  fake = await startFakeApiServer(GRANT_RESOURCES.map(({ plural }) => plural));
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  test = await openTestStore();
  desk = build();
});
afterEach(async () => {
  await lifecycle.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const good = (result: Awaited<ReturnType<typeof desk.ask>>): AccessRequest => {
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.detail}`);
  return result.value;
};
const code = (result: Awaited<ReturnType<typeof desk.ask>>): string => (result.ok ? 'ok' : result.error.code);
const asked = async (more: Partial<AccessRequestWish> = {}) =>
  good(await desk.ask(REN, { ...WISH, ...more }));
const approved = async (more: Partial<AccessRequestWish> = {}) =>
  good(await desk.approve(AIKO, (await asked(more)).id, {}));
const binding = ({ id }: AccessRequest) => fake.store.get('rolebindings', 'shop', `bartizan-access-${id}`);
/** Ends when the lifecycle has brought a request where it should be. */
const until = async ({ id }: AccessRequest, state: AccessRequest['state']): Promise<AccessRequest> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await test.store.accessRequests.get(SCOPE, id);
    if (found.ok && found.value?.state === state) return found.value;
    lifecycle.seen();
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`it never is ${state}`);
};
const audited = async (): Promise<string[]> => {
  const page = await test.store.audit.list({ kind: 'system', purpose: 'test' }, { filter: [], limit: 100 });
  return page.ok
    ? page.value.items.map(({ action, outcome, detail }) => `${action} ${outcome} ${detail}`)
    : [];
};

describe('a request for access', () => {
  const BAD: readonly [string, Partial<AccessRequestWish>][] = [
    ['too short', { durationMs: 60_000 }],
    ['too long', { durationMs: 25 * HOUR_MS }],
    ['for everybody', { subject: { kind: 'Group', name: 'system:authenticated' } }],
    ['of an account without a namespace', { subject: { kind: 'ServiceAccount', name: 'a' } }],
    ['in a namespace that is a path', { namespace: '../kube-system' }],
    ['of a Role of no namespace', { role: { kind: 'Role', name: 'a' } }],
    ['of a role and of verbs', { rules: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }] }],
    ['of a role that is not there', { role: { kind: 'ClusterRole', name: 'nowhere' } }],
    ['without a reason', { reason: '  ' }],
  ];
  it('is refused before anything is asked of the cluster when it makes no sense', async () => {
    const { namespace: _all, ...wide } = WISH;
    for (const [name, more] of BAD) {
      const wish = more.role?.kind === 'Role' ? { ...wide, ...more } : { ...WISH, ...more };
      expect([name, code(await desk.ask(REN, wish))]).toEqual([name, 'E_BODY_INVALID']);
    }
    expect(fake.requests.filter((one) => one.startsWith('POST'))).toEqual([]);
  });

  it('writes nothing until somebody else approves it, then a binding with label and end', async () => {
    const request = await asked();
    expect(request).toMatchObject({
      state: 'asked',
      level: 'written',
      askedBy: 'ren',
      risk: { level: 'none' },
    });
    expect(fake.store.list('rolebindings')).toEqual([]);
    expect(code(await desk.approve({ ...AIKO, person: 'ren' }, request.id, {}))).toBe('E_ACCESS_OWN_REQUEST');
    const active = good(await desk.approve(AIKO, request.id, { decision: 'yes' }));
    expect(active).toMatchObject({ state: 'active', decidedBy: 'aiko', expiresAtMs: nowMs + HOUR_MS });
    expect(binding(active)).toMatchObject({
      metadata: {
        labels: { [REQUEST_LABEL]: request.id, 'app.kubernetes.io/managed-by': 'bartizan' },
        annotations: { [EXPIRY_ANNOTATION]: new Date(nowMs + HOUR_MS).toISOString() },
      },
      roleRef: { kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'worker' }],
    });
    expect(code(await desk.approve(AIKO, request.id, {}))).toBe('E_ACCESS_STATE');
    expect(changes.at(-1)?.data).toMatchObject({ code: 'access-request', state: 'active' });
  });

  it('ends on its time, also when another controller finds it', async () => {
    const active = await approved();
    await lifecycle.close();
    nowMs += HOUR_MS;
    build();
    lifecycle.start();
    expect(await until(active, 'ended')).toMatchObject({ end: 'time', endedAtMs: nowMs });
    expect(binding(active)).toBeUndefined();
    expect(await audited()).toEqual(expect.arrayContaining(['access.request.finish success over: time']));
  });

  it('that was approved before a crash is made after it, and never past its time', async () => {
    const request = await asked();
    const put = (more: Partial<AccessRequest>) =>
      test.store.accessRequests.put(SCOPE, [{ ...request, state: 'approved', ...more }]);
    await put({ expiresAtMs: nowMs + 1000 });
    lifecycle.start();
    await until(request, 'active');
    await put({ expiresAtMs: nowMs - 1000 });
    expect(await until(request, 'ended')).toMatchObject({ end: 'not-applied' });
    expect(binding(request)).toBeUndefined();
  });

  it('is told as failed while the API server refuses the end, and ends when it lets it', async () => {
    const active = await approved();
    nowMs += HOUR_MS;
    fake.forbidden.add('rolebindings');
    expect(await until(active, 'failed')).toMatchObject({ problem: { code: 'E_KUBE_NOT_PERMITTED' } });
    fake.forbidden.clear();
    expect((await until(active, 'ended')).problem).toBeUndefined();
    expect(binding(active)).toBeUndefined();
  });

  it('is over when somebody removes its binding, which is not put back', async () => {
    const active = await approved();
    fake.store.remove('rolebindings', 'shop', `bartizan-access-${active.id}`);
    expect(await until(active, 'ended')).toMatchObject({ end: 'in-cluster' });
    expect(binding(active)).toBeUndefined();
  });

  it('is left as somebody changed it, and still ends', async () => {
    const active = await approved();
    const live = binding(active);
    const managedFields = [{ manager: 'kubectl-edit', time: '2026-01-01T00:00:00Z' }];
    fake.store.put('rolebindings', {
      ...live,
      metadata: { ...live?.metadata, name: `bartizan-access-${active.id}`, managedFields },
      subjects: [{ kind: 'User', name: 'eve' }],
    });
    lifecycle.seen();
    await expect
      .poll(async () => {
        const found = await test.store.accessRequests.get(SCOPE, active.id);
        return found.ok ? found.value?.changedInCluster : undefined;
      })
      .toMatchObject({ by: 'kubectl-edit' });
    expect(binding(active)).toMatchObject({ subjects: [{ name: 'eve' }] });
    expect((await audited()).filter((one) => one.startsWith('access.request.changed'))).toHaveLength(1);
    nowMs += HOUR_MS;
    await until(active, 'ended');
    expect(binding(active)).toBeUndefined();
  });

  it('does not take away what somebody else put in its place under the same name', async () => {
    const active = await approved();
    const name = `bartizan-access-${active.id}`;
    fake.store.remove('rolebindings', 'shop', name);
    fake.store.put('rolebindings', { metadata: { name, namespace: 'shop' }, roleRef: {}, subjects: [] });
    nowMs += HOUR_MS;
    expect(await until(active, 'failed')).toMatchObject({ problem: { code: 'E_ACCESS_STILL_GRANTED' } });
    expect(binding(active)).toBeDefined();
  });

  it('with a way to cluster-admin needs that the risk is taken', async () => {
    const { namespace: _all, ...wide } = WISH;
    const request = good(await desk.ask(REN, { ...wide, role: { kind: 'ClusterRole', name: 'everything' } }));
    expect(request.risk).toMatchObject({ level: 'path' });
    const refused = await desk.approve(AIKO, request.id, {});
    expect(refused).toMatchObject({
      error: { code: 'E_ACCESS_RISK', detail: expect.stringContaining('cluster-admin') },
    });
    expect(fake.store.list('clusterrolebindings')).toEqual([]);
    expect(good(await desk.approve(AIKO, request.id, { acceptRisk: true }))).toMatchObject({
      state: 'active',
    });
  });

  it('that the controller may not write is proposed, watched, and told while it stays past its end', async () => {
    fake.forbidden.add('rolebindings');
    const request = await asked();
    expect(request).toMatchObject({ level: 'proposed-only', problem: { code: 'E_KUBE_NOT_PERMITTED' } });
    fake.forbidden.clear();
    // Somebody else makes it from the YAML, with rights of their own.
    const approvedOnly = { ...request, state: 'approved', expiresAtMs: nowMs + HOUR_MS } as const;
    await test.store.accessRequests.put(SCOPE, [approvedOnly]);
    const detail = await desk.detail(request.id);
    expect(detail.ok && detail.value.yaml).toContain(`name: bartizan-access-${request.id}`);
    const name = `bartizan-access-${request.id}`;
    fake.store.put('rolebindings', {
      metadata: { name, namespace: 'shop', labels: {} },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'shop', name: 'worker' }],
    });
    await until(request, 'active');
    nowMs += HOUR_MS;
    expect(await until(request, 'failed')).toMatchObject({ problem: { code: 'E_ACCESS_STILL_GRANTED' } });
    fake.store.remove('rolebindings', 'shop', name);
    expect(await until(request, 'ended')).toMatchObject({ end: 'time' });
  });

  it('is written after all when the API server refused it only for a moment', async () => {
    const request = await asked();
    fake.forbidden.add('rolebindings');
    expect(good(await desk.approve(AIKO, request.id, {}))).toMatchObject({
      state: 'approved',
      level: 'proposed-only',
    });
    fake.forbidden.clear();
    expect(await until(request, 'active')).toMatchObject({ level: 'written' });
    expect(binding(request)).toBeDefined();
  });

  it('that nobody decides on is over after a day, and cannot be approved then', async () => {
    const request = await asked();
    nowMs += UNDECIDED_MS;
    expect(code(await desk.approve(AIKO, request.id, {}))).toBe('E_ACCESS_STATE');
    expect(await until(request, 'ended')).toMatchObject({ end: 'not-decided' });
  });

  it('is refused with a reason, withdrawn by who asked, and ended early by who may', async () => {
    const refused = good(await desk.refuse(AIKO, (await asked()).id, 'too wide'));
    expect(refused).toMatchObject({ state: 'refused', decision: 'too wide' });
    const withdrawn = good(await desk.end(REN, (await asked()).id));
    expect(withdrawn).toMatchObject({ state: 'ended', end: 'person', endedBy: 'ren' });
    const active = await approved();
    expect(code(await desk.end({ person: 'eve', mayApprove: false }, active.id))).toBe('E_FORBIDDEN');
    expect(good(await desk.end(AIKO, active.id))).toMatchObject({
      state: 'ended',
      end: 'person',
      endedBy: 'aiko',
    });
    expect(binding(active)).toBeUndefined();
  });

  it('that nobody knows of any more is swept once its annotation says it is over', async () => {
    const active = await approved();
    await test.store.accessRequests.remove(SCOPE, [active.id]);
    nowMs += HOUR_MS;
    await lifecycle.close();
    build();
    lifecycle.start();
    await expect.poll(() => binding(active)).toBeUndefined();
    await expect
      .poll(async () => (await audited()).some((one) => one.startsWith('access.request.sweep success')))
      .toBe(true);
  });

  it('is granted nowhere for a tenant that the cluster does not belong to', async () => {
    const others = buildRequestDesks({
      ...{ store: test.store, clock, log, owner: OWNER, publish: quiet },
      ...{ instance: 'main', shortestMs: 1, place: undefined },
    })({ ...OWNER, tenant: 'other' });
    expect(code(await others.ask(REN, WISH))).toBe('E_POLICY_NO_CLUSTER');
    expect(code(await others.end(AIKO, (await asked()).id))).toBe('E_NOT_FOUND');
  });
});
