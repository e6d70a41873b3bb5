// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { err, failure, ok } from '@bartizan/contracts';
import { readAuditEvent } from '@bartizan/engine/audit-log';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AuditSinks } from '../../audit-log-ports.ts';
import { AuditIntake } from './audit-intake.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const NOW = Date.UTC(2026, 10, 28, 18);
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const event = (auditID: string, changes: object = {}): object => ({
  ...{ auditID, stage: 'ResponseComplete', verb: 'list', requestURI: '/api/v1/secrets' },
  user: { username: 'ann', groups: ['system:authenticated'] },
  objectRef: { resource: 'secrets' },
  responseStatus: { code: 200 },
  stageTimestamp: new Date(NOW - 1500).toISOString(),
  ...changes,
});

/** Request of an event, as an agent tells it. */
const idOf = (auditID: string, changes: object = {}): string =>
  readAuditEvent({ kind: 'Event', ...event(auditID, changes) })?.id ?? '';

function intake(sinks: Partial<AuditSinks> = {}) {
  const judged: string[] = [];
  const used: string[] = [];
  const all: AuditSinks = {
    judge: (_owner, requests) => {
      judged.push(...requests.map(({ id }) => id));
      return Promise.resolve(ok({ detections: requests.length, told: requests.length, shed: 0 }));
    },
    used: (_owner, requests) => void used.push(...requests.map(({ id }) => id)),
    ...sinks,
  };
  return { judged, used, taking: new AuditIntake({ clock: { nowMs: () => NOW }, log, sinks: all }) };
}

describe('the intake of the audit log', () => {
  it('judges a request once: replays and later stages of it are counted', async () => {
    const { judged, used, taking } = intake();
    const exec = { objectRef: { resource: 'pods', subresource: 'exec', name: 'p', namespace: 'n' } };
    const batch = [
      event('a'),
      event('a'),
      event('b', { ...exec, stage: 'ResponseStarted' }),
      event('b', exec),
      event('c', { stage: 'RequestReceived' }),
    ];
    expect(await taking.take(OWNER, batch)).toEqual(
      ok({ events: 5, judged: 2, repeated: 2, broken: 0, detections: 2 }),
    );
    await taking.take(OWNER, batch);
    expect(judged).toEqual([idOf('a'), idOf('b', exec)]);
    expect(used).toEqual(judged);
    expect(await taking.take({ ...OWNER, tenant: 'other' }, [event('a')])).toMatchObject({
      value: { judged: 1 },
    });
    expect(taking.status()).toMatchObject({ batches: 3, events: 11, judged: 3, repeated: 6, broken: 0 });
  });

  it('judges each request of a client that gives all of them one id', async () => {
    const { taking } = intake();
    const at = (second: number) => ({ requestReceivedTimestamp: `2026-11-28T17:59:0${second}.000000Z` });
    const batch = [
      event('mine', at(1)),
      event('mine', at(2)),
      event('mine', { ...at(2), requestURI: '/api/v1/configmaps' }),
    ];
    expect(await taking.take(OWNER, batch)).toMatchObject({ value: { judged: 3, repeated: 0 } });
    expect(await taking.take(OWNER, batch)).toMatchObject({ value: { judged: 0, repeated: 3 } });
  });

  it('takes what an agent read from a file the same way, and keeps how far it is', async () => {
    const { judged, taking } = intake();
    const request = {
      ...{ id: idOf('a'), addresses: [], resource: 'secrets', namespace: '', name: '', authorized: true },
      facts: { 'audit.verb': 'list' },
    };
    const file = {
      ...{ path: '/var/log/audit.log', lines: 1, broken: 0, rotations: 0, gaps: 0 },
      ...{ skippedBytes: 0, position: 5, behindBytes: 0 },
    };
    const report = { type: 'audit-requests', name: 'cp-1', file, requests: [request], atMs: NOW } as const;
    const agent = { ...OWNER, node: 'n-1' };
    expect(await taking.takeFile(agent, { ...report, requests: [...report.requests] })).toEqual(
      ok(undefined),
    );
    // The same request, by the webhook, and again from the file after a restart of the agent.
    await taking.take(OWNER, [event('a')]);
    await taking.takeFile(agent, { ...report, requests: [...report.requests] });
    await taking.takeFile({ ...agent, node: 'n-2' }, { ...report, requests: [] });
    expect(judged).toEqual([idOf('a')]);
    expect(taking.status()).toMatchObject({ judged: 1, repeated: 2, batches: 3 });
    expect(taking.status().files).toEqual([
      { node: 'n-1', name: 'cp-1', lastAtMs: NOW, ...file },
      { node: 'n-2', name: 'cp-1', lastAtMs: NOW, ...file },
    ]);
  });

  it('lets an agent send again what could not be kept', async () => {
    let isDown = true;
    const { taking } = intake({
      judge: () =>
        Promise.resolve(isDown ? err(failure('E_STORE_FULL', '')) : ok({ detections: 1, told: 1, shed: 0 })),
    });
    const request = { id: 'a', addresses: [], resource: '', namespace: '', name: '', facts: {} };
    const file = {
      ...{ path: '/a', lines: 1, broken: 0, rotations: 0, gaps: 0, skippedBytes: 0, position: 5 },
      behindBytes: 0,
    };
    const report = () => ({
      type: 'audit-requests' as const,
      name: 'cp',
      file,
      requests: [request],
      atMs: NOW,
    });
    const agent = { ...OWNER, node: 'n-1' };
    expect(await taking.takeFile(agent, report())).toMatchObject({ ok: false });
    expect(taking.status().files).toEqual([]);
    isDown = false;
    expect(await taking.takeFile(agent, report())).toMatchObject({ ok: true });
    expect(taking.status()).toMatchObject({ judged: 1, repeated: 0 });
  });

  it('counts what is no event and goes on', async () => {
    const { judged, taking } = intake();
    const foreign = [undefined, 7, 'x', null, [], {}, { kind: 'Pod', auditID: 'p' }, { auditID: 5 }];
    expect(await taking.take(OWNER, [...foreign, event('a')])).toMatchObject({
      value: { events: 9, broken: 8, judged: 1 },
    });
    expect(judged).toEqual([idOf('a')]);
  });

  it('remembers nothing of a batch that could not be kept', async () => {
    let isFull = true;
    const { judged, used, taking } = intake({
      judge: (_owner, requests) => {
        if (isFull) return Promise.resolve(err(failure('E_STORE_IO', 'full')));
        return Promise.resolve(ok({ detections: requests.length, told: 0, shed: 0 }));
      },
    });
    expect(await taking.take(OWNER, [event('a')])).toMatchObject({ ok: false });
    expect(taking.status()).toMatchObject({ batches: 0, events: 0 });
    isFull = false;
    expect(await taking.take(OWNER, [event('a')])).toMatchObject({ value: { judged: 1, repeated: 0 } });
    expect({ judged, used }).toEqual({ judged: [], used: [idOf('a')] });
  });

  it.each([
    ['is refused', () => Promise.resolve(err(failure('E_STORE_IO', 'full'))), 1],
    ['throws', () => Promise.reject(new Error('gone')), 1],
    ['is kept', () => Promise.resolve(ok({ detections: 2, told: 2, shed: 0 })), 0],
  ] as const)(
    'answers a batch that is sent again while the first is open as the first %s',
    async (_, end, judged) => {
      const first = Promise.withResolvers<void>();
      let asked = 0;
      const { used, taking } = intake({
        judge: async (_owner, requests) => {
          asked += 1;
          if (asked > 1) return ok({ detections: requests.length, told: 0, shed: 0 });
          await first.promise;
          return end();
        },
      });
      const patient = taking.take(OWNER, [event('a'), event('b')]).catch(() => undefined);
      const answered: unknown[] = [];
      const again = ['b', 'a'].map((id) =>
        taking.take(OWNER, [event(id)]).then((taken) => answered.push(taken)),
      );
      // What has nothing to do with it does not wait.
      expect(await taking.take(OWNER, [event('c')])).toMatchObject({ value: { judged: 1 } });
      expect(answered).toEqual([]);
      first.resolve();
      await Promise.all([patient, ...again]);
      expect(answered).toMatchObject([
        { value: { judged, repeated: 1 - judged } },
        { value: { judged, repeated: 1 - judged } },
      ]);
      expect(used.toSorted()).toEqual([idOf('a'), idOf('b'), idOf('c')].toSorted());
    },
  );

  it('turns batches away while too many are worked on, and counts them', async () => {
    let finish = (): void => undefined;
    const wait = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { taking } = intake({
      judge: async () => {
        await wait;
        return ok({ detections: 0, told: 0, shed: 0 });
      },
    });
    const takenOf = (tenant: string, id = 'late') => taking.take({ ...OWNER, tenant }, [event(id)]);
    const refused = { error: { code: 'E_RATE_LIMIT', retryAfterS: 5 } };
    const open = Array.from({ length: 8 }, (_, at) => takenOf(OWNER.tenant, `r${at}`));
    // One tenant leaves room for others.
    expect(await takenOf(OWNER.tenant)).toMatchObject(refused);
    open.push(...Array.from({ length: 4 }, (_, at) => takenOf('other', `r${at}`)));
    expect(await takenOf('third')).toMatchObject(refused);
    finish();
    await Promise.all(open);
    expect(await taking.take(OWNER, [event('late')])).toMatchObject({ value: { judged: 1 } });
    expect(taking.status()).toMatchObject({ batches: 13, busy: 2 });
  });

  it('measures how late events are, and a clock that is ahead', async () => {
    const { taking } = intake();
    expect(taking.status()).toMatchObject({ aheadMs: 0 });
    expect(taking.status().delayMs).toBeUndefined();
    await taking.take(OWNER, [
      event('a'),
      event('b', { stageTimestamp: new Date(NOW - 9000).toISOString() }),
    ]);
    expect(taking.status()).toMatchObject({ delayMs: 1500, aheadMs: 0 });
    await taking.take(OWNER, [event('c', { stageTimestamp: new Date(NOW + 90_000).toISOString() })]);
    expect(taking.status()).toMatchObject({ delayMs: 0, aheadMs: 90_000 });
  });

  it('forgets the oldest requests, not the newest, and stays bounded', async () => {
    const { taking } = intake();
    const many = (from: number) => Array.from({ length: 10_000 }, (_, at) => event(`m${from + at}`));
    for (let from = 0; from < 60_000; from += 10_000) await taking.take(OWNER, many(from));
    expect(await taking.take(OWNER, [event('m59999')])).toMatchObject({ value: { repeated: 1 } });
    expect(await taking.take(OWNER, [event('m0')])).toMatchObject({ value: { repeated: 0, judged: 1 } });
  });

  it('survives whatever stands in a batch', async () => {
    const { taking } = intake();
    await fc.assert(
      fc.asyncProperty(fc.array(fc.object({ maxDepth: 4 }), { maxLength: 20 }), async (odd) => {
        const mixed = odd.map((one, at) => (at % 2 === 0 ? one : { ...event(`p${at}`), ...one }));
        const taken = await taking.take(OWNER, mixed);
        expect(taken).toMatchObject({ ok: true, value: { events: mixed.length } });
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
