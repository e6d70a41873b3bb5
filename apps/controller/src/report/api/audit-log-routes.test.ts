// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join, resolve } from 'node:path';
import { loadContent } from '@bartizan/adapters/content';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage, LOCAL_ROOT } from '../../testing/api-stage.ts';
import { auditLogConditions } from './audit-log-conditions.ts';

const content = loadContent(join(resolve(import.meta.dirname, '../../../../..'), 'content'));
if (!content.ok) throw new Error(content.error.detail);
let test: TestStore;
let stage: ApiStage;
let source = '';

const list = (items: readonly unknown[]) => ({
  kind: 'EventList',
  apiVersion: 'audit.k8s.io/v1',
  metadata: {},
  items,
});
const submit = (body: unknown, token = source) =>
  stage.ask({ method: 'POST', path: 'audit-log/events', token, body });
const event = (auditID: string, more: object = {}): object => ({
  ...{ auditID, stage: 'ResponseComplete', verb: 'list', requestURI: '/api/v1/secrets' },
  user: { username: 'ann', groups: ['system:authenticated'] },
  sourceIPs: ['10.0.0.9'],
  objectRef: { resource: 'secrets' },
  responseStatus: { code: 200 },
  ...more,
});
const nested = (levels: number): unknown => {
  let value: unknown = {};
  for (let at = 0; at < levels; at += 1) value = { value };
  return value;
};

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock, { detections: content.value.rules });
  const made = await stage.ask({
    method: 'POST',
    path: 'audit-log/sources',
    token: LOCAL_ROOT,
    body: { name: 'shop', expiresInDays: 1 },
  });
  source = (made.json as { secret: string }).secret;
}, 60_000);
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

describe('the audit webhook', () => {
  it('takes batches from its own role and from nobody who only reads', async () => {
    expect((await submit(list([event('a')]))).json).toEqual({
      ...{ events: 1, judged: 1, repeated: 0, broken: 0, detections: 1 },
    });
    const reader = await stage.keyOf('security-reader');
    expect((await submit(list([]), reader)).status).toBe(403);
    expect((await submit(list([]), 'bzk_nothing')).status).toBe(401);
    const told = await stage.ask({ path: 'events', token: reader });
    expect(told.text).toContain('audit.secrets-listed');
    const [{ id = '' } = {}] = (told.json as { items: { id?: string }[] }).items;
    const why = await stage.ask({ path: `explain/${encodeURIComponent(id)}`, token: reader });
    expect(why.json).toMatchObject({
      sentence: { en: expect.stringContaining('by ann, from 10.0.0.9') },
      facts: expect.arrayContaining([{ name: 'audit.resource', value: 'secrets' }]),
    });
    for (const path of ['events', 'audit-log', 'session', 'system'])
      expect((await stage.ask({ path, token: source })).status, path).toBe(403);
    expect((await stage.ask({ path: 'audit-log', token: reader })).json).toMatchObject({
      batches: 1,
      told: 1,
    });
  });

  it('keeps the hash of the key alone', async () => {
    const keys = await stage.ask({ path: 'api-keys', token: LOCAL_ROOT });
    expect(keys.text).toContain('audit-source');
    expect(keys.text).not.toContain(source);
  });

  it('takes objects nested as deep as definitions of resources are, and refuses what is deeper, larger or no list', async () => {
    expect((await submit(list([event('deep', { requestObject: nested(100) })]))).status).toBe(200);
    expect((await submit(list([event('deeper', { requestObject: nested(200) })]))).json).toMatchObject({
      code: 'E_BODY_INVALID',
    });
    expect((await submit(list([event('large', { requestObject: 'x'.repeat(4 * 1024 ** 2) })]))).status).toBe(
      200,
    );
    expect(
      (await submit(list([event('larger', { requestObject: 'x'.repeat(13 * 1024 ** 2) })]))).status,
    ).toBe(413);
    expect((await submit(list(Array.from({ length: 10_001 }, () => 0)))).status).toBe(400);
    for (const odd of [[], 'x', { kind: 'EventList' }, { ...list([]), items: {} }])
      expect((await submit(odd)).status).toBe(400);
    const elsewhere = await stage.ask({
      method: 'POST',
      path: 'admission/tests',
      token: LOCAL_ROOT,
      body: { object: nested(100) },
    });
    expect(elsewhere.status).toBe(400);
  });

  it('is told among the conditions of the installation when entries are lost', async () => {
    await submit(list(['no event']));
    const system = await stage.ask({ path: 'system', token: LOCAL_ROOT });
    expect((system.json as { conditions: { code: string }[] }).conditions.map(({ code }) => code)).toContain(
      'audit-log.lost',
    );
  });
});

describe('conditions of the audit log', () => {
  const NOW = 1_000_000_000;
  const status = {
    ...{ sinceMs: 0, batches: 0, busy: 0, events: 0, judged: 0, repeated: 0 },
    ...{ broken: 0, detections: 0, told: 0, shed: 0, aheadMs: 0, files: [] },
  };
  const codes = (changes: object) =>
    auditLogConditions({ ...status, ...changes }, NOW).map(({ code }) => code);

  it('are silence, losses and a clock that is ahead; nothing where none was ever sent', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ lastBatchAtMs: NOW - 14 * 60_000 })).toEqual([]);
    expect(codes({ lastBatchAtMs: NOW - 16 * 60_000 })).toEqual(['audit-log.silent']);
    expect(codes({ shed: 1 })).toEqual(['audit-log.lost']);
    expect(codes({ aheadMs: 5_000 })).toEqual([]);
    expect(codes({ aheadMs: 6_000 })).toEqual(['audit-log.clock']);
  });

  it('are what is wrong with a file that is followed', () => {
    const file = {
      ...{
        node: 'n-1',
        name: 'cp-1',
        path: '/var/log/audit.log',
        lastAtMs: NOW,
        position: 5,
        behindBytes: 0,
      },
      ...{ lines: 9, broken: 0, rotations: 1, gaps: 0, skippedBytes: 0 },
    };
    expect(codes({ files: [file] })).toEqual([]);
    expect(codes({ files: [{ ...file, gaps: 1 }] })).toEqual(['audit-log.gap']);
    expect(codes({ files: [{ ...file, broken: 2 }] })).toEqual(['audit-log.lost']);
    expect(codes({ files: [{ ...file, problem: 'denied' }] })).toEqual(['audit-log.file']);
    expect(codes({ files: [{ ...file, behindBytes: 65 * 1024 ** 2 }] })).toEqual(['audit-log.behind']);
    const [told] = auditLogConditions({ ...status, files: [{ ...file, problem: 'gone' }] }, NOW);
    expect(told?.message.en).toContain('/var/log/audit.log on cp-1 is not followed: it is not there');
    expect(told?.message.ja).toContain('存在しません');
  });
});
