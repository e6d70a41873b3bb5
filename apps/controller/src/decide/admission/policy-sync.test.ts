// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PolicySet } from '@bartizan/contracts';
import { EMPTY_CONTEXT, reportSimulation, simulateAdmission } from '@bartizan/engine/admission';
import { anAdmissionRule, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { requestOfObject } from './object-request.ts';
import { PolicyBook } from './policy-book.ts';
import { PolicySyncDesk } from './policy-sync.ts';

const owner = { cluster: 'local', tenant: 'default' };
const author = { owner, name: 'pipeline' };
const pod = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace },
  spec: { containers: [{ name: 'web', image: 'web:1', securityContext: { privileged: true } }] },
});

let test: TestStore;
let desk: PolicySyncDesk;
let book: PolicyBook;

beforeAll(async () => {
  test = await openStoreInPlace();
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const { store, clock } = test;
  book = new PolicyBook({ store, clock, log, builtIn: [anAdmissionRule({ id: 'admission.privileged' })] });
  const requests = ['shop', 'legacy'].flatMap((namespace) => {
    const request = requestOfObject(pod(namespace), { operation: 'CREATE' });
    return request.ok ? [request.value] : [];
  });
  desk = new PolicySyncDesk({
    store,
    clock,
    book,
    turnstile: new Turnstile(),
    follows: () => true,
    effect: (_owner, now, draft) =>
      reportSimulation(
        simulateAdmission({ now, draft }, requests, EMPTY_CONTEXT, clock.nowMs()),
        requests.length,
      ),
  });
});
afterAll(() => test?.remove());

describe('the effect of a set of policy files', () => {
  it('is told with its exceptions and bindings before anything is in force, and holds afterwards', async () => {
    const set: PolicySet = {
      rules: [],
      disabled: [],
      bindings: [{ id: 'b-one', rules: ['admission.*'], mode: 'enforce' }],
      exceptions: [
        {
          id: 'e-one',
          rules: ['admission.*'],
          namespaces: ['legacy'],
          owner: 'ops',
          reason: 'being replaced',
          expiresAtMs: test.clock.nowMs() + 1000,
        },
      ],
      pruneGone: false,
      take: [],
      dryRun: true,
    };
    const before = await book.inForce(owner);
    const shown = await desk.sync(author, set);
    expect(shown).toMatchObject({
      ok: true,
      value: {
        applied: false,
        effect: {
          objects: 2,
          newlyDenied: 1,
          byNamespace: [{ name: 'shop', count: 1 }],
          byRule: [{ name: 'admission.privileged', count: 1 }],
          examples: expect.arrayContaining([
            expect.objectContaining({ namespace: 'shop', before: 'alert', after: 'deny' }),
          ]),
        },
      },
    });
    expect(await book.inForce(owner)).toEqual(before);
    const ifRevision = shown.ok ? shown.value.revision : '';
    const applied = await desk.sync(author, { ...set, dryRun: false, ifRevision });
    expect(applied).toMatchObject({ ok: true, value: { applied: true, effect: { newlyDenied: 1 } } });
    expect(await desk.sync(author, set)).toMatchObject({ ok: true, value: { effect: { newlyDenied: 0 } } });
  });
});
