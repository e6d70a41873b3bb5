// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join, resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import type { Store } from '@bartizan/adapters/store';
import {
  DEFAULT_TENANT,
  err,
  failure,
  LOCAL_CLUSTER,
  parser,
  SecurityEvent,
  tenantScope,
} from '@bartizan/contracts';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditOrigin } from '../../audit-log-ports.ts';
import type { Change } from '../../ports.ts';
import { AuditJudge } from './audit-judge.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const CONTENT = join(resolve(import.meta.dirname, '../../../../..'), 'content');
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const content = loadContent(CONTENT);
if (!content.ok) throw new Error(content.error.detail);
const { rules } = content.value;
const isEvent = parser(SecurityEvent);

let test: TestStore;
let nowMs = Date.UTC(2026, 10, 28, 18);
const changes: Change[] = [];
beforeAll(async () => {
  test = await openStoreInPlace();
});
afterAll(async () => {
  await test?.remove();
});

/** A store that takes some events, then for so many times none, then all. */
const failing = (times: number, taken = 0): Store => {
  let [before, left] = [taken, times];
  const append: Store['events']['append'] = (scope, events) => {
    before -= 1;
    if (before >= 0 || left <= 0) return test.store.events.append(scope, events);
    left -= 1;
    return Promise.resolve(err(failure('E_STORE_FULL', 'full')));
  };
  const events: Store['events'] = Object.create(test.store.events, { append: { value: append } });
  return Object.create(test.store, { events: { value: events } });
};

const judging = (perMinute?: number, store: Store = test.store): AuditJudge =>
  new AuditJudge({
    ...{ store, clock: { nowMs: () => nowMs }, log, rules },
    publish: (change) => void changes.push(change),
    place: (pod, { tenant }) =>
      pod.name === 'known' && tenant === OWNER.tenant
        ? { ...pod, workload: 'web', kind: 'Deployment', name: 'web' }
        : pod,
    ...(perMinute === undefined ? {} : { perMinute }),
  });

function request(id: string, user: string, changed: object = {}) {
  const read = readAuditEvent({
    kind: 'Event',
    ...{ auditID: id, stage: 'ResponseComplete', verb: 'list', requestURI: '/api/v1/secrets?limit=5' },
    user: { username: user, groups: ['system:authenticated'] },
    sourceIPs: ['10.1.0.5', '10.1.0.9'],
    userAgent: 'kubectl/v1.37.2 (linux)',
    objectRef: { resource: 'secrets' },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(nowMs).toISOString(),
    ...changed,
  });
  if (read === undefined) throw new Error('no request');
  return read;
}
const stored = async (user: string): Promise<SecurityEvent[]> => {
  const page = await test.store.events.list(SCOPE, 'security', { filter: [], limit: 1000 });
  if (!page.ok) throw new Error(page.error.detail);
  return page.value.items
    .filter((event) => event.kind === 'security')
    .filter(({ message }) => message.en.includes(`by ${user},`));
};
/** Low in severity, so that it goes first. */
const forwarded = (id: string, user: string) =>
  request(id, user, {
    verb: 'get',
    objectRef: { resource: 'pods', subresource: 'portforward', namespace: 'shop', name: id },
  });

describe('detections in the audit log', () => {
  it('become events of the contract: who, what, from where, in both languages', async () => {
    const taken = await judging().take(OWNER, [request('a', 'ann')]);
    expect(taken).toMatchObject({ value: { detections: 1, told: 1, shed: 0 } });
    const [event] = await stored('ann');
    expect(isEvent(event)).toMatchObject({ ok: true });
    expect(event).toMatchObject({
      rule: 'audit.secrets-listed',
      source: 'audit-log',
      workload: { kind: 'KubernetesObject', name: 'secrets' },
      message: {
        en: 'ann listed all secrets (request: list /api/v1/secrets, by ann, from 10.1.0.5, 10.1.0.9, with kubectl/v1.37.2, answer 200)',
        ja: expect.stringContaining('送信元 10.1.0.5, 10.1.0.9、クライアント kubectl/v1.37.2、応答 200'),
      },
    });
    expect(changes.some(({ topic, data }) => topic === 'security' && data !== undefined)).toBe(true);
  });

  it('belong to the workload of a pod that is known, and else to the object by its name', async () => {
    await judging().take(OWNER, [forwarded('known', 'pat'), forwarded('other', 'pat')]);
    const subjects = (await stored('pat')).map(({ workload }) => [
      workload.kind,
      workload.name,
      workload.pod,
    ]);
    expect(subjects).toContainEqual(['Deployment', 'web', 'known']);
    expect(subjects).toContainEqual(['KubernetesObject', 'pods/other', undefined]);
  });

  it('of another tenant say nothing of the workloads of the cluster', async () => {
    const theirs = { ...OWNER, tenant: 'other' };
    await judging().take(theirs, [forwarded('known', 'eve')]);
    const page = await test.store.events.list(tenantScope(theirs.cluster, theirs.tenant), 'security', {
      filter: [],
      limit: 10,
    });
    const found = page.ok ? page.value.items : [];
    expect(found.map(({ workload }) => [workload.kind, workload.name])).toEqual([
      ['KubernetesObject', 'pods/known'],
    ]);
  });

  it('are the same events after a restart: a replay is kept once', async () => {
    await judging().take(OWNER, [request('b', 'bob')]);
    await judging().take(OWNER, [request('b', 'bob')]);
    expect(await stored('bob')).toHaveLength(1);
  });

  it('of two requests with the id of one client are two', async () => {
    await judging().take(OWNER, [request('own', 'max')]);
    nowMs += 1;
    await judging().take(OWNER, [request('own', 'max')]);
    expect(await stored('max')).toHaveLength(2);
  });

  it('are folded: repeats are one more event with their count when the time of the rule is over', async () => {
    const judge = judging();
    for (let at = 0; at < 5; at += 1) await judge.take(OWNER, [request(`c${at}`, 'cat')]);
    expect(await stored('cat')).toHaveLength(1);
    nowMs += 299_000;
    await judge.expire();
    expect(await stored('cat')).toHaveLength(1);
    nowMs += 2_000;
    await judge.expire();
    const counts = (await stored('cat')).map(({ aggregation }) => aggregation.count);
    expect(counts.toSorted()).toEqual([1, 4]);
  });

  it('are shed in a flood, the least severe first, and counted', async () => {
    const judge = judging(30);
    const low = Array.from({ length: 100 }, (_, at) => forwarded(`low${at}`, 'flo'));
    expect(await judge.take(OWNER, low)).toMatchObject({ value: { detections: 100, told: 20, shed: 80 } });
    expect(await judge.take(OWNER, [request('high', 'flo')])).toMatchObject({ value: { told: 1, shed: 0 } });
    expect((await stored('flo')).filter(({ severity }) => severity === 'high')).toHaveLength(1);
    nowMs += 60_000;
    expect(await judge.take(OWNER, [forwarded('next', 'flo')])).toMatchObject({
      value: { told: 1, shed: 0 },
    });
  });

  it('of a batch that is sent again until it can be stored are all told, whatever a minute takes', async () => {
    const judge = judging(30, failing(60));
    const batch = Array.from({ length: 20 }, (_, at) => request(`again${at}`, `again-${at}`));
    for (let at = 0; at < 60; at += 1) {
      expect(await judge.take(OWNER, batch)).toMatchObject({ ok: false, error: { code: 'E_STORE_FULL' } });
      nowMs += 100;
    }
    expect(await judge.take(OWNER, batch)).toMatchObject({ value: { detections: 20, told: 20, shed: 0 } });
    for (let at = 0; at < 20; at += 1) expect(await stored(`again-${at}`)).toHaveLength(1);
  });

  it('take nothing of the minute from others while they cannot be stored', async () => {
    const judge = judging(30, failing(1));
    const first = Array.from({ length: 30 }, (_, at) => request(`one${at}`, `one-${at}`));
    const second = Array.from({ length: 30 }, (_, at) => request(`two${at}`, `two-${at}`));
    const taken = await Promise.all([judge.take(OWNER, first), judge.take(OWNER, second)]);
    expect(taken).toMatchObject([{ ok: false }, { value: { told: 30, shed: 0 } }]);
  });

  it('are counted as often as they happened, not as often as they were sent', async () => {
    const judge = judging(undefined, failing(30, 1));
    await judge.take(OWNER, [request('d0', 'dan')]);
    const batch = [request('d1', 'dan'), request('e0', 'eva'), request('e1', 'eva'), request('e2', 'eva')];
    for (let at = 0; at < 30; at += 1) expect((await judge.take(OWNER, batch)).ok).toBe(false);
    expect((await judge.take(OWNER, batch)).ok).toBe(true);
    await judge.expire(true);
    const countsOf = async (user: string) => (await stored(user)).map(({ aggregation }) => aggregation.count);
    expect((await countsOf('dan')).toSorted()).toEqual([1, 1]);
    expect((await countsOf('eva')).toSorted()).toEqual([1, 2]);
  });

  it('that were repeated and could not be told when their time was over are told later', async () => {
    for (const isTimer of [true, false]) {
      const user = `rep-${isTimer}`;
      const judge = judging(undefined, failing(3, 1));
      for (let at = 0; at < 6; at += 1) await judge.take(OWNER, [request(`${user}${at}`, user)]);
      nowMs += 301_000;
      const again = () => judge.take(OWNER, [request(`${user}-again`, user)]);
      for (let at = 0; at < 3; at += 1) {
        if (isTimer) await judge.expire();
        else expect((await again()).ok).toBe(false);
      }
      expect((await again()).ok).toBe(true);
      const counts = (await stored(user)).map(({ aggregation }) => aggregation.count);
      expect(counts.toSorted()).toEqual([1, 1, 5]);
    }
  });

  it('of one node or tenant take nothing from those of others', async () => {
    const judge = judging(6);
    const flood = (id: string): ReturnType<typeof request>[] =>
      Array.from({ length: 20 }, (_, at) => request(`${id}${at}`, `${id}-${at}`));
    const other = { ...OWNER, tenant: 'flood' };
    const told = async (owner: AuditOrigin, id: string): Promise<number | undefined> => {
      const taken = await judge.take(owner, flood(id));
      return taken.ok ? taken.value.told : undefined;
    };
    expect(await told({ ...other, node: 'n-1' }, 'f1')).toBe(6);
    expect(await told({ ...other, node: 'n-2' }, 'f2')).toBe(6);
    // A tenant with many nodes has no more than two of them.
    expect(await told({ ...other, node: 'n-3' }, 'f3')).toBe(0);
    expect(await told({ ...OWNER, node: 'n-1' }, 'g1')).toBe(6);
    expect(await judge.take(OWNER, [request('own', 'vic')])).toMatchObject({ value: { told: 1, shed: 0 } });
    expect(await stored('vic')).toHaveLength(1);
    // All together have a limit too.
    expect(await told({ ...OWNER, tenant: 'third' }, 'h1')).toBe(5);
  });

  it('never carry what is in the body of a request', async () => {
    const secret = request('s', 'sue', {
      verb: 'create',
      objectRef: { resource: 'secrets', namespace: 'shop', name: 'x' },
      requestObject: {
        type: 'kubernetes.io/service-account-token',
        data: { token: 'canary-in-a-body' },
        metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'canary-in-a-body' } },
      },
    });
    await judging().take(OWNER, [secret]);
    const found = await stored('sue');
    expect(found.map(({ rule }) => rule)).toEqual(['audit.token-secret']);
    expect(JSON.stringify(found)).not.toContain('canary-in-a-body');
    expect(JSON.stringify(secret)).not.toContain('canary-in-a-body');
  });
});
