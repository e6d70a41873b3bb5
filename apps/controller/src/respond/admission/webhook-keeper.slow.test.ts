// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient, type KubeObject } from '@bartizan/adapters/kube';
import { systemScope } from '@bartizan/contracts';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { openTestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Restoration } from '../../native-ports.ts';
import type { ClusterFeed, Log } from '../../ports.ts';
import type { RegistrationPlan } from './registration.ts';
import { WebhookKeeper } from './webhook-keeper.ts';

const VALIDATING = 'validatingwebhookconfigurations';
const MUTATING = 'mutatingwebhookconfigurations';
const PLAN: RegistrationPlan = {
  instance: 'main',
  address: { url: 'https://10.0.0.1:8443' },
  caPem: 'first',
  ownNamespaces: ['bartizan'],
  mayFailClosed: true,
  more: { judged: [], entered: [] },
};
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
type Listener = Parameters<ClusterFeed['listen']>[0];

let fake: FakeApiServer;
let client: KubeClient;
let test: Awaited<ReturnType<typeof openTestStore>>;
let keeper: WebhookKeeper;
let listener: Listener | undefined;
let restored: Restoration[] = [];
let nowMs = 0;
beforeEach(async () => {
  [restored, nowMs] = [[], 1_000];
  fake = await startFakeApiServer([VALIDATING, MUTATING]);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  test = await openTestStore();
  keeper = new WebhookKeeper({
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
  });
});
afterEach(async () => {
  await keeper.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const live = (name: string) =>
  fake.store.get(VALIDATING, undefined, name) ?? fake.store.get(MUTATING, undefined, name);
const tell = (name: string, object?: KubeObject): void =>
  listener?.onChange({
    kind: 'ValidatingWebhookConfiguration',
    meta: { name, namespace: '', uid: 'u', resourceVersion: '1' },
    ...(object === undefined ? {} : { object }),
  });
const audited = async () => {
  const page = await test.store.audit.list(systemScope('test'), { filter: [], limit: 10 });
  return page.ok ? page.value.items.filter(({ action }) => action === 'admission.restore') : [];
};
const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 10 });
const states = () => keeper.states().map(({ name, state }) => `${name} ${state}`);

describe('our webhooks', () => {
  it('are registered, and follow the plan', async () => {
    await keeper.keep(PLAN);
    expect(states()).toEqual([
      'bartizan-main-validate in-force',
      'bartizan-main-connect in-force',
      'bartizan-main-mutate in-force',
    ]);
    await keeper.keep({ ...PLAN, caPem: 'second', mayFailClosed: false });
    const text = JSON.stringify(live('bartizan-main-validate'));
    expect(text).toContain(Buffer.from('second').toString('base64'));
    expect(text).not.toContain('Fail"');
    expect(await audited()).toEqual([]);
  });

  it.each<[string, (webhooks: Record<string, unknown>[]) => unknown[]]>([
    ['an entry taken out', (webhooks) => webhooks.slice(1)],
    ['an entry put in', (webhooks) => [...webhooks, { name: 'theirs.example.org' }]],
    ['rules emptied', ([first, ...rest]) => [{ ...first, rules: [] }, ...rest]],
    [
      'a selector that fits nothing',
      ([first, ...rest]) => [{ ...first, objectSelector: { matchLabels: { never: 'x' } } }, ...rest],
    ],
    [
      'a condition more',
      ([first, ...rest]) => [
        { ...first, matchConditions: [{ name: 'never', expression: 'false' }] },
        ...rest,
      ],
    ],
  ])('are put back and audited after a change: %s', async (_, change) => {
    await keeper.keep(PLAN);
    const name = 'bartizan-main-validate';
    const before = live(name);
    const webhooks = before?.['webhooks'] as Record<string, unknown>[];
    const metadata = { name, managedFields: [{ manager: 'kubectl-edit', time: '2026-01-01T00:00:00Z' }] };
    const changed = fake.store.put(VALIDATING, { ...before, metadata, webhooks: change(webhooks) });
    tell(name, { raw: changed, meta: { ...changed.metadata, namespace: '' } });
    await until(() => expect(live(name)?.['webhooks']).toEqual(webhooks));
    await until(async () =>
      expect(await audited()).toMatchObject([{ target: name, detail: 'changed by kubectl-edit; restored' }]),
    );
    expect(keeper.states()[0]).toMatchObject({ state: 'restored', restoredTotal: 1, failsClosed: true });
  });

  it('are put back after they were deleted; our own changes are no reason to', async () => {
    await keeper.keep(PLAN);
    const name = 'bartizan-main-connect';
    const own = live(name);
    if (own !== undefined) tell(name, { raw: own, meta: { ...own.metadata, namespace: '' } });
    fake.store.remove(VALIDATING, undefined, name);
    tell(name);
    await until(() => expect(live(name)).toBeDefined());
    await until(async () => expect(await audited()).toHaveLength(1));
    expect(restored).toEqual([
      {
        ...{ kind: 'ValidatingWebhookConfiguration', resource: VALIDATING, name, change: 'deleted' },
        ...{ noticed: 'watch', sinceMs: 1_000, restoredAtMs: 1_000 },
      },
    ]);
  });

  it('are said to be not permitted where we may not write them', async () => {
    fake.forbidden.add(MUTATING);
    await keeper.keep(PLAN);
    expect(keeper.states().at(-1)).toMatchObject({ state: 'not-permitted', code: 'E_KUBE_NOT_PERMITTED' });
  });
});
