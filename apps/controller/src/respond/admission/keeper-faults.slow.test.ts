// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { systemScope } from '@bartizan/contracts';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OwnedObject } from '../../native-ports.ts';
import type { ClusterFeed, Log } from '../../ports.ts';
import { NativeKeeper } from './native-keeper.ts';
import { desiredConfigurations, type RegistrationPlan } from './registration.ts';
import { WebhookKeeper } from './webhook-keeper.ts';

const VALIDATING = 'validatingwebhookconfigurations';
const POLICIES = 'validatingadmissionpolicies';
const NAME = 'bartizan-main-validate';
const KINDS: Readonly<Record<string, string>> = {
  [VALIDATING]: 'ValidatingWebhookConfiguration',
  mutatingwebhookconfigurations: 'MutatingWebhookConfiguration',
  [POLICIES]: 'ValidatingAdmissionPolicy',
};
const quiet: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const planOf = (caPem: string): RegistrationPlan => ({
  ...{ instance: 'main', address: { url: 'https://10.0.0.1:8443' }, caPem, ownNamespaces: ['bartizan'] },
  ...{ mayFailClosed: true, more: { judged: [], entered: [] } },
});
const POLICY = {
  resource: {
    ...{ group: 'admissionregistration.k8s.io', version: 'v1', kind: 'ValidatingAdmissionPolicy' },
    ...{ plural: POLICIES, isNamespaced: false },
  },
} as const;
const policyOf = (expression: string): OwnedObject => ({
  ...POLICY,
  name: 'one',
  object: {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' },
    metadata: { name: 'one', labels: { by: 'us' }, annotations: {} },
    spec: { validations: [{ expression }] },
  },
});

let fake: FakeApiServer;
const tests: TestStore[] = [];
const open: { close: () => Promise<void> }[] = [];
beforeEach(async () => {
  fake = await startFakeApiServer(Object.keys(KINDS));
});
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
  await fake.close();
  for (const test of tests.splice(0)) await test.remove();
});

/** Tells every change of the fake, as a watch does. */
const feed: ClusterFeed = {
  listen: ({ onChange }) => {
    const stop = fake.store.follow(fake.store.version, ({ type, object, collection }) => {
      const { name, uid, resourceVersion } = object.metadata;
      const meta = { name, namespace: '', uid, resourceVersion };
      const told = type === 'DELETED' ? {} : { object: { raw: object, meta } };
      setImmediate(() => onChange({ kind: KINDS[collection] ?? '', meta, ...told }));
    });
    return () => stop?.();
  },
};
/** A controller of its own: another client, another store, another authority. */
async function controller() {
  const client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.token),
  });
  open.push(client);
  const test = await openTestStore();
  tests.push(test);
  const restored: unknown[] = [];
  const parts = {
    ...{ client, feed, store: test.store, clock: { nowMs: () => Date.now() }, log: quiet },
    owner: { cluster: 'local', tenant: 'default' },
    onRestored: (one: unknown) => void restored.push(one),
  };
  const keeper = new WebhookKeeper(parts);
  const native = new NativeKeeper({ ...parts, resources: [POLICY.resource], labels: { by: 'us' } });
  open.push(keeper, native);
  const audited = async (): Promise<number> => {
    const page = await test.store.audit.list(systemScope('test'), { filter: [], limit: 200 });
    return page.ok ? page.value.items.filter(({ action }) => action === 'admission.restore').length : -1;
  };
  return { keeper, native, restored, audited };
}
const writes = (plural: string): number =>
  fake.requests.filter((one) => /^(?:PUT|POST|PATCH) /.test(one) && one.includes(plural)).length;
const sleep = (ms: number): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, ms));
/** A dispute is told after seven restorations: the slowest comes every 0.8 s. */
const DISPUTE_MS = 30_000;

describe('two controllers of one name', () => {
  it('neither tear a webhook nor write without end; both say so, and who stays has it', async () => {
    const [one, two] = [await controller(), await controller()];
    await one.keeper.keep(planOf('first'));
    await two.keeper.keep(planOf('second'));
    const whole = ['first', 'second'].map((ca) => desiredConfigurations(planOf(ca))[0]?.object.webhooks);
    const startedAt = performance.now();
    const codes = () => [one, two].map(({ keeper }) => keeper.states()[0]?.code);
    while (codes().some((code) => code === undefined)) {
      expect(performance.now() - startedAt).toBeLessThan(DISPUTE_MS);
      await sleep(50);
      expect(whole).toContainEqual(fake.store.get(VALIDATING, undefined, NAME)?.['webhooks']);
    }
    const tookMs = performance.now() - startedAt;
    const written = writes(VALIDATING);
    process.stdout.write(`two controllers wrote ${written} times in ${Math.round(tookMs)} ms\n`);
    expect(codes()).toEqual(Array(2).fill('E_ADMISSION_DISPUTED'));
    // Two configurations, two keepers, both written first: then what comes at once, and a write of each every 0.8 s.
    expect(written).toBeLessThanOrEqual(4 * (1 + 7 + tookMs / 800));
    for (const { restored, audited } of [one, two]) {
      // Three configurations: each is told while it may be an attack, and then once a minute.
      expect(restored.length).toBeLessThanOrEqual(3 * 7);
      expect(await audited()).toBe(restored.length);
    }
    await two.keeper.close();
    await vi.waitFor(
      () => expect(fake.store.get(VALIDATING, undefined, NAME)?.['webhooks']).toEqual(whole[0]),
      { timeout: 5_000, interval: 20 },
    );
  }, 60_000);

  it('nor a policy of the API server', async () => {
    const [one, two] = [await controller(), await controller()];
    const [first, second] = [policyOf('true'), policyOf('object != null')];
    await one.native.keep([first], false);
    await two.native.keep([second], false);
    const startedAt = performance.now();
    const states = () => [one, two].map((each) => each.native.state('ValidatingAdmissionPolicy', 'one'));
    while (states().some((state) => state?.code === undefined)) {
      expect(performance.now() - startedAt).toBeLessThan(DISPUTE_MS);
      await sleep(50);
      const spec = fake.store.get(POLICIES, undefined, 'one')?.['spec'];
      expect([first.object.spec, second.object.spec]).toContainEqual(spec);
    }
    const tookMs = performance.now() - startedAt;
    expect(writes(POLICIES)).toBeLessThanOrEqual(4 * (1 + 7 + tookMs / 800));
    for (const state of states())
      expect(state).toMatchObject({ state: 'in-force', code: 'E_ADMISSION_DISPUTED' });
    for (const { audited } of [one, two]) expect(await audited()).toBeLessThanOrEqual(7);
  }, 60_000);
});

describe('an API server that is too busy, or away', () => {
  it('is asked again until it takes the webhooks, without waiting for the next look', async () => {
    const { keeper } = await controller();
    // More than one exchange tries by itself.
    fake.beBusy(24, 0);
    await keeper.keep(planOf('first'));
    expect(keeper.states().map(({ state, code }) => `${state} ${code}`)).toContain('absent E_KUBE_BUSY');
    await vi.waitFor(
      () => expect(keeper.states().map(({ state }) => state)).toEqual(Array(3).fill('in-force')),
      { timeout: 12_000, interval: 50 },
    );
  }, 60_000);

  it('gets a deleted policy back as soon as it answers, and it is told as deleted', async () => {
    const { native, restored } = await controller();
    await native.keep([policyOf('true')], false);
    fake.beBusy(12, 0);
    fake.store.remove(POLICIES, undefined, 'one');
    await vi.waitFor(() => expect(fake.store.get(POLICIES, undefined, 'one')).toBeDefined(), {
      timeout: 12_000,
      interval: 20,
    });
    await vi.waitFor(() => expect(restored).toMatchObject([{ name: 'one', change: 'deleted' }]));
  }, 60_000);
});
