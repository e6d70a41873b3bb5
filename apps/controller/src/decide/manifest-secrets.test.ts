// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { loadSecretRules } from '@bartizan/adapters/content';
import { Finding, parser } from '@bartizan/contracts';
import { compileSecretRules, SecretScanner } from '@bartizan/scan';
import { openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import type { ObjectChange } from './admission/cluster-audit.ts';
import { MadeObjects } from './admission/made-objects.ts';
import { FindingLedger } from './finding-ledger.ts';
import { ManifestSecrets } from './manifest-secrets.ts';
import { PodVariables } from './pod-variables.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
/** Made here, so that no text of the repository looks like a secret. */
const TOKEN = ['glpat', 'Zq3vT8nKx2LmW9rYb4Hd'].join('-');
const OTHER = ['glpat', 'Hd4bYr9WmL2xKn8Tv3qZ'].join('-');
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const scanner = ((): SecretScanner => {
  const rules = loadSecretRules(new URL('../../../../content', import.meta.url).pathname);
  const set = rules.ok ? compileSecretRules(rules.value.rules) : rules;
  if (!set.ok) throw new Error(set.error.detail);
  return new SecretScanner(set.value, { hashKey: Buffer.alloc(32, 7), now: () => 1_800_000_000_000 });
})();

let test: TestStore;
let isSettled = true;
let changes = 0;
const opened: ManifestSecrets[] = [];
function open(): ManifestSecrets {
  const { store, clock } = test;
  const findings = new FindingLedger(store, clock, new Turnstile());
  const secrets = new ManifestSecrets({
    ...{ store, clock, log, findings, scanner, owner: OWNER, publish: () => undefined },
    isSettled: () => isSettled,
    onChange: () => {
      changes += 1;
    },
  });
  opened.push(secrets);
  return secrets;
}
beforeEach(async () => {
  [isSettled, changes] = [true, 0];
  test = await openTestStore();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await test.remove();
});

const configMap = (data: Record<string, string> | undefined, name = 'settings'): ObjectChange => ({
  ...{ group: '', version: 'v1', kind: 'ConfigMap', resource: 'configmaps', namespace: 'shop', name },
  ...(data === undefined ? {} : { object: { metadata: { name, namespace: 'shop' }, data } }),
});
const deployment = (env: readonly object[]): ObjectChange => ({
  ...{
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    resource: 'deployments',
    namespace: 'shop',
    name: 'web',
  },
  object: { spec: { template: { spec: { containers: [{ name: 'web', env }] } } } },
});
async function all(): Promise<readonly Finding[]> {
  const found = await test.store.findings.list(SCOPE, { filter: [], limit: 50 });
  if (!found.ok) throw new Error(found.error.detail);
  return found.value.items;
}
const told = async (): Promise<string[]> =>
  (await all()).map(({ subject, location, state }) => `${subject.name} ${location?.path} ${state}`).sort();
const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

describe('secrets in objects of the cluster', () => {
  it('are findings of the workload and of the ConfigMap, one group for one value, and hold no value', async () => {
    const secrets = open();
    secrets.take(
      deployment([
        { name: 'API_TOKEN', value: TOKEN },
        { name: 'A', value: 'plain' },
      ]),
    );
    secrets.take(configMap({ 'app.env': `LEVEL=1\nTOKEN=${TOKEN}\n`, other: 'x' }));
    await until(async () =>
      expect(await told()).toEqual([
        'ConfigMap/settings data/app.env open',
        'web containers[web].env[API_TOKEN] open',
      ]),
    );
    const found = await all();
    for (const one of found) expect(parser(Finding)(one)).toMatchObject({ ok: true });
    expect(new Set(found.map(({ groupKey }) => groupKey)).size).toBe(1);
    expect(found.map(({ subject }) => subject.kind).sort()).toEqual(['Deployment', 'KubernetesObject']);
    expect(JSON.stringify(found)).not.toContain(TOKEN.slice(6));
    const fingerprint = found[0]?.secret?.fingerprint ?? '';
    expect([secrets.has('shop', fingerprint), secrets.has('other', fingerprint)]).toEqual([true, false]);
    expect(changes).toBe(2);
  });

  it('of one object are told up to a limit, the most urgent first, and that there are more is told beside them', async () => {
    const letters = 'ABCDEFGHIJKLMNOPQRST';
    const many = (values: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length: values }, (_, at) => [
          `key-${String(at).padStart(3, '0')}`,
          `${TOKEN.slice(0, -2)}${letters[Math.floor(at / 20)]}${letters[at % 20]}`,
        ]),
      );
    const counted = async (): Promise<[listed: number, words: string[]]> => {
      const found = await test.store.findings.list(SCOPE, { filter: [], limit: 1000 });
      if (!found.ok) throw new Error(found.error.detail);
      const open = found.value.items.filter(({ state }) => state === 'open');
      for (const one of open) expect(parser(Finding)(one)).toMatchObject({ ok: true });
      const secrets = open.filter(({ secret }) => secret !== undefined);
      const words = open.filter(({ secret }) => secret === undefined).map(({ title }) => title);
      return [secrets.length, words.flatMap(({ en, ja }) => [en, ja])];
    };
    const secrets = open();
    secrets.take(configMap(many(230)));
    await until(async () =>
      expect(await counted()).toEqual([
        200,
        [
          '200 of the 230 secrets in this object are listed',
          'このオブジェクトの秘密情報 230 件のうち、一覧にあるのは 200 件です',
        ],
      ]),
    );
    // The number is told anew although the same ones are listed.
    secrets.take(configMap(many(231)));
    await until(async () => expect((await counted())[1]?.[0]).toContain('of the 231 '));
    secrets.take(configMap(many(200)));
    await until(async () => expect(await counted()).toEqual([200, []]));
  });

  it('behind ten thousand look-alikes are found, and behind more than are kept nobody says there are none', async () => {
    const id = ['AKIA', 'IOSFODNN7EXAMPLE'].join('');
    const secrets = open();
    secrets.take(configMap({ 'a.env': `${`${id}\n`.repeat(10_050)}TOKEN=${TOKEN}\n` }));
    await until(async () => expect(await told()).toEqual(['ConfigMap/settings data/a.env open']));
    secrets.take(configMap({ 'a.env': `${`TOKEN=${TOKEN}\n`.repeat(1_010)}TOKEN=${OTHER}\n` }));
    await until(async () => expect(await told()).toHaveLength(2));
    const beyond = (await all()).filter(({ secret }) => secret === undefined);
    expect(beyond).toMatchObject([
      {
        state: 'open',
        title: { en: '1 secrets of this object are listed; there may be more' },
        evidence: ['data/a.env'],
        why: [{ step: 'limit', detail: { en: expect.stringContaining('data/a.env holds more') } }],
      },
    ]);
    expect(parser(Finding)(beyond[0])).toMatchObject({ ok: true });
    secrets.take(configMap({ 'a.env': `TOKEN=${TOKEN}\n` }));
    await until(async () =>
      expect(await told()).toEqual([
        'ConfigMap/settings data/a.env fixed',
        'ConfigMap/settings data/a.env open',
      ]),
    );
  });

  it('go when the value or the object goes, and come again with it', async () => {
    const secrets = open();
    secrets.take(configMap({ a: TOKEN }));
    await until(async () => expect(await told()).toEqual(['ConfigMap/settings data/a open']));
    secrets.take(configMap({ a: 'x', b: OTHER }));
    await until(async () =>
      expect(await told()).toEqual(['ConfigMap/settings data/a fixed', 'ConfigMap/settings data/b open']),
    );
    secrets.take(configMap(undefined));
    await until(async () =>
      expect(await told()).toEqual(['ConfigMap/settings data/a fixed', 'ConfigMap/settings data/b fixed']),
    );
  });

  it('of what made a pod are not told again at the pod', async () => {
    const secrets = open();
    const made = new MadeObjects({ conditionOf: () => 'synced', judge: (change) => secrets.take(change) });
    const controller = { kind: 'ReplicaSet', group: 'apps', name: 'web', uid: 'uid-web' };
    const spec = { containers: [{ name: 'web', env: [{ name: 'API_TOKEN', value: TOKEN }] }] };
    const pod = {
      group: '',
      version: 'v1',
      kind: 'Pod',
      resource: 'pods',
      namespace: 'shop',
      object: { spec },
    };
    const set = { group: 'apps', version: 'v1', kind: 'ReplicaSet', resource: 'replicasets', uid: 'uid-web' };
    made.take({ ...set, namespace: 'shop', name: 'web', object: { spec: { template: {} } } });
    made.take({ ...pod, name: 'web-1', controller });
    made.take({ ...pod, name: 'alone' });
    made.take({ ...pod, name: 'forged', controller: { ...controller, kind: 'Deployment' } });
    made.take({
      ...{ ...pod, name: 'of-an-operator' },
      controller: { ...controller, kind: 'Rollout', group: 'argoproj.io' },
    });
    await until(async () =>
      expect(await told()).toEqual([
        'alone containers[web].env[API_TOKEN] open',
        'forged containers[web].env[API_TOKEN] open',
        'of-an-operator containers[web].env[API_TOKEN] open',
      ]),
    );
  });

  it('that went while nobody watched are taken back, once everything is known', async () => {
    const first = open();
    first.take(configMap({ a: TOKEN }));
    first.take(configMap({ a: OTHER }, 'kept'));
    await until(async () => expect(await told()).toHaveLength(2));
    await first.close();
    isSettled = false;
    const second = open();
    second.take(configMap({ a: OTHER, b: TOKEN }, 'kept'));
    await until(async () => expect(await told()).toHaveLength(3));
    expect((await told()).filter((one) => one.endsWith('fixed'))).toEqual([]);
    isSettled = true;
    second.schedule();
    await until(async () => expect(await told()).toContain('ConfigMap/settings data/a fixed'));
    expect((await told()).filter((one) => one.endsWith('open'))).toHaveLength(2);
  });
});

describe('variables of pods', () => {
  const variables = new PodVariables();
  const pod: ObjectChange = {
    ...{ group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespace: 'shop', name: 'web-1' },
    object: {
      spec: {
        containers: [
          {
            name: 'web',
            env: [
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
              { name: 'URL', value: 'postgres://shop:$(PASSWORD)@db/shop' },
              { name: 'LITERAL', value: TOKEN },
              { name: 'CONFIGURED', valueFrom: { configMapKeyRef: { name: 'settings', key: 'x' } } },
            ],
            envFrom: [{ prefix: 'DB_', secretRef: { name: 'db' } }, { configMapRef: { name: 'settings' } }],
          },
          { name: 'other', env: [] },
        ],
      },
    },
  };
  const isOfSecret = (variable: string, container = 'web') =>
    variables.isOfSecret({ namespace: 'shop', pod: 'web-1', container, variable });

  it('come from a Secret by name, by prefix, or by a reference to another one', () => {
    variables.take(pod);
    expect(['PASSWORD', 'URL', 'DB_USER'].map((name) => isOfSecret(name))).toEqual([true, true, true]);
    expect(['LITERAL', 'CONFIGURED', 'ENTRY_POINT'].map((name) => isOfSecret(name))).toEqual([
      ...[false, false, false],
    ]);
    expect([isOfSecret('PASSWORD', 'other'), isOfSecret('PASSWORD', 'none')]).toEqual([false, false]);
    variables.take({ ...pod, object: undefined });
    expect(isOfSecret('PASSWORD')).toBe(false);
  });
});
