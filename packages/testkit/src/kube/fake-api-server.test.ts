// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type KubeAccess,
  KubeClient,
  type KubeLimits,
  type Resource,
  ResourceWatch,
} from '@bartizan/adapters/kube';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KUBE_CASES } from './cases.ts';
import { type FakeApiServer, startFakeApiServer } from './fake-api-server.ts';

let fake: FakeApiServer;
const open: { close: () => Promise<unknown> }[] = [];
beforeEach(async () => {
  fake = await startFakeApiServer();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await fake.close();
});

function clientOf(token = fake.token, limits: Partial<KubeLimits> = {}): KubeClient {
  const access: KubeAccess = {
    server: new URL(fake.url),
    credentials: () => Promise.resolve({ caPem: fake.caPem }),
    token: () => Promise.resolve(token),
  };
  const client = new KubeClient(access, limits);
  open.push(client);
  return client;
}

describe('the fake API server is like the real one', () => {
  it.each(KUBE_CASES)('$name', async ({ run }) => {
    fake.forbidden.add('secrets');
    const client = clientOf();
    const late = () => {
      fake.store.compact();
      return Promise.resolve(client);
    };
    await run({ client, late, restricted: clientOf(fake.restrictedToken), namespace: 'case' });
  });
});

const PODS: Resource = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', isNamespaced: true };
const pod = (name: string, more: object = {}) => ({ metadata: { name, namespace: 'a', ...more } });

/** A watch over pods that notes what it is told. */
function follow(client: KubeClient) {
  const told: string[] = [];
  const watch = new ResourceWatch(client, {
    resource: PODS,
    project: ({ meta }) => meta.name,
    listener: {
      changed: (name, { meta }) => told.push(`+${name}@${meta.resourceVersion}`),
      gone: (name) => told.push(`-${name}`),
    },
    timing: { backoffMs: 10, backoffMaxMs: 50, busyMaxMs: 50, refusedMs: 60, page: 2 },
  });
  open.unshift({ close: () => watch.stop() });
  watch.start();
  const names = () => [...watch.values()].toSorted();
  return { watch, told, names };
}
const until = (check: () => void) => vi.waitFor(check, { timeout: 5000, interval: 5 });

describe('a client', () => {
  it('waits as long as it is told to, and tries again', async () => {
    fake.beBusy(2, 0);
    expect((await clientOf().version()).ok).toBe(true);
    fake.beBusy(99, 0);
    const answer = await clientOf(fake.token, { retries: 1 }).version();
    expect(!answer.ok && answer.error).toMatchObject({ code: 'E_KUBE_BUSY', status: 429, retryAfterMs: 0 });
    fake.beBusy(1, 9999);
    const late = await clientOf().version();
    expect(!late.ok && late.error.code).toBe('E_KUBE_BUSY');
  });

  it('says who is not known, what is too large, and who is not there', async () => {
    const stranger = await clientOf('nobody').version();
    expect(!stranger.ok && stranger.error.code).toBe('E_KUBE_LOGIN');
    for (const at of Array(20).keys()) fake.store.put('pods', pod(`p${at}`, { note: 'x'.repeat(500) }));
    const large = await clientOf(fake.token, { bodyBytes: 4096 }).list(PODS);
    expect(!large.ok && large.error.code).toBe('E_KUBE_SIZE');
    const client = clientOf();
    await fake.close();
    const gone = await client.version();
    expect(!gone.ok && gone.error.code).toBe('E_KUBE_UNREACHABLE');
    fake = await startFakeApiServer();
  });

  it('refuses a server whose certificate it cannot trust, and a name that leads elsewhere', async () => {
    const other = await startFakeApiServer([]);
    const client = new KubeClient({
      server: new URL(fake.url),
      credentials: () => Promise.resolve({ caPem: other.caPem }),
      token: () => Promise.resolve('all'),
    });
    open.push(client, other);
    const answer = await client.version();
    expect(!answer.ok && answer.error.code).toBe('E_KUBE_UNREACHABLE');
    expect(() => client.get(PODS, { namespace: '..', name: 'x' })).toThrow('E_KUBE_REFUSED');
  });
});

describe('a watch', () => {
  it('lists in pages, follows, and tells each change once', async () => {
    for (const name of ['p1', 'p2', 'p3']) fake.store.put('pods', pod(name));
    const { watch, told, names } = follow(clientOf());
    await until(() => expect(names()).toEqual(['p1', 'p2', 'p3']));
    fake.store.put('pods', pod('p4'));
    fake.store.remove('pods', 'a', 'p1');
    await until(() => expect(names()).toEqual(['p2', 'p3', 'p4']));
    expect(told).toEqual(['+p1@101', '+p2@102', '+p3@103', '+p4@104', '-p1']);
    expect(watch.state()).toMatchObject({ condition: 'synced', objects: 3, listsTotal: 1, eventsTotal: 2 });
  });

  it.each(['end', 'reset', 'half-event'] as const)(
    'goes on where it was after a watch that ends: %s',
    async (how) => {
      fake.store.put('pods', pod('p1'));
      const { watch, told, names } = follow(clientOf());
      await until(() => expect(fake.requests.length).toBe(2));
      fake.endWatches(how);
      fake.store.put('pods', pod('p2'));
      await until(() => expect(names()).toEqual(['p1', 'p2']));
      expect(told).toEqual(['+p1@101', '+p2@102']);
      expect(watch.state().listsTotal).toBe(1);
    },
  );

  it('lists again when its version has expired, and tells only what differs', async () => {
    for (const name of ['p1', 'p2']) fake.store.put('pods', pod(name));
    const { watch, told, names } = follow(clientOf());
    await until(() => expect(fake.requests.length).toBe(2));
    // While no watch is open: one object goes, another of the same name takes the place of one, one is new.
    fake.beBusy(1, 1);
    fake.endWatches('end');
    fake.store.remove('pods', 'a', 'p1');
    fake.store.remove('pods', 'a', 'p2');
    fake.store.put('pods', pod('p2'));
    fake.store.put('pods', pod('p3'));
    fake.store.compact();
    await until(() => expect(names()).toEqual(['p2', 'p3']));
    await until(() => expect(told).toHaveLength(6));
    expect(told).toEqual(['+p1@101', '+p2@102', '-p2', '+p2@105', '+p3@106', '-p1']);
    expect(watch.state()).toMatchObject({ condition: 'synced', listsTotal: 2 });
  });

  it('goes on after the server closed the connection, and says that it is behind meanwhile', async () => {
    const { watch, names } = follow(clientOf());
    await until(() => expect(fake.requests.length).toBe(2));
    fake.beBusy(3, 0);
    fake.dropConnections();
    await until(() => expect(watch.state()).toMatchObject({ condition: 'behind', code: expect.any(String) }));
    fake.store.put('pods', pod('p1'));
    await until(() => expect(names()).toEqual(['p1']));
    await until(() => expect(watch.state().condition).toBe('synced'));
  });

  it('notices a connection on which nothing moves any more', async () => {
    const { watch, names } = follow(clientOf(fake.token, { pingMs: 40 }));
    await until(() => expect(fake.requests.length).toBe(2));
    const before = watch.state().freshAtMs ?? 0;
    await until(() => expect(watch.state().freshAtMs).toBeGreaterThan(before));
    fake.freeze();
    fake.store.put('pods', pod('p1'));
    await until(() => expect(names()).toEqual(['p1']));
  });

  it('takes a bookmark as the place to go on from', async () => {
    const { watch } = follow(clientOf());
    await until(() => expect(fake.requests.length).toBe(2));
    fake.store.put('secrets', { metadata: { name: 's', namespace: 'a' } });
    fake.bookmark();
    fake.store.compact();
    await until(() => expect(watch.state().freshAtMs).toBeTypeOf('number'));
    await new Promise((done) => setTimeout(done, 50));
    fake.endWatches('end');
    await until(() => expect(fake.requests.length).toBe(3));
    await new Promise((done) => setTimeout(done, 50));
    expect(watch.state()).toMatchObject({ listsTotal: 1, condition: 'synced' });
  });

  it('says that it may not, or that there is no such kind, and looks again later', async () => {
    fake.forbidden.add('pods');
    fake.store.put('pods', pod('p1'));
    const { watch, names } = follow(clientOf(fake.restrictedToken));
    await until(() =>
      expect(watch.state()).toMatchObject({
        condition: 'not-permitted',
        code: 'E_KUBE_NOT_PERMITTED',
        objects: 0,
      }),
    );
    expect(watch.state().freshAtMs).toBeUndefined();
    fake.forbidden.clear();
    await until(() => expect(names()).toEqual(['p1']));
    const none = new ResourceWatch(clientOf(), {
      resource: { ...PODS, plural: 'nones' },
      project: () => true,
      listener: { changed: () => undefined, gone: () => undefined },
    });
    open.unshift({ close: () => none.stop() });
    none.start();
    await until(() => expect(none.state().condition).toBe('not-served'));
  });

  it('doubts a refusal of what was permitted: a server that starts refuses for a moment', async () => {
    fake.store.put('pods', pod('p1'));
    const doubtMs = 1_500;
    const watch = new ResourceWatch(clientOf(fake.restrictedToken), {
      resource: PODS,
      project: ({ meta }) => meta.name,
      listener: { changed: () => undefined, gone: () => undefined },
      // A minute would pass before it looks again.
      timing: { backoffMs: 10, backoffMaxMs: 100, doubtMs },
    });
    open.unshift({ close: () => watch.stop() });
    watch.start();
    await until(() => expect([...watch.values()]).toEqual(['p1']));
    fake.forbidden.add('pods');
    fake.dropConnections();
    await until(() => expect(watch.state().condition).toBe('not-permitted'));
    fake.store.put('pods', pod('p2'));
    fake.forbidden.clear();
    await until(() => expect([...watch.values()].toSorted()).toEqual(['p1', 'p2']));
    expect(watch.state().condition).toBe('synced');
    // One that stays refused is believed after a while.
    fake.forbidden.add('pods');
    fake.dropConnections();
    await until(() => expect(watch.state().condition).toBe('not-permitted'));
    await new Promise((done) => setTimeout(done, doubtMs + 300));
    const asked = fake.requests.length;
    await new Promise((done) => setTimeout(done, 700));
    expect(fake.requests.length).toBe(asked);
  });

  it.each([
    [403, 'E_KUBE_NOT_PERMITTED'],
    [405, 'E_KUBE_REFUSED'],
  ] as const)(
    'reads again and again, slowly, what may be listed and not watched (%i)',
    async (status, code) => {
      fake.store.put('pods', pod('p1'));
      fake.unwatchable.set('pods', status);
      const refusedMs = 600;
      const conditions: string[] = [];
      const watch = new ResourceWatch(clientOf(), {
        resource: PODS,
        project: ({ meta }) => meta.name,
        listener: {
          changed: () => undefined,
          gone: () => undefined,
          state: ({ condition, isPolled = false }) => conditions.push(`${condition} ${isPolled}`),
        },
        timing: { backoffMs: 10, backoffMaxMs: 50, refusedMs, doubtMs: 10_000 },
      });
      open.unshift({ close: () => watch.stop() });
      watch.start();
      await until(() => expect(watch.state().isPolled).toBe(true));
      expect(watch.state()).toMatchObject({ condition: 'synced', code, objects: 1 });
      const [lists, startedAtMs] = [watch.state().listsTotal, Date.now()];
      fake.store.put('pods', pod('p2'));
      fake.store.remove('pods', 'a', 'p1');
      await until(() => expect([...watch.values()]).toEqual(['p2']));
      await until(() => expect(watch.state().listsTotal).toBe(lists + 4));
      // Four readings, each after at least half of the time.
      expect(Date.now() - startedAtMs).toBeGreaterThan(3.5 * (refusedMs / 2));
      // Nobody is told each time.
      expect(conditions).toEqual(['synced false', 'synced true']);
      fake.unwatchable.clear();
      watch.again();
      await until(() => expect(watch.state().isPolled).toBeUndefined());
      fake.store.put('pods', pod('p3'));
      await until(() => expect([...watch.values()].toSorted()).toEqual(['p2', 'p3']));
    },
  );

  it('tells what it kept nothing of once more when it reads all again, and when such an object is gone', async () => {
    const [missed, sizes]: [string[], number[]] = [[], []];
    let isWanted = false;
    const watch = new ResourceWatch(clientOf(), {
      resource: PODS,
      project: ({ meta }) => (isWanted || meta.name === 'p1' ? meta.name : undefined),
      listener: {
        changed: () => undefined,
        gone: () => undefined,
        missed: ({ name }) => missed.push(name),
        listed: (keys) => sizes.push(keys.size),
      },
    });
    for (const name of ['p1', 'p2', 'p3']) fake.store.put('pods', pod(name));
    open.unshift({ close: () => watch.stop() });
    watch.start();
    await until(() => expect(watch.state().condition).toBe('synced'));
    fake.store.remove('pods', 'a', 'p3');
    await until(() => expect(missed).toEqual(['p3']));
    expect([...watch.values()]).toEqual(['p1']);
    isWanted = true;
    watch.relist();
    await until(() => expect([...watch.values()].toSorted()).toEqual(['p1', 'p2']));
    expect(sizes).toEqual([3, 2]);
    fake.store.put('pods', pod('p4'));
    await until(() => expect([...watch.values()].toSorted()).toEqual(['p1', 'p2', 'p4']));
  });

  it('asks again at once for a kind that was announced, and keeps nothing of one that is gone', async () => {
    const gone: string[] = [];
    const kind = { ...PODS, plural: 'laters' };
    const watch = new ResourceWatch(clientOf(), {
      resource: kind,
      project: ({ meta }) => meta.name,
      listener: { changed: () => undefined, gone: (name) => gone.push(name) },
    });
    open.unshift({ close: () => watch.stop() });
    watch.start();
    await until(() => expect(watch.state().condition).toBe('not-served'));
    const before = fake.requests.length;
    await new Promise((done) => setTimeout(done, 1200));
    // A minute would pass by itself.
    expect(fake.requests.length).toBe(before);
    watch.again();
    await until(() => expect(fake.requests.length).toBeGreaterThan(before));
    fake.served.add('laters');
    fake.store.put('laters', pod('l1'));
    await until(() => expect([...watch.values()]).toEqual(['l1']));
    fake.served.delete('laters');
    fake.endWatches('end');
    await until(() => expect(watch.state()).toMatchObject({ condition: 'not-served', objects: 0 }));
    expect(gone).toEqual(['l1']);
  });
});
