// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryRegistry } from '@bartizan/testkit/registry';
import { good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

const CANARY = 'canary-Zx81-of-a-registry';
let test: TestStore;
let stage: ApiStage;
let registry: MemoryRegistry;
let admin = '';
let viewer = '';

const settings = (more: object = {}) => ({
  name: 'ours',
  kind: 'docker',
  host: registry.host,
  plainHttp: true,
  username: 'me',
  includes: [{ repository: 'shop/*', tag: '*' }],
  excludes: [],
  platforms: [],
  schedule: { kind: 'manual' },
  concurrency: 2,
  ...more,
});
const ask = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object, token = admin) =>
  stage.ask({ method, path, token, ...(body === undefined ? {} : { body }) });
const idOf = (json: unknown): string => (json as { id: string }).id;

beforeAll(async () => {
  test = await openStoreInPlace();
  stage = await buildApiStage(test.store, test.clock);
  registry = await MemoryRegistry.start({ name: 'me', password: CANARY });
  admin = await stage.keyOf('admin');
  viewer = await stage.keyOf('security-reader');
}, 60_000);
afterAll(async () => {
  await registry?.stop();
  await stage?.report.server.close();
  await test?.remove();
});

describe('registries', () => {
  it('are added, shown, changed and removed; a secret goes in and never comes out', async () => {
    const made = await ask('POST', 'registries', settings({ secret: CANARY }));
    expect([made.status, made.json]).toMatchObject([
      201,
      { name: 'ours', hasSecret: true, run: { state: 'never' }, tenant: 'default' },
    ]);
    const id = idOf(made.json);
    const shown = await ask('GET', `registries/${id}`);
    const listed = await ask('GET', 'registries?filter=host:*127*');
    expect(listed.json).toMatchObject({ items: [{ id, kind: 'docker' }], total: 1 });
    const changed = await ask('PUT', `registries/${id}`, settings({ name: 'still ours' }));
    expect(changed.json).toMatchObject({ name: 'still ours', hasSecret: true });
    const emptied = await ask('PUT', `registries/${id}`, settings({ secret: '' }));
    expect(emptied.json).toMatchObject({ hasSecret: false });
    expect(await test.store.settings.names({ kind: 'tenant', cluster: 'local', tenant: 'default' })).toEqual({
      ok: true,
      value: [],
    });
    const removed = await ask('DELETE', `registries/${id}`);
    expect(removed.json).toEqual({ removed: true });
    expect((await ask('DELETE', `registries/${id}`)).status).toBe(404);
    for (const answer of [made, shown, listed, changed, emptied, removed])
      expect(answer.text).not.toContain(CANARY);
  });

  it('are not changed by who read other settings; the progress of a run is no change', async () => {
    const id = idOf((await ask('POST', 'registries', settings())).json);
    const path = `registries/${id}`;
    const read = (await ask('GET', path)).headers['etag'];
    const putFrom = (tag: unknown, name: string) =>
      stage.ask({
        ...{ method: 'PUT', path, token: admin, body: settings({ name }) },
        headers: { 'if-match': String(tag) },
      });
    const scope = { kind: 'tenant', cluster: 'local', tenant: 'default' } as const;
    const stored = good(await test.store.registries.get(scope, id));
    if (stored === undefined) throw new Error('no registry');
    const run = { ...stored.run, images: 7 };
    good(await test.store.registries.put(scope, [{ ...stored, run }]));
    const first = await putFrom(read, 'first');
    expect([first.status, first.json]).toMatchObject([200, { name: 'first' }]);
    const late = await putFrom(read, 'late');
    expect([late.status, late.json]).toMatchObject([412, { code: 'E_PRECONDITION' }]);
    expect((await ask('GET', path)).json).toMatchObject({ name: 'first' });
    const { updatedAtMs } = first.json as { updatedAtMs: number };
    expect((await putFrom(`"${updatedAtMs}"`, 'second')).status).toBe(200);
    await ask('DELETE', path);
  });

  it('keep their secret out of every file, log and audit record', async () => {
    await ask('POST', 'registries', settings({ name: 'canary', secret: CANARY }));
    await ask('POST', 'registry-trials', { settings: settings({ secret: CANARY }) });
    await ask('POST', 'registries', settings({ host: 'not a host', secret: CANARY }));
    const audit = await ask('GET', 'audit?limit=1000');
    expect(audit.text).toContain('registry.create');
    expect(audit.text).not.toContain(CANARY);
    expect(stage.logged.join('\n')).not.toContain(CANARY);
    expect(JSON.stringify(stage.changes)).not.toContain(CANARY);
    const files = readdirSync(test.dataDir, { recursive: true, encoding: 'utf8' })
      .map((name) => join(test.dataDir, name))
      .filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) expect([path, readFileSync(path).includes(CANARY)]).toEqual([path, false]);
  });

  it('are not changed by those who may only look', async () => {
    expect((await ask('GET', 'registries', undefined, viewer)).status).toBe(200);
    for (const [method, path, body] of [
      ['POST', 'registries', settings()],
      ['POST', 'registry-trials', { settings: settings() }],
      ['PUT', 'registries/reg-1', settings()],
      ['DELETE', 'registries/reg-1', undefined],
      ['POST', 'registries/reg-1/runs', undefined],
      ['DELETE', 'registries/reg-1/runs', undefined],
    ] as const)
      expect([path, (await ask(method, path, body, viewer)).status]).toEqual([path, 403]);
  });

  it.each([
    [{ host: 'http://x' }, 'host'],
    [{ authUrl: 'http://x', plainHttp: false }, 'authUrl'],
    [{ authUrl: 'https://me:pw@x' }, 'authUrl'],
    [{ schedule: { kind: 'interval' } }, 'everyMs'],
    [{ signingKeys: ['no key'] }, 'signingKeys'],
    [{ pushSecret: 'short' }, 'pushSecret'],
    [{ kind: 'ecr', username: '' }, 'ecr needs username, region'],
    [{ kind: 'ecr', region: 'evil.example/' }, 'region'],
  ])('refuse %j', async (more, word) => {
    const answer = await ask('POST', 'registries', settings(more));
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { code: 'E_REGISTRY_SETTINGS', detail: expect.stringContaining(word) },
    ]);
  });
});

describe('notes about pushes', () => {
  const PUSH = 'canary-Push-4477-secret';
  const body = { repository: 'shop/web', updated_tags: ['v1', 'v2'] };
  const tell = (id: string, secret: string, note: object | string = body, type = 'application/json') =>
    stage.report.server.inject({
      method: 'POST',
      url: `/hooks/registries/${id}`,
      headers: { authorization: `Bearer ${secret}`, 'content-type': type },
      payload: typeof note === 'string' ? note : JSON.stringify(note),
    });

  it('are taken with the secret of the registry, which goes in and never comes out', async () => {
    const made = await ask('POST', 'registries', settings({ name: 'told', pushSecret: PUSH }));
    expect(made.json).toMatchObject({ hasPushSecret: true });
    expect(made.text).not.toContain(PUSH);
    const id = idOf(made.json);
    const told = await tell(id, PUSH);
    expect([told.statusCode, told.json()]).toEqual([202, { queued: 2, refused: 0 }]);
    const type = 'application/vnd.docker.distribution.events.v2+json';
    expect((await tell(id, PUSH, { events: [] }, type)).json()).toEqual({ queued: 0, refused: 0 });
    await vi.waitFor(() => expect(stage.pushed).toContain(`${registry.host}/shop/web:v2`));
    // As Pub/Sub has to send it: the secret in the address, which is in no log either.
    const byAddress = (token: string) =>
      stage.report.server.inject({
        method: 'POST',
        url: `/hooks/registries/${id}?token=${encodeURIComponent(token)}`,
        headers: { 'content-type': 'application/json' },
        payload: JSON.stringify({ events: [] }),
      });
    expect((await byAddress(PUSH)).statusCode).toBe(202);
    expect((await byAddress('another-secret-here')).statusCode).toBe(401);
    const wrong = await tell(id, 'another-secret-here');
    expect([wrong.statusCode, wrong.json()]).toMatchObject([401, { code: 'E_REGISTRY_PUSH_SECRET' }]);
    expect((await tell('reg-none', PUSH)).statusCode).toBe(401);
    expect((await tell(id, PUSH, '{')).json()).toMatchObject({ code: 'E_REGISTRY_PUSH' });
    expect((await tell(id, PUSH, `"${'x'.repeat(300_000)}"`)).json()).toMatchObject({
      code: 'E_BODY_TOO_LARGE',
    });
    const kept = await ask('PUT', `registries/${id}`, settings({ name: 'still told' }));
    expect(kept.json).toMatchObject({ hasPushSecret: true });
    const gone = await ask('PUT', `registries/${id}`, settings({ pushSecret: '' }));
    expect(gone.json).not.toHaveProperty('hasPushSecret');
    expect((await tell(id, PUSH)).statusCode).toBe(401);
    expect((await tell(id, '')).statusCode).toBe(401);
    expect((await ask('GET', 'audit?limit=1000')).text).not.toContain(PUSH);
    expect(stage.logged.join('\n')).not.toContain(PUSH);
    expect((await ask('DELETE', `registries/${id}`)).status).toBe(200);
  });
});

describe('trying a registry', () => {
  const trial = (more: object, id?: string) =>
    ask('POST', 'registry-trials', { settings: settings(more), ...(id === undefined ? {} : { id }) });

  it('tells a right password from a wrong one, and one from none', async () => {
    expect((await trial({ secret: CANARY })).json).toMatchObject({ ok: true, repositories: 0 });
    for (const secret of ['wrong', ''])
      expect((await trial({ secret })).json).toMatchObject({
        ok: false,
        code: 'E_REGISTRY_LOGIN',
        remedy: expect.stringContaining('Check'),
      });
    expect((await trial({ host: '127.0.0.1:1' })).json).toMatchObject({
      ok: false,
      code: 'E_REGISTRY_UNREACHABLE',
    });
    expect((await trial({ kind: 'google' })).json).toMatchObject({ ok: false, code: 'E_REGISTRY_SETTINGS' });
  });

  it('uses the kept secret only where it went before', async () => {
    const thief = await MemoryRegistry.start({ name: 'me', password: CANARY });
    try {
      const id = idOf((await ask('POST', 'registries', settings({ secret: CANARY }))).json);
      expect((await trial({}, id)).json).toMatchObject({ ok: true });
      for (const answer of [
        await trial({ host: thief.host }, id),
        await trial({ authUrl: `http://${thief.host}` }, id),
        await ask('PUT', `registries/${id}`, settings({ host: thief.host })),
        await ask('PUT', `registries/${id}`, settings({ kind: 'gitlab', authUrl: `http://${thief.host}` })),
      ])
        expect([answer.status, answer.json]).toMatchObject([400, { code: 'E_REGISTRY_SETTINGS' }]);
      expect(thief.asked).toEqual([]);
    } finally {
      await thief.stop();
    }
  });
});
