// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, systemScope } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserLedger } from './user-ledger.ts';

const SCOPE = systemScope('test');
const DAY_MS = 24 * 3_600_000;
let test: TestStore;
let ledger: UserLedger;
beforeEach(async () => {
  test = await openStoreInPlace();
  ledger = new UserLedger(test.store, test.clock);
});
afterEach(() => test.remove());

interface Facts {
  readonly role?: 'admin' | 'security-reader';
  readonly disabled?: boolean;
  readonly tenant?: string;
  readonly passwordExpiresAtMs?: number;
}
async function add(name: string, { passwordExpiresAtMs, ...facts }: Facts = {}): Promise<void> {
  const added = await ledger.add(SCOPE, {
    user: {
      ...{ id: `u-${name}`, name, displayName: name, role: 'admin', tenant: 'default', language: 'en' },
      ...{ mustChangePassword: false, disabled: false, createdAtMs: 0, ...facts },
    },
    ...{ passwordHash: 'x', previousHashes: [], failures: 0 },
    ...(passwordExpiresAtMs === undefined ? {} : { passwordExpiresAtMs }),
  });
  if (!added.ok) throw new Error(added.error.detail);
}
const disable = (name: string) =>
  ledger.changeGuarded(SCOPE, `u-${name}`, (stored) =>
    ok({ ...stored, user: { ...stored.user, disabled: true } }),
  );
const refused = { ok: false, error: { code: 'E_LAST_ADMIN' } };

describe('the last administrator', () => {
  it.each<[string, Facts]>([
    ['nobody else is one', { role: 'security-reader' }],
    ['the other is disabled', { disabled: true }],
    ['the other is of another tenant', { tenant: 'other' }],
  ])('stays where %s', async (_, facts) => {
    await add('mei');
    await add('bob', facts);
    expect(await ledger.remove(SCOPE, 'u-mei')).toMatchObject(refused);
    expect(await disable('mei')).toMatchObject(refused);
  });

  it('stays where the one-time password of the other has ended', async () => {
    await add('mei');
    await add('bob', { passwordExpiresAtMs: test.clock.value + DAY_MS });
    test.clock.value += DAY_MS;
    expect(await ledger.remove(SCOPE, 'u-mei')).toMatchObject(refused);
    expect(await disable('mei')).toMatchObject(refused);
    expect((await ledger.remove(SCOPE, 'u-bob')).ok).toBe(true);
  });

  it.each<[string, Facts]>([
    ['has a password', {}],
    ['has a one-time password that counts', { passwordExpiresAtMs: Number.MAX_SAFE_INTEGER }],
  ])('may go where another %s', async (_, facts) => {
    await add('mei');
    await add('bob', facts);
    expect((await ledger.remove(SCOPE, 'u-mei')).ok).toBe(true);
  });

  it('is found behind any number of others', async () => {
    for (const name of ['ann', 'mei', 'zoe']) await add(name);
    expect((await ledger.remove(SCOPE, 'u-ann')).ok).toBe(true);
    expect((await disable('zoe')).ok).toBe(true);
    expect(await ledger.remove(SCOPE, 'u-mei')).toMatchObject(refused);
  });
});
