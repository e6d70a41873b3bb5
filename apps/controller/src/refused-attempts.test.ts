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

async function attempt(actor: string, times = 1, address = '192.0.2.1'): Promise<void> {
  for (let time = 0; time < times; time += 1)
    await refusals.record({
      key: `${actor} ${address}`,
      network: address,
      apart: 2,
      draft: {
        tenant: 'default',
        atMs: test.clock.value,
        actor,
        actorKind: 'user',
        action: 'session.create',
        target: '',
        outcome: 'refused',
        detail: 'E_LOGIN_FAILED',
        sourceAddress: address,
      },
    });
}
/** Attempts by ever other names from one address. */
async function sweepNames(count: number, address: string): Promise<void> {
  for (let name = 0; name < count; name += 1) await attempt(`user${name}`, 1, address);
}
async function pass(minutes: number): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    test.clock.value += MINUTE_MS;
    await refusals.flush();
  }
}
const records = async () =>
  good(await test.store.audit.list(SCOPE, { filter: [], limit: 5000 })).items.toSorted(
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
    for (let caller = 0; caller < 1000; caller += 1)
      await attempt(`user${caller}`, 1, `192.0.${caller >> 8}.${caller & 255}`);
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

  it('of one network leave room for those of others, and their number is told with the address', async () => {
    await sweepNames(240, '192.0.2.1');
    expect(await records()).toHaveLength(60);
    await attempt('mei', 1, '192.0.2.2');
    expect((await records()).at(-1)).toMatchObject({ actor: 'mei', sourceAddress: '192.0.2.2' });
    await pass(1);
    const last = (await records()).at(-1);
    expect(last).toMatchObject({
      ...{ actor: 'anonymous', target: '', sourceAddress: '192.0.2.1' },
      detail: expect.stringMatching(/^180 others refused since /),
    });
  });

  it('of one network leave room, too, when what repeats is told', async () => {
    await sweepNames(60, '192.0.2.1');
    for (let minute = 0; minute < 50; minute += 1) {
      await sweepNames(60, '192.0.2.1');
      await pass(1);
    }
    await attempt('mei', 1, '192.0.2.2');
    expect((await told()).at(-1)).toBe('mei E_LOGIN_FAILED');
  });

  it('of one network have their share again in the next hour', async () => {
    await sweepNames(100, '192.0.2.1');
    await pass(61);
    await attempt('mei', 1, '192.0.2.1');
    expect((await told()).at(-1)).toBe('mei E_LOGIN_FAILED');
  });

  it('of more networks than are told apart are counted together, none left out', async () => {
    for (let network = 0; network < 33; network += 1) {
      for (let name = 0; name < 35; name += 1) await attempt(`user${name}`, 2, `192.0.2.${network}`);
      if (network % 4 === 3) test.clock.value += 60 * MINUTE_MS;
    }
    await refusals.close();
    const others = (await records()).filter(({ detail }) => detail.includes('others refused'));
    expect(others.filter(({ sourceAddress }) => sourceAddress !== undefined)).toHaveLength(32);
    expect(others).toHaveLength(33);
    expect(others.every(({ detail }) => detail.startsWith('10 others'))).toBe(true);
  });

  it('are told when the program ends, with the number of those for which there is no room', async () => {
    await attempt('mei', 5);
    await refusals.close();
    expect(await told()).toHaveLength(3);
    for (let hour = 0; hour < 3; hour += 1) {
      for (let name = 0; name < 30; name += 1) await attempt(`user${30 * hour + name}`, 3);
      test.clock.value += 60 * MINUTE_MS;
    }
    await refusals.close();
    const counted = (await told())
      .slice(3)
      .map((detail) => Number(/; (\d+) more|(\d+) others/.exec(detail)?.slice(1).join('') ?? 1));
    expect(counted.reduce((sum, count) => sum + count)).toBe(3 * 30 * 3);
  });
});

describe('refused attempts of callers who are known', () => {
  const call = async (
    who: string,
    times = 1,
    action = 'user.create',
    code = 'E_FORBIDDEN',
  ): Promise<void> => {
    for (let time = 0; time < times; time += 1)
      await refusals.record({
        key: `${action} ${code} ${who}`,
        network: '192.0.2.1',
        apart: 60,
        caller: who,
        draft: {
          ...{ tenant: 'default', atMs: test.clock.value, actor: who, actorKind: 'key', action, target: 'x' },
          ...{ outcome: 'refused', detail: code, sourceAddress: '192.0.2.1' },
        },
      });
  };
  const countOf = (details: readonly string[]): number =>
    details
      .map((detail) => Number(/; (\d+) more|(\d+) others/.exec(detail)?.slice(1).join('') ?? 1))
      .reduce((sum, count) => sum + count, 0);

  it('are recorded one by one sixty times an hour, then by their number, with the name', async () => {
    const since = new Date(test.clock.value).toISOString();
    await call('ci-1', 1000);
    expect(await records()).toHaveLength(60);
    await pass(1);
    expect((await told()).slice(60)).toEqual([`ci-1 E_FORBIDDEN; 940 more since ${since}`]);
    expect((await records()).at(-1)).toMatchObject({ sourceAddress: '192.0.2.1', target: 'x' });
  });

  it('are at most so many records an hour, whatever is tried, none left out and none without the name', async () => {
    for (let minute = 0; minute < 59; minute += 1) {
      for (let action = 0; action < 40; action += 1) await call('ci-1', 5, `a.${action}`);
      await pass(1);
    }
    expect(await records()).toHaveLength(240);
    await refusals.close();
    const all = await records();
    expect(all.every(({ actor }) => actor === 'ci-1')).toBe(true);
    expect(countOf(all.map(({ detail }) => detail))).toBe(59 * 40 * 5);
    expect(new Set(all.map(({ action }) => action)).size).toBe(40);
  });

  it('are those of each caller apart: neither strangers nor another caller use up the records of one', async () => {
    for (let name = 0; name < 2000; name += 1)
      await attempt(`user${name}`, 1, `192.0.${name >> 8}.${name & 255}`);
    for (let action = 0; action < 300; action += 1) await call('ci-1', 5, `a.${action}`);
    await call('mei');
    expect((await told()).at(-1)).toBe('mei E_FORBIDDEN');
    await attempt('new', 1, '198.51.100.1');
    await pass(61);
    await attempt('new', 1, '198.51.100.1');
    expect((await told()).at(-1)).toBe('new E_LOGIN_FAILED');
  });

  it('have records for what was counted left when those one by one are used up', async () => {
    for (let action = 0; action < 4; action += 1) await call('ci-1', 100, `a.${action}`);
    expect(await records()).toHaveLength(180);
    await pass(1);
    const details = (await told()).slice(180);
    expect(details).toHaveLength(4);
    expect(countOf(details)).toBe(220);
    expect(details.at(-1)).toMatch(/^ci-1 100 others refused since /u);
  });
});
