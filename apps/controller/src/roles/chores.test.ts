// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok, systemScope } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Chores, startChores } from './chores.ts';

const SCOPE = systemScope('test');
const nothing = () => undefined;
const idle = async () => undefined;
let test: TestStore;
let chores: Chores;

beforeEach(async () => {
  test = await openStoreInPlace();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  chores = startChores({
    ...{ store: test.store, clock: test.clock, home: SCOPE },
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    presence: { sweep: idle },
    findings: { endAcceptances: async () => ok(0) },
    imageRetention: { sweep: async () => ok(0) },
    history: { keep: idle },
    runs: { startDue: idle },
    report: { scorecard: async () => err(failure('E_INTERNAL', 'none here')) },
    refusals: { flush: idle },
    renewCertificate: idle,
  });
});
afterEach(async () => {
  chores.stop();
  vi.useRealTimers();
  await test.remove();
});

const session = (tokenHash: string, expiresAtMs: number) => ({
  ...{ tokenHash, userId: 'u-1', csrfToken: 'c', createdAtMs: 0, expiresAtMs },
});
const isKept = async (tokenHash: string): Promise<boolean> => {
  const found = await test.store.sessions.byHash(SCOPE, tokenHash);
  return found.ok && found.value !== undefined;
};

describe('chores', () => {
  it('remove sessions that have ended, and leave the others', async () => {
    const { sessions } = test.store;
    await sessions.put(SCOPE, session('ended', test.clock.value + 60_000));
    await sessions.put(SCOPE, session('open', test.clock.value + 3_600_000));
    test.clock.value += 60_000;
    expect(await isKept('ended')).toBe(true);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    await expect.poll(() => isKept('ended')).toBe(false);
    expect(await isKept('open')).toBe(true);
  });
});
