// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

const SCOPE = { kind: 'system', purpose: 'test' } as const;

let test: TestStore;
let stage: ApiStage;
beforeEach(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock);
});
afterEach(async () => {
  await stage.report.server.close();
  await test.remove();
});

/** Tries something with the key of a pipeline, which may not. */
async function askAs(token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const asked = { method: 'POST', url: '/api/v1/users', headers, payload: '{}' } as const;
  return (await stage.report.server.inject(asked)).statusCode;
}
/** Tries to sign in from an address; gives the status. */
async function attempt(remoteAddress: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const asked = { method: 'POST', url: '/api/v1/session', remoteAddress, headers, payload: body } as const;
  return (await stage.report.server.inject(asked)).statusCode;
}
const attempts = async (): Promise<string[]> => {
  const list = await test.store.audit.list(SCOPE, { filter: [], limit: 1000 });
  const items = list.ok ? list.value.items : [];
  return items
    .filter(({ action, outcome }) => action === 'session.create' && outcome !== 'success')
    .map(({ actor, detail }) => `${actor} ${detail.split(':')[0]}`);
};

describe('sign-ins of strangers', () => {
  it('are limited by network, not by each of the addresses that one host may use', async () => {
    for (let host = 1; host <= 30; host += 1)
      expect(await attempt(`2001:db8:1:2::${host}`, `{"name":"user${host}","password":"x"}`)).toBe(401);
    expect(await attempt('2001:db8:1:2::ffff', '{"name":"somebody","password":"x"}')).toBe(429);
    expect(await attempt('2001:db8:1:3::1', '{"name":"somebody","password":"x"}')).toBe(401);
    expect(await attempt('192.0.2.1', '{"name":"other","password":"x"}')).toBe(401);
  });

  it('are in the audit log one by one at first, whoever sends them as what, and then by their number', async () => {
    for (let host = 1; host <= 20; host += 1) await attempt(`2001:db8:1:2::${host}`, 'no JSON');
    expect(await attempts()).toEqual(Array.from({ length: 5 }, () => 'anonymous E_BODY_INVALID'));
    for (let time = 1; time <= 7; time += 1) await attempt('192.0.2.1', '{"name":"mei","password":"x"}');
    expect((await attempts()).filter((act) => act.startsWith('mei'))).toEqual(
      expect.arrayContaining(['mei E_LOGIN_FAILED', 'mei E_LOGIN_LOCKED']),
    );
  });
});

describe('refused calls of a key', () => {
  it('are in the audit log one by one at first, and then by their number, so that a lost key fills no disk', async () => {
    const token = await stage.keyOf('ci');
    for (let time = 0; time < 200; time += 1) expect(await askAs(token)).toBe(403);
    test.clock.value += 60_000;
    await stage.refusals.flush();
    const list = await test.store.audit.list(SCOPE, { filter: [], limit: 1000 });
    const told = list.ok ? list.value.items.filter(({ action }) => action === 'user.create') : [];
    expect(told).toHaveLength(61);
    expect(told[0]).toMatchObject({
      ...{ outcome: 'refused', actorKind: 'key', actor: told[1]?.actor },
      detail: expect.stringMatching(/^E_FORBIDDEN: .*; 140 more since /u),
    });
  });
});
