// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { err, failure, systemScope } from '@bartizan/contracts';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { openTestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnedObject, Restoration } from '../../native-ports.ts';
import type { ClusterFeed, Log } from '../../ports.ts';
import { NativeKeeper } from './native-keeper.ts';

const resource = (kind: string, plural: string) => ({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind,
  plural,
  isNamespaced: false,
});
const POLICY = resource('ValidatingAdmissionPolicy', 'validatingadmissionpolicies');
const BINDING = resource('ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings');
const LABELS = { 'app.kubernetes.io/managed-by': 'bartizan', 'app.kubernetes.io/instance': 'main' };
const SPEC = { failurePolicy: 'Fail', validations: [{ expression: 'true' }] };
const owned = (kind: typeof POLICY, name: string, spec: Record<string, unknown>): OwnedObject => ({
  resource: kind,
  name,
  object: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: kind.kind,
    metadata: { name, labels: LABELS, annotations: { 'policy.bartizan.dev/rule': 'a.b' } },
    spec,
  },
});
const pair = (name: string): OwnedObject[] => [
  owned(POLICY, name, SPEC),
  owned(BINDING, name, { policyName: name }),
];
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
type Listener = Parameters<ClusterFeed['listen']>[0];

let fake: FakeApiServer;
let client: KubeClient;
let test: Awaited<ReturnType<typeof openTestStore>>;
let keeper: NativeKeeper;
let listener: Listener | undefined;
let restored: Restoration[] = [];
let nowMs = 0;
beforeEach(async () => {
  [restored, nowMs] = [[], 1_000];
  fake = await startFakeApiServer([POLICY.plural, BINDING.plural]);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  test = await openTestStore();
  keeper = new NativeKeeper({
    client,
    feed: {
      listen: (given) => {
        listener = given;
        return () => {
          listener = undefined;
        };
      },
    },
    store: test.store,
    clock: { nowMs: () => nowMs },
    onRestored: (one) => void restored.push(one),
    log: quiet,
    owner: { cluster: 'local', tenant: 'default' },
    resources: [POLICY, BINDING],
    labels: LABELS,
  });
});
afterEach(async () => {
  await keeper.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const live = (plural: string, name: string) => fake.store.get(plural, undefined, name);
const tell = (kind: string, plural: string, name: string): void => {
  const raw = live(plural, name);
  listener?.onChange({
    kind,
    meta: { name, namespace: '', uid: 'u', resourceVersion: '1' },
    ...(raw === undefined ? {} : { object: { raw, meta: { ...raw.metadata, namespace: '' } } }),
  });
};
const audited = async () => {
  const page = await test.store.audit.list(systemScope('test'), { filter: [], limit: 10 });
  return page.ok ? page.value.items.filter(({ action }) => action === 'admission.restore') : [];
};
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('policies that are kept in a cluster', () => {
  it('are written, follow the plan, and are removed with their bindings first', async () => {
    await keeper.keep([...pair('one'), ...pair('two')], true);
    expect(live(POLICY.plural, 'one')?.['spec']).toEqual(SPEC);
    expect(keeper.state(BINDING.kind, 'two')).toEqual({ state: 'in-force', restoredTotal: 0 });
    await keeper.keep(pair('two'), true);
    expect(live(POLICY.plural, 'one')).toBeUndefined();
    const removed = fake.requests.filter((one) => one.startsWith('DELETE'));
    expect(removed.map((one) => one.split('/').at(-2))).toEqual([BINDING.plural, POLICY.plural]);
    expect(await audited()).toEqual([]);
  });

  it('replace those that a former version wrote under other names, the new ones first', async () => {
    const metadata = { name: 'custom.web.prod', labels: LABELS };
    fake.store.put(POLICY.plural, { metadata, spec: SPEC });
    fake.store.put(BINDING.plural, { metadata, spec: { policyName: metadata.name } });
    await keeper.keep(pair('custom.web--prod'), true);
    expect(live(BINDING.plural, 'custom.web--prod')).toBeDefined();
    expect(live(BINDING.plural, metadata.name)).toBeUndefined();
    expect(live(POLICY.plural, metadata.name)).toBeUndefined();
    const changes = fake.requests
      .filter((one) => /^(PATCH|DELETE)/.test(one))
      .map((one) => one.split(' ')[0]);
    expect(changes).toEqual(['PATCH', 'PATCH', 'DELETE', 'DELETE']);
  });

  it('leave those of other names in force until the new ones of their rule are', async () => {
    const intervals = vi.spyOn(globalThis, 'setInterval');
    const annotations = { 'policy.bartizan.dev/rule': 'a.b' };
    const metadata = { name: 'a.b.prod', labels: LABELS, annotations };
    const ofOther = { name: 'a.c', labels: LABELS, annotations: { 'policy.bartizan.dev/rule': 'a.c' } };
    fake.store.put(POLICY.plural, { metadata, spec: SPEC });
    fake.store.put(BINDING.plural, { metadata, spec: { policyName: metadata.name } });
    fake.store.put(BINDING.plural, { metadata: ofOther, spec: { policyName: ofOther.name } });
    const apply = client.apply.bind(client);
    const failing = vi
      .spyOn(client, 'apply')
      .mockImplementation((kind, ...rest) =>
        kind === BINDING
          ? Promise.resolve(err(failure('E_KUBE_UNREACHABLE', 'no answer in time')))
          : apply(kind, ...rest),
      );
    await keeper.keep(pair('a.b--prod'), true);
    const look = intervals.mock.calls.find(([, ms]) => ms === 30_000)?.[0];
    intervals.mockRestore();
    expect(keeper.state(BINDING.kind, 'a.b--prod')).toMatchObject({ state: 'absent' });
    expect([POLICY, BINDING].map(({ plural }) => live(plural, 'a.b.prod'))).toEqual([
      expect.objectContaining({ spec: SPEC }),
      expect.objectContaining({ spec: { policyName: 'a.b.prod' } }),
    ]);
    expect(live(BINDING.plural, ofOther.name)).toBeUndefined();
    expect(keeper.leftover()).toEqual({ code: 'E_KUBE_UNREACHABLE', detail: 'no answer in time' });
    failing.mockRestore();
    look?.();
    await until(() => expect(live(POLICY.plural, 'a.b.prod')).toBeUndefined());
    expect(live(BINDING.plural, 'a.b.prod')).toBeUndefined();
    expect(live(BINDING.plural, 'a.b--prod')).toBeDefined();
    expect(keeper.leftover()).toBeUndefined();
  });

  it('do not wait for what the API server refuses for good', async () => {
    const annotations = { 'policy.bartizan.dev/rule': 'a.b' };
    fake.store.put(BINDING.plural, {
      metadata: { name: 'a.b.prod', labels: LABELS, annotations },
      spec: { policyName: 'a.b.prod' },
    });
    vi.spyOn(client, 'apply').mockResolvedValue(err(failure('E_KUBE_REFUSED', 'no such field')));
    await keeper.keep(pair('a.b--prod'), true);
    expect(keeper.state(BINDING.kind, 'a.b--prod')).toMatchObject({ state: 'refused' });
    expect(live(BINDING.plural, 'a.b.prod')).toBeUndefined();
  });

  it('leave alone what is not ours, and what may be wanted when more is known', async () => {
    const metadata = { name: 'theirs', labels: { 'app.kubernetes.io/managed-by': 'bartizan' } };
    fake.store.put(POLICY.plural, { metadata, spec: SPEC });
    await keeper.keep(pair('one'), true);
    await keeper.keep([], false);
    expect(live(POLICY.plural, 'one')).toBeDefined();
    await keeper.keep([], true);
    expect(live(POLICY.plural, 'one')).toBeUndefined();
    expect(live(POLICY.plural, 'theirs')).toBeDefined();
  });

  it.each<[string, Record<string, unknown>]>([
    ['a field changed', { ...SPEC, failurePolicy: 'Ignore' }],
    ['a condition put beside ours', { ...SPEC, matchConditions: [{ name: 'never', expression: 'false' }] }],
  ])('are put back and audited after a change: %s', async (_, spec) => {
    await keeper.keep(pair('one'), true);
    const metadata = {
      ...live(POLICY.plural, 'one')?.metadata,
      name: 'one',
      managedFields: [{ manager: 'kubectl-edit', time: '2026-01-01T00:00:00Z' }],
    };
    fake.store.put(POLICY.plural, { ...live(POLICY.plural, 'one'), metadata, spec });
    tell(POLICY.kind, POLICY.plural, 'one');
    await until(() => expect(live(POLICY.plural, 'one')?.['spec']).toEqual(SPEC));
    await until(async () =>
      expect(await audited()).toMatchObject([{ target: 'one', detail: 'changed by kubectl-edit; restored' }]),
    );
    expect(keeper.state(POLICY.kind, 'one')).toMatchObject({ state: 'in-force', restoredTotal: 1 });
    expect(restored).toEqual([
      {
        ...{ kind: POLICY.kind, resource: POLICY.plural, name: 'one', change: 'changed' },
        ...{ writer: 'kubectl-edit', noticed: 'watch', sinceMs: 1_000, restoredAtMs: 1_000 },
      },
    ]);
  });

  it('are put back after they were deleted; our own writing is no reason to', async () => {
    await keeper.keep(pair('one'), true);
    tell(BINDING.kind, BINDING.plural, 'one');
    fake.store.remove(BINDING.plural, undefined, 'one');
    tell(BINDING.kind, BINDING.plural, 'one');
    await until(() => expect(live(BINDING.plural, 'one')).toBeDefined());
    await until(async () => expect(await audited()).toMatchObject([{ detail: 'deleted; restored' }]));
    expect(restored).toMatchObject([{ kind: BINDING.kind, change: 'deleted', noticed: 'watch' }]);
    expect(restored[0]).not.toHaveProperty('writer');
  });

  it('are found by the regular look where no watch tells, away since the last time they were whole', async () => {
    const intervals = vi.spyOn(globalThis, 'setInterval');
    await keeper.keep(pair('one'), true);
    const look = intervals.mock.calls.find(([, ms]) => ms === 30_000)?.[0];
    intervals.mockRestore();
    nowMs = 21_000;
    fake.store.remove(POLICY.plural, undefined, 'one');
    look?.();
    await until(() =>
      expect(restored).toMatchObject([
        { name: 'one', change: 'deleted', noticed: 'look', sinceMs: 1_000, restoredAtMs: 21_000 },
      ]),
    );
  });

  it('stay when keeping ends, and are said to be not permitted where we may not write', async () => {
    await keeper.keep(pair('one'), true);
    fake.forbidden.add(POLICY.plural);
    await keeper.keep([...pair('one'), ...pair('two')], true);
    expect(keeper.state(POLICY.kind, 'two')).toMatchObject({
      state: 'not-permitted',
      code: 'E_KUBE_NOT_PERMITTED',
    });
    await keeper.close();
    expect(live(BINDING.plural, 'one')).toBeDefined();
  });
});
