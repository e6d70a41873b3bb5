// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { systemScope } from '@bartizan/contracts';
import { good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RefusedAttempts } from './refused-attempts.ts';

const SCOPE = systemScope('test');
const MINUTE_MS = 60_000;
const ignore = (): void => undefined;

let test: TestStore;
let refusals: RefusedAttempts;
beforeEach(async () => {
  test = await openStoreInPlace();
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  refusals = new RefusedAttempts({ store: test.store, clock: test.clock, log });
});
afterEach(() => test.remove());

async function attempt(actor: string, times = 1, apart = 2): Promise<void> {
  for (let time = 0; time < times; time += 1)
    await refusals.record({
      key: actor,
      apart,
      draft: {
        tenant: 'default',
        atMs: test.clock.value,
        actor,
        actorKind: 'user',
        action: 'session.create',
        target: '',
        outcome: 'refused',
        detail: 'E_LOGIN_FAILED',
        sourceAddress: '192.0.2.1',
      },
    });
}
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    test.clock.value += MINUTE_MS;
    await refusals.flush();
  }
}
const records = async () =>
  good(await test.store.audit.list(SCOPE, { filter: [], limit: 1000 })).items.toSorted(
    (left, right) => left.sequence - right.sequence,
  );
const told = async () => (await records()).map(({ actor, detail }) => `${actor} ${detail}`);

describe('refused attempts', () => {
  it('are recorded one by one at first, then by their number', async () => {
    const since = new Date(test.clock.value).toISOString();
    await attempt('mei', 7);
    expect(await told()).toEqual(['mei E_LOGIN_FAILED', 'mei E_LOGIN_FAILED']);
    await pass(1);
    expect((await told()).slice(2)).toEqual([`mei E_LOGIN_FAILED; 5 more since ${since}`]);
    expect((await records()).at(-1)).toMatchObject({ sourceAddress: '192.0.2.1', outcome: 'refused' });
  });

  it('that go on are told less and less often, at least once an hour, none left out', async () => {
    for (let minute = 0; minute < 240; minute += 1) {
      await attempt('mei', 10);
      await pass(1);
    }
    await refusals.close();
    const details = await told();
    expect(details.length).toBeLessThan(14);
    const counted = details.map((detail) => Number(/; (\d+) more/.exec(detail)?.[1] ?? 1));
    expect(counted.reduce((sum, count) => sum + count)).toBe(2400);
  });

  it('begin anew after a quiet time', async () => {
    await attempt('mei', 3);
    await pass(4);
    await attempt('mei');
    expect((await told()).at(-1)).toBe('mei E_LOGIN_FAILED');
  });

  it('of ever other callers are counted together beyond so many an hour', async () => {
    for (let caller = 0; caller < 1000; caller += 1) await attempt(`user${caller}`);
    expect(await records()).toHaveLength(240);
    await pass(1);
    const last = (await records()).at(-1);
    expect(last).toMatchObject({
      actor: 'anonymous',
      detail: expect.stringMatching(/^760 others refused since /),
    });
    expect(last?.sourceAddress).toBeUndefined();
    await pass(60);
    await attempt('mei');
    expect((await told()).at(-1)).toBe('mei E_LOGIN_FAILED');
    expect(await records()).toHaveLength(242);
  });

  it('are told when the program ends', async () => {
    await attempt('mei', 5);
    await refusals.close();
    expect(await told()).toHaveLength(3);
  });
});
