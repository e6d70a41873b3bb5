// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { openTestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Log } from '../ports.ts';
import { GrantKeeper } from './access/grant-keeper.ts';
import { NativeKeeper } from './admission/native-keeper.ts';
import { ReportKeeper } from './admission/report-keeper.ts';
import { labelSelectorOf, listLabelled } from './labelled-objects.ts';

const MOST = 10_000;
const LABELS = { 'app.kubernetes.io/managed-by': 'bartizan', 'app.kubernetes.io/instance': 'main' };
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const resource = {
  ...{ group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy' },
  ...{ plural: 'validatingadmissionpolicies', isNamespaced: false },
};
const roles = {
  ...{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles' },
  isNamespaced: false,
};

let fake: FakeApiServer;
let client: KubeClient;
beforeEach(async () => {
  fake = await startFakeApiServer([
    resource.plural,
    'clusterroles',
    'reports',
    'clusterreports',
    'policyreports',
    'clusterpolicyreports',
  ]);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.token),
  });
});
afterEach(async () => {
  await client.close();
  await fake.close();
});
function fill(plural: string, count: number): void {
  for (let at = 0; at < count; at += 1)
    fake.store.put(plural, {
      metadata: { name: `other-${at}`, namespace: 'shop', labels: { ...LABELS, request: 'r' } },
    });
}
const removals = (): readonly string[] => fake.requests.filter((one) => one.startsWith('DELETE'));
const asked = () => listLabelled(client, resource, labelSelectorOf(LABELS));

it('lists all there is room for, and no part of more', async () => {
  fill(resource.plural, MOST);
  const whole = await asked();
  expect(whole.ok && whole.value.length).toBe(MOST);
  fake.store.put(resource.plural, { metadata: { name: 'one-more' } });
  expect(await asked()).toMatchObject({
    ok: false,
    error: {
      code: 'E_KUBE_TOO_MANY',
      detail: 'more than 10000 validatingadmissionpolicies.admissionregistration.k8s.io with labels of ours',
    },
  });
});

it('is told, and nothing is removed, where policies of ours cannot be told apart from very many', async () => {
  fill(resource.plural, MOST + 1);
  const test = await openTestStore();
  const keeper = new NativeKeeper({
    ...{ client, feed: { listen: () => () => undefined }, store: test.store, log: quiet },
    clock: { nowMs: () => Date.now() },
    ...{ owner: { cluster: 'local', tenant: 'default' }, onRestored: () => undefined },
    ...{ resources: [resource], labels: LABELS },
  });
  await keeper.keep([], true);
  expect(keeper.leftover()).toMatchObject({ code: 'E_KUBE_TOO_MANY' });
  expect(removals()).toEqual([]);
  for (let at = 0; at < MOST; at += 1) fake.store.remove(resource.plural, 'shop', `other-${at}`);
  await keeper.keep([], true);
  expect(keeper.leftover()).toBeUndefined();
  await keeper.close();
  await test.remove();
});

it('is told, and reports are neither removed nor written again and again', async () => {
  fill('reports', MOST + 1);
  const keeper = new ReportKeeper({ client, instance: 'main' });
  const summary = { fail: 0, warn: 0, error: 0, skip: 0 };
  const plan = [{ namespace: 'shop', summary, results: [], leftOut: 0 }];
  for (let round = 0; round < 2; round += 1)
    expect(await keeper.keep(plan)).toMatchObject({ reports: 1, error: { code: 'E_KUBE_TOO_MANY' } });
  expect(fake.requests.filter((one) => one.startsWith('PATCH'))).toHaveLength(1);
  expect(removals()).toEqual([]);
});

it('is told where grants are looked for that nobody knows of', async () => {
  fill('clusterroles', MOST + 1);
  const keeper = new GrantKeeper({
    ...{ client, resources: [roles], labels: LABELS, requestLabel: 'request' },
    expiryAnnotation: 'until',
  });
  expect(await keeper.found()).toMatchObject({ ok: false, error: { code: 'E_KUBE_TOO_MANY' } });
  expect(removals()).toEqual([]);
});
