// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient } from '@bartizan/adapters/kube';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { policyDocument } from '@bartizan/engine/policy-objects';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { anAdmissionRule, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PolicyBook } from '../../decide/admission/policy-book.ts';
import { policyResource } from '../../sense/kubernetes/policy-objects.ts';
import { openSources } from './build-desk.ts';
import { FollowedObjects } from './follow-objects.ts';

const owner = { cluster: 'local', tenant: 'default' };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const RULES = policyResource('AdmissionRule');

let statusWrites = 0;
let gate = Promise.withResolvers<void>();
/** An API server that is slow to take a status, as a busy one is. */
class SlowToTellClient extends KubeClient {
  override async apply(...given: Parameters<KubeClient['apply']>): ReturnType<KubeClient['apply']> {
    if (given[3]?.subresource === 'status') {
      statusWrites += 1;
      await gate.promise;
    }
    return super.apply(...given);
  }
}

let fake: FakeApiServer;
let client: SlowToTellClient;
let test: TestStore;
let book: PolicyBook;
let objects: FollowedObjects;
beforeEach(async () => {
  statusWrites = 0;
  gate = Promise.withResolvers();
  fake = await startFakeApiServer(['admissionrules', 'admissionbindings', 'admissionexceptions']);
  client = new SlowToTellClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.token),
  });
  test = await openTestStore();
  const { store, clock } = test;
  book = new PolicyBook({ store, clock, log, builtIn: [], celFor: ruleCelCompiler });
  await book.load(owner);
  const { sources } = openSources({ store, clock, log, owner }, book);
  objects = new FollowedObjects({ client, clock, log, sources, counts: () => undefined });
  objects.start();
}, 60_000);
afterEach(async () => {
  gate.resolve();
  await objects.close();
  await client.close();
  await fake.close();
  await test.remove();
});

const create = (id: string) =>
  client.create(
    RULES,
    policyDocument({ kind: 'AdmissionRule', id, rule: anAdmissionRule({ id }), enabled: true }),
  );
const inForce = (): string[] => (book.held(owner)?.policy.rules ?? []).map(({ rule }) => rule.id).sort();
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 10 });

describe('policy objects of the cluster', () => {
  it('come into force while the status of those before is still being written', async () => {
    expect(await create('shop.first')).toMatchObject({ ok: true });
    await until(() => expect(inForce()).toEqual(['shop.first']));
    await until(() => expect(statusWrites).toBe(1));
    expect(await create('shop.second')).toMatchObject({ ok: true });
    await until(() => expect(inForce()).toEqual(['shop.first', 'shop.second']));
    // Nobody has let the first status through yet.
    expect(statusWrites).toBe(1);
    gate.resolve();
    await until(() => expect(statusWrites).toBeGreaterThan(1));
  }, 60_000);
});
