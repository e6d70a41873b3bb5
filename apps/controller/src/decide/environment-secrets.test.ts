// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type EnvironmentSecretReport, Finding, parser } from '@bartizan/contracts';
import {
  aContainer,
  aWorkload,
  openStoreInPlace,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TOLD_RULE } from '../testing/secret-rule.ts';
import { Turnstile } from '../turnstile.ts';
import { EnvironmentSecrets, type PodVariable } from './environment-secrets.ts';
import { FindingLedger } from './finding-ledger.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = { kind: 'tenant', ...OWNER } as const;
const AGENT = { ...OWNER, node: 'n-1' };
const text = (en: string) => ({ en, ja: en });
const HOST = { workload: 'w-host', kind: 'Host', namespace: '', name: 'node-1' } as const;
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
type Told = EnvironmentSecretReport['secrets'][number];

let test: TestStore;
let secrets: EnvironmentSecrets;
let explained: (about: PodVariable) => boolean;
beforeEach(async () => {
  test = await openStoreInPlace();
  explained = () => false;
  secrets = new EnvironmentSecrets({
    ...{ store: test.store, clock: test.clock, log, publish: () => undefined, rules: [TOLD_RULE] },
    findings: new FindingLedger(test.store, test.clock, new Turnstile()),
    isExplained: (_, about) => explained(about),
  });
  await test.store.containers.put(SCOPE, [aContainer({ imageDigest: 'sha256:one' })]);
});
afterEach(async () => {
  await secrets.close();
  await test.remove();
});

const told = (variable: string, more: Partial<Told> = {}): Told => ({
  rule: TOLD_RULE.id,
  variable,
  severity: 'high',
  preview: 'tok_…(20)',
  fingerprint: 'a'.repeat(64),
  verification: 'plausible',
  why: [{ step: 'rule', detail: text('it has the form') }],
  ...more,
});
const take = (found: readonly Told[], more: Partial<EnvironmentSecretReport> = {}) =>
  secrets.take(AGENT, {
    type: 'environment-secrets',
    subject: { ...workloadRef(), container: 'c-1' },
    secrets: [...found],
    incomplete: [],
    searchedAtMs: 1,
    ...more,
  });
async function all(): Promise<readonly Finding[]> {
  const found = await test.store.findings.list(SCOPE, { filter: [], limit: 50 });
  if (!found.ok) throw new Error(found.error.detail);
  return found.value.items;
}
const states = async (): Promise<string[]> =>
  (await all())
    .map(({ location, state, subject }) => `${subject.container} ${location?.path} ${state}`)
    .sort();

describe('secrets in the environment', () => {
  it('of a container are findings of it, with the variable, the hash of the value and the fix', async () => {
    expect(await take([told('API_TOKEN')])).toMatchObject({ ok: true });
    const [finding] = await all();
    expect(parser(Finding)(finding)).toMatchObject({ ok: true });
    expect(finding).toMatchObject({
      kind: 'secret',
      ...{ node: 'n-1', check: TOLD_RULE.id, severity: 'high', state: 'open' },
      subject: { workload: 'w-1', container: 'c-1', imageDigest: 'sha256:one' },
      title: { en: 'Test token in env[API_TOKEN]' },
      location: { kind: 'environment', path: 'env[API_TOKEN]' },
      secret: { fingerprint: 'a'.repeat(64) },
      groupKey: `secret:${'a'.repeat(64)}`,
      why: [{ step: 'rule' }],
    });
    expect(finding?.fix.action.en).toMatch(/^Rotate it\. Then give it to the program as a file/);
  });

  it('of the services of a host are findings of the host, and of no other one', async () => {
    await test.store.workloads.put(SCOPE, [
      aWorkload({ id: 'w-host', kind: 'Host', namespace: '', name: 'node-1', nodes: ['n-1'] }),
      aWorkload({ id: 'w-other', kind: 'Host', namespace: '', name: 'node-2', nodes: ['n-2'] }),
    ]);
    const found = [told('API_TOKEN', { service: 'payments' })];
    expect(await take(found, { subject: HOST })).toMatchObject({ ok: true });
    expect(await states()).toEqual(['undefined payments env[API_TOKEN] open']);
    for (const subject of [
      { ...HOST, workload: 'w-other' },
      { ...HOST, kind: 'Image' as const },
    ])
      expect(await take(found, { subject })).toMatchObject({ error: { code: 'E_NODE_MISMATCH' } });
    await take([], { subject: HOST });
    expect(await states()).toEqual(['undefined payments env[API_TOKEN] fixed']);
  });

  it('are believed of the node on which the container runs, and of no other', async () => {
    await test.store.containers.put(SCOPE, [aContainer({ id: 'c-9', node: 'n-2' })]);
    for (const container of ['c-9', 'c-unknown'])
      expect(await take([told('A')], { subject: { ...workloadRef(), container } })).toMatchObject({
        error: { code: 'E_NODE_MISMATCH' },
      });
    expect(await states()).toEqual([]);
  });

  it('stay while nobody could look, and go when they are gone, also with their container', async () => {
    await take([told('A')]);
    await take([], { incomplete: ['an environment cannot be read: denied'] });
    expect(await states()).toEqual(['c-1 env[A] open']);
    await test.store.containers.put(SCOPE, [aContainer({ id: 'c-2' })]);
    const second = { subject: { ...workloadRef(), container: 'c-2' } };
    await take([told('A')], second);
    expect(await states()).toEqual(['c-1 env[A] open', 'c-2 env[A] open']);
    await test.store.containers.put(SCOPE, [aContainer({ state: 'exited' })]);
    await take([told('A')], second);
    expect(await states()).toEqual(['c-1 env[A] fixed', 'c-2 env[A] open']);
    await take([], second);
    expect((await states()).filter((one) => one.endsWith('open'))).toEqual([]);
  });

  it('leave secrets of files alone, and are left alone by them', async () => {
    const [of] = await all();
    expect(of).toBeUndefined();
    await take([told('A')]);
    const [finding] = await all();
    if (finding === undefined) throw new Error('there is one');
    const location = { kind: 'file', path: '/srv/a.env', line: 1, column: 1 } as const;
    await test.store.findings.put(SCOPE, [{ ...finding, id: 'f-file', location }]);
    await take([]);
    expect(await states()).toEqual(['c-1 /srv/a.env open', 'c-1 env[A] fixed']);
  });

  it('that the objects of the cluster explain are none, whether that is known before or after', async () => {
    const subject = {
      ...workloadRef(),
      ...{ container: 'c-1', containerName: 'web', pod: 'web-1', namespace: 'shop' },
    };
    const report = () =>
      take([told('FROM_SECRET'), told('MADE_UP', { fingerprint: 'b'.repeat(64) })], { subject });
    await report();
    expect(await states()).toEqual(['c-1 env[FROM_SECRET] open', 'c-1 env[MADE_UP] open']);
    const asked: PodVariable[] = [];
    explained = (about) => {
      asked.push(about);
      return about.variable === 'FROM_SECRET';
    };
    await secrets.review(OWNER);
    expect(await states()).toEqual(['c-1 env[FROM_SECRET] fixed', 'c-1 env[MADE_UP] open']);
    expect(asked).toContainEqual({
      ...{ namespace: 'shop', pod: 'web-1', container: 'web' },
      ...{ variable: 'FROM_SECRET', fingerprint: 'a'.repeat(64) },
    });
    await report();
    expect(await states()).toEqual(['c-1 env[FROM_SECRET] fixed', 'c-1 env[MADE_UP] open']);
    // Without a pod nothing explains it.
    await take([told('FROM_SECRET')]);
    expect(await states()).toContain('c-1 env[FROM_SECRET] open');
  });

  it('of a rule that is not known here are passed over', async () => {
    await take([told('A', { rule: 'secret.of-tomorrow' }), told('B')]);
    expect(await states()).toEqual(['c-1 env[B] open']);
  });
});
