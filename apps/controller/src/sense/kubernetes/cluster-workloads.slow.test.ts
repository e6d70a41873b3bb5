// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { DEFAULT_TENANT, LOCAL_CLUSTER, systemScope, type Workload } from '@bartizan/contracts';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { aWorkload, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { CLUSTER_RESOURCES } from './cluster-resources.ts';
import { type ClusterChange, ClusterState } from './cluster-state.ts';
import { ClusterWorkloads } from './cluster-workloads.ts';
import { Placing } from './placing.ts';

const SCOPE = systemScope('test');
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 15_000, interval: 20 });

let fake: FakeApiServer;
let client: KubeClient;
let test: TestStore;
let state: ClusterState;
let workloads: ClusterWorkloads;
beforeEach(async () => {
  fake = await startFakeApiServer(CLUSTER_RESOURCES.map(({ plural }) => plural));
  test = await openTestStore();
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  state = new ClusterState({ client, log: quiet, timing: { backoffMs: 10 } });
  workloads = new ClusterWorkloads({
    state,
    store: test.store,
    clock: test.clock,
    log: quiet,
    publish: () => undefined,
    owner: { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT },
    turnstile: new Turnstile(),
  });
});
afterEach(async () => {
  await state.stop();
  await workloads.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const owned = (kind: string, name: string, apiVersion = 'apps/v1') => ({
  ownerReferences: [{ kind, name, apiVersion, controller: true }],
});
const pod = (name: string, more: object = {}, running = true) => ({
  metadata: { name, namespace: 'shop', ...more },
  spec: { nodeName: 'n1', containers: [{ image: 'busybox:1' }] },
  status: { containerStatuses: [{ state: running ? { running: {} } : { waiting: {} } }] },
});
const stored = async (): Promise<readonly Workload[]> => {
  const page = await test.store.workloads.list(SCOPE, { filter: [], limit: 100 });
  return page.ok ? page.value.items : [];
};
const names = async () => (await stored()).map(({ kind, name, running }) => `${kind} ${name} ${running}`);

describe('workloads of a cluster', () => {
  it('gather the Pods of one owner, and move them when the owner becomes known', async () => {
    fake.store.put('pods', pod('web-1', owned('ReplicaSet', 'web-6d4')));
    fake.store.put('pods', pod('web-2', owned('ReplicaSet', 'web-6d4'), false));
    state.start();
    await until(async () => expect(await names()).toEqual(['ReplicaSet web-6d4 1']));
    const replicaSet = { name: 'web-6d4', namespace: 'shop', ...owned('Deployment', 'web') };
    fake.store.put('replicasets', { metadata: replicaSet });
    await until(async () => expect(await names()).toEqual(['Deployment web 1', 'ReplicaSet web-6d4 0']));
    fake.store.remove('pods', 'shop', 'web-1');
    await until(async () => expect(await names()).toEqual(['Deployment web 0', 'ReplicaSet web-6d4 0']));
  });

  it('keep what others wrote of them, and end what the cluster no longer has', async () => {
    const kept = aWorkload({
      id: 'w-gone',
      kind: 'StatefulSet',
      namespace: 'shop',
      name: 'gone',
      running: 3,
    });
    const local = aWorkload({ id: 'w-local', kind: 'Container', namespace: '', name: 'local', running: 1 });
    await test.store.workloads.put(SCOPE, [kept, local]);
    state.start();
    await until(async () => expect(await names()).toEqual(['StatefulSet gone 0', 'Container local 1']));
  });

  it('take what an agent reports of a Pod; what is not known stays with the Pod', async () => {
    fake.store.put('pods', pod('db-0', owned('StatefulSet', 'db')));
    state.start();
    await until(() =>
      expect(workloads.ofPod('shop', 'db-0')).toMatchObject({ kind: 'StatefulSet', name: 'db' }),
    );
    const placing = new Placing(workloads);
    const id = workloads.ofPod('shop', 'db-0')?.id ?? '';
    const ref = { workload: 'w-pod', kind: 'Pod' as const, namespace: 'shop', name: 'db-0' };
    expect(placing.ref(ref)).toEqual({
      workload: id,
      kind: 'StatefulSet',
      namespace: 'shop',
      name: 'db',
      pod: 'db-0',
    });
    expect(placing.ref({ ...ref, name: 'other' })).toEqual({ ...ref, name: 'other' });
    expect(placing.ref({ ...ref, kind: 'Container' })).toMatchObject({ workload: 'w-pod' });
    const reported = aWorkload({ id: 'w-pod', kind: 'Pod', namespace: 'shop', name: 'db-0', running: 9 });
    expect(placing.record({ type: 'workload', workload: reported })).toMatchObject({
      workload: { id, kind: 'StatefulSet', name: 'db', running: 1 },
    });
  });

  it('are told to those who follow the cluster, with whole objects; kinds that may not be read say so', async () => {
    fake.forbidden.add('clusterroles');
    const changes: ClusterChange[] = [];
    state.listen({ onChange: (change) => changes.push(change) });
    fake.store.put('pods', pod('one'));
    state.start();
    await until(() => expect(changes.map(({ kind, meta }) => `${kind} ${meta.name}`)).toEqual(['Pod one']));
    expect(changes[0]?.object?.raw['spec']).toMatchObject({ nodeName: 'n1' });
    fake.store.remove('pods', 'shop', 'one');
    await until(() => expect(changes).toHaveLength(2));
    expect(changes.at(-1)?.object).toBeUndefined();
    await until(() => expect(state.state('ClusterRole')?.condition).toBe('not-permitted'));
    const read: string[] = [];
    fake.store.put('pods', pod('two'));
    expect(await state.visit('Pod', ({ meta }) => read.push(meta.name))).toEqual({ ok: true, value: 1 });
    expect(read).toEqual(['two']);
    const refused = await state.visit('ClusterRole', () => undefined);
    expect(!refused.ok && refused.error.code).toBe('E_KUBE_NOT_PERMITTED');
  });
});
