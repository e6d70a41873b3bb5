// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { KubeClient, type Resource } from '@bartizan/adapters/kube';
import { type FakeApiServer, startFakeApiServer } from '@bartizan/testkit/kube';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CustomLimits, CustomObjects } from './custom-objects.ts';

const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const resource = (plural: string): Resource => ({
  ...{ group: 'shapes.example', version: 'v1', kind: plural, plural, isNamespaced: true },
});
const [ROLLS, OPENS] = [resource('rolls'), resource('opens')];

let fake: FakeApiServer;
let client: KubeClient;
let objects: CustomObjects;
const kept = new Set<string>();

beforeEach(async () => {
  kept.clear();
  fake = await startFakeApiServer(['rolls', 'opens']);
  client = new KubeClient({
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(fake.restrictedToken),
  });
  for (const { plural } of [ROLLS, OPENS])
    for (const name of ['a', 'b', 'c'])
      fake.store.put(plural, { apiVersion: 'shapes.example/v1', metadata: { name, namespace: 'shop' } });
});
afterEach(async () => {
  await objects.stop();
  await client.close();
  await fake.close();
});

const READ_AGAIN_MS = 800;
const follow = (limits: CustomLimits, ...wanted: readonly Resource[]): void => {
  objects = new CustomObjects({
    ...{
      client,
      log,
      limits,
      readAgainMs: READ_AGAIN_MS,
      timing: { backoffMs: 20, backoffMaxMs: 50 },
      onState: () => undefined,
    },
    onChange: ({ resource: { plural }, meta: { name }, object }) =>
      object === undefined ? kept.delete(`${plural}/${name}`) : kept.add(`${plural}/${name}`),
  });
  objects.follow(wanted);
};
const told = (): [number, number][] => objects.states().map((state) => [state.objects, state.leftOut]);
const synced = (): Promise<void> =>
  vi.waitFor(() => expect(objects.states().every(({ condition }) => condition === 'synced')).toBe(true), {
    timeout: 10_000,
  });

describe('objects of custom kinds that find no room', () => {
  it('are told, by kind, and no others are given up for them', async () => {
    follow({ ofKind: 2, together: 100 }, ROLLS, OPENS);
    await synced();
    expect(told()).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(kept.size).toBe(4);
  });

  it('are as many as all kinds together have too many, and a kind that is let go gives its room back', async () => {
    follow({ ofKind: 100, together: 4 }, ROLLS);
    await synced();
    objects.follow([ROLLS, OPENS]);
    await synced();
    expect(told()).toEqual([
      [3, 0],
      [1, 2],
    ]);
    expect(kept.size).toBe(4);
    objects.follow([]);
    expect(kept.size).toBe(0);
    objects.follow([OPENS]);
    await synced();
    expect(told()).toEqual([[3, 0]]);
  });

  it('find the room that a deleted one leaves', async () => {
    follow({ ofKind: 100, together: 3 }, ROLLS);
    await synced();
    fake.store.remove('rolls', 'shop', 'a');
    await vi.waitFor(() => expect(kept.size).toBe(2), { timeout: 10_000 });
    fake.store.put('rolls', { apiVersion: 'shapes.example/v1', metadata: { name: 'd', namespace: 'shop' } });
    await vi.waitFor(() => expect([...kept]).toContain('rolls/d'), { timeout: 10_000 });
    expect(told()).toEqual([[3, 0]]);
  });

  it('are read when there is room for them, and no sooner than the bound allows', async () => {
    follow({ ofKind: 100, together: 3 }, ROLLS);
    await synced();
    objects.follow([ROLLS, OPENS]);
    await synced();
    expect(told()).toEqual([
      [3, 0],
      [0, 3],
    ]);
    fake.store.remove('rolls', 'shop', 'a');
    await vi.waitFor(
      () =>
        expect(told()).toEqual([
          [2, 0],
          [1, 2],
        ]),
      { timeout: 10_000 },
    );
    const readAtMs = Date.now();
    fake.store.remove('rolls', 'shop', 'b');
    await vi.waitFor(() => expect(told()[1]).toEqual([2, 1]), { timeout: 10_000, interval: 5 });
    expect(Date.now() - readAtMs).toBeGreaterThan(READ_AGAIN_MS / 2);
    // Read three times, and watched after each: what is told changes before the watch is asked for.
    const asked = (): number => fake.requests.filter((one) => one.endsWith('/opens')).length;
    await vi.waitFor(() => expect(asked()).toBe(6), { timeout: 10_000 });
    await new Promise((done) => setTimeout(done, 2 * READ_AGAIN_MS));
    // No room appeared, and nobody asked.
    expect(asked()).toBe(6);
    objects.follow([OPENS]);
    await vi.waitFor(() => expect(told()).toEqual([[3, 0]]), { timeout: 10_000 });
    expect([...kept].toSorted()).toEqual(['opens/a', 'opens/b', 'opens/c']);
  });

  it('are read when there is room for them although the server has too much to do at that moment', async () => {
    follow({ ofKind: 2, together: 100 }, ROLLS);
    await synced();
    // Read, and watched: what is asked next is the list for those that found no room.
    await vi.waitFor(() => expect(fake.requests.length).toBe(2), { timeout: 10_000 });
    const [first = ''] = [...kept].map((one) => one.slice(-1));
    // As often as the client tries by itself: then the list has failed.
    fake.beBusy(5);
    fake.store.remove('rolls', 'shop', first);
    await vi.waitFor(() => expect(told()).toEqual([[2, 0]]), { timeout: 10_000 });
    expect(fake.requests.length).toBeGreaterThanOrEqual(2 + 5 + 1);
  });

  it('are counted no more when they are deleted, watched or read again', async () => {
    follow({ ofKind: 1, together: 100 }, ROLLS);
    await synced();
    const [first = ''] = [...kept].map((one) => one.slice(-1));
    const [second = '', third = ''] = ['a', 'b', 'c'].filter((name) => name !== first);
    fake.store.remove('rolls', 'shop', second);
    await vi.waitFor(() => expect(told()).toEqual([[1, 1]]), { timeout: 10_000 });
    // The watch ends, and what went meanwhile is seen by the list alone.
    fake.store.remove('rolls', 'shop', third);
    fake.store.compact();
    fake.endWatches('reset');
    await vi.waitFor(() => expect(told()).toEqual([[1, 0]]), { timeout: 10_000 });
  });
});
