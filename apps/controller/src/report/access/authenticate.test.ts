// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hashToken } from '@bartizan/adapters/identity';
import { systemScope, type User } from '@bartizan/contracts';
import { anApiKey, aUser, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { Doorkeeper } from './authenticate.ts';
import type { Caller } from './caller.ts';
import { SessionDesk } from './sessions.ts';

const SCOPE = systemScope('test');
let test: TestStore;
let sessions: SessionDesk;
let doorkeeper: Doorkeeper;

beforeEach(async () => {
  test = await openStoreInPlace();
  sessions = new SessionDesk(test.store, test.clock);
  doorkeeper = new Doorkeeper({
    store: test.store,
    sessions,
    clock: test.clock,
    keyTurnstile: new Turnstile(),
    localRootToken: `bzl_${'r'.repeat(43)}`,
  });
});
afterEach(async () => {
  await test?.remove();
});

const reader = aUser({ id: 'u-mei', name: 'mei', role: 'security-reader' });
const save = (user: User) =>
  test.store.users.put(SCOPE, { user, passwordHash: '-', previousHashes: [], failures: 0 });
const signIn = async (): Promise<Caller> => {
  await save(reader);
  const opened = await sessions.open(reader);
  const known = await doorkeeper.identify({
    authorization: undefined,
    sessionToken: opened.ok ? opened.value.token : '',
    address: '127.0.0.1',
  });
  if (!known.ok) throw new Error(known.error.detail);
  return known.value;
};
const mayRead = (caller: Caller) => doorkeeper.stillMay(caller, 'events:read');

describe('a login that a stream outlives', () => {
  it('counts while the session does and the role may read', async () => {
    const caller = await signIn();
    expect(await mayRead(caller)).toBe(true);
    await save({ ...reader, role: 'policy-author' });
    expect(await mayRead(caller)).toBe(true);
    test.clock.value += 61 * 60_000;
    expect(await mayRead(caller)).toBe(false);
  });

  it.each([
    ['has another role, which may not read', { role: 'ci' }],
    ['is disabled', { disabled: true }],
    ['has to change the password first', { mustChangePassword: true }],
  ] as const)('counts no more when the user %s', async (_why, change) => {
    const caller = await signIn();
    await save({ ...reader, ...change });
    expect(await mayRead(caller)).toBe(false);
  });

  it('counts no more when the user is gone', async () => {
    const caller = await signIn();
    await test.store.users.remove(SCOPE, reader.id);
    expect(await mayRead(caller)).toBe(false);
  });

  it('of a key counts while the key does and its role may read', async () => {
    const token = `bzk_${'k'.repeat(43)}`;
    const key = anApiKey({ role: 'security-reader', revoked: false, expiresAtMs: test.clock.value + 1000 });
    await test.store.apiKeys.putWithHash(SCOPE, key, hashToken(token));
    const caller: Caller = {
      kind: 'key',
      name: key.id,
      id: key.id,
      tenant: key.tenant,
      cluster: 'local',
      permissions: [],
    };
    expect(await mayRead(caller)).toBe(true);
    expect(await doorkeeper.stillMay(caller, 'users:manage')).toBe(false);
    await test.store.apiKeys.putWithHash(SCOPE, { ...key, revoked: true }, hashToken(token));
    expect(await mayRead(caller)).toBe(false);
  });
});
