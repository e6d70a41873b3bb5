// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, writeFileSync } from 'node:fs';
import { connect as http2 } from 'node:http2';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { openCertificateAuthority } from '@bartizan/adapters/pki';
import { createSealer } from '@bartizan/adapters/store';
import { ROUTES, type Route } from '@bartizan/contracts';
import { aFinding, aNode, aUser, good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiStage, type Ask, buildApiStage, LOCAL_ROOT, type Told } from '../../testing/api-stage.ts';
import { SessionDesk } from '../access/sessions.ts';
import { SESSION_COOKIE } from './gate.ts';

const SCOPE = { kind: 'system', purpose: 'test' } as const;
const routes: readonly Route[] = ROUTES;
let test: TestStore;
let stage: ApiStage;

beforeAll(async () => {
  test = await openStoreInPlace();
  const consoleDir = join(test.dataDir, 'console');
  mkdirSync(join(consoleDir, 'assets'), { recursive: true });
  writeFileSync(join(consoleDir, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(join(consoleDir, 'assets', 'app-1a2b.js'), 'void 0;');
  writeFileSync(join(consoleDir, '.secret'), 'hidden');
  stage = await buildApiStage(test.store, test.clock, { consoleDir });
});
afterAll(async () => {
  await stage?.report.server.close();
  await test?.remove();
});

const root = (ask: Ask): Promise<Told> => stage.ask({ token: LOCAL_ROOT, ...ask });
const acts = async (): Promise<string[]> => {
  const list = await test.store.audit.list(SCOPE, { filter: [], limit: 1000 });
  return list.ok ? list.value.items.map(({ action, outcome }) => `${action} ${outcome}`) : [];
};

describe('the console', () => {
  const html = { accept: 'text/html,*/*' };

  it('opens at every path of a page, and is never kept by a cache', async () => {
    for (const path of ['/', '/workloads/w-1', '/events?filter=severity%3Ahigh']) {
      const told = await stage.ask({ path, headers: html });
      expect([path, told.status, told.headers['cache-control']]).toEqual([path, 200, 'no-cache']);
      expect(told.text).toContain('<title>console</title>');
    }
  });

  it('has files that may be kept for a year, and none that are not its own', async () => {
    const script = await stage.ask({ path: '/assets/app-1a2b.js' });
    expect([script.status, script.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    for (const path of [
      '/.secret',
      '/assets/none.js',
      '/..%2f..%2fcore.db',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/assets/',
    ])
      expect([path, (await stage.ask({ path })).status]).toEqual([path, 404]);
  });

  it('may run no script but its own, and be framed by nobody', async () => {
    const { headers } = await stage.ask({ path: '/', headers: html });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe-inline/u);
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('is not what an unknown path of the API answers', async () => {
    const told = await root({ path: 'nothing', headers: html });
    expect([told.status, told.headers['content-type']]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

describe('changes', () => {
  it('are made once for an Idempotency-Key, and the key is not another caller’s', async () => {
    const ask = {
      method: 'POST',
      path: 'api-keys',
      body: { name: 'once', role: 'ci', expiresInDays: 1 },
    } as const;
    const headers = { 'idempotency-key': 'k-1' };
    const first = await root({ ...ask, headers });
    const second = await root({ ...ask, headers });
    expect([second.status, second.text, second.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    const other = await root({ ...ask, headers, body: { ...ask.body, name: 'two' } });
    expect(other.json).toMatchObject({ code: 'E_CONFLICT' });
    const admin = await stage.keyOf('admin');
    expect(
      (await stage.ask({ ...ask, headers, token: admin })).headers['idempotent-replayed'],
    ).toBeUndefined();
    const keys = await root({ path: 'api-keys?filter=name:once' });
    expect(Object(keys.json).items).toHaveLength(2);
  });

  it('based on an older state are refused', async () => {
    await test.store.users.put(SCOPE, { user: aUser(), passwordHash: 'x', previousHashes: [], failures: 0 });
    const change = (name: string, tag?: string) =>
      root({
        method: 'PATCH',
        path: 'users/u-1',
        body: { displayName: name },
        ...(tag === undefined ? {} : { headers: { 'if-match': tag } }),
      });
    const first = await change('A');
    const tag = String(first.headers['etag']);
    expect((await change('B', tag)).status).toBe(200);
    expect((await change('C', tag)).json).toMatchObject({ code: 'E_PRECONDITION', status: 412 });
  });

  it('of one’s own profile are based on it, not on how long the session lasts', async () => {
    const user = aUser();
    good(await test.store.users.put(SCOPE, { user, passwordHash: 'x', previousHashes: [], failures: 0 }));
    const opened = await new SessionDesk(test.store, test.clock).open(user);
    if (!opened.ok) throw new Error(opened.error.detail);
    const { token, csrfToken } = opened.value;
    const mine = (more: Pick<Ask, 'method' | 'body' | 'headers'> = {}) =>
      stage.ask({
        ...{ path: 'session', ...more },
        headers: {
          ...{ cookie: `${SESSION_COOKIE}=${token}`, 'x-csrf-token': csrfToken },
          ...more.headers,
        },
      });
    const tag = String((await mine()).headers['etag']);
    const change = (displayName: string) =>
      mine({ method: 'PATCH', body: { displayName }, headers: { 'if-match': tag } });
    expect((await change('Aiko A')).json).toMatchObject({ user: { displayName: 'Aiko A' } });
    expect((await change('Aiko B')).json).toMatchObject({ code: 'E_PRECONDITION', status: 412 });
  });

  it('are told from what is known already', async () => {
    await test.store.nodes.put(SCOPE, [aNode()]);
    const told = await root({ path: 'nodes/n-1' });
    const again = await root({
      path: 'nodes/n-1',
      headers: { 'if-none-match': String(told.headers['etag']) },
    });
    expect([again.status, again.text]).toEqual([304, '']);
  });

  it.each(routes.filter((route) => route.audit !== undefined && route.permission !== 'public'))(
    'by $method $path leave a record also when the caller may not',
    async (route) => {
      const ci = await stage.keyOf('ci');
      const before = (await acts()).length;
      const path = route.path.slice(1).replace(':id', 'x');
      const told = await stage.ask({ method: route.method, path, token: ci, body: {} });
      const made = (await acts()).slice(0, (await acts()).length - before);
      expect([route.id, told.status >= 400, made]).toEqual([
        route.id,
        route.id !== 'session.delete',
        expect.arrayContaining([expect.stringMatching(new RegExp(`^${route.audit ?? ''} `, 'u'))]),
      ]);
    },
  );

  it('are recorded with who, what and from where, when they are made', async () => {
    await test.store.findings.put(SCOPE, [aFinding()]);
    const body = { reason: 'behind a wall', expiresAtMs: test.clock.value + 1000 };
    expect((await root({ method: 'POST', path: 'findings/f-1/acceptance', body })).status).toBe(200);
    const list = await test.store.audit.list(SCOPE, { filter: [], limit: 1 });
    expect(list.ok && list.value.items[0]).toMatchObject({
      action: 'finding.accept',
      actor: 'local-root',
      actorKind: 'local-root',
      target: 'f-1',
      outcome: 'success',
      detail: 'behind a wall',
      sourceAddress: '127.0.0.1',
    });
    expect(stage.changes).toContainEqual(
      expect.objectContaining({ topic: 'finding', data: { workload: 'w-1' } }),
    );
  });
});

describe('metrics', () => {
  it('are for this host, and elsewhere for those who may see the system', async () => {
    const away = (headers: Record<string, string> = {}) =>
      stage.report.server.inject({ url: '/metrics', remoteAddress: '192.0.2.7', headers });
    expect((await stage.ask({ path: '/metrics' })).text).toContain('bartizan_store_writable 1');
    expect((await away()).statusCode).toBe(401);
    const [ci, reader] = [await stage.keyOf('ci'), await stage.keyOf('security-reader')];
    expect((await away({ authorization: `Bearer ${ci}` })).statusCode).toBe(403);
    expect((await away({ authorization: `Bearer ${reader}` })).statusCode).toBe(200);
  });
});

describe('a list as CSV', () => {
  it('holds everything the filter matches, for Excel with a mark in front', async () => {
    const findings = Array.from({ length: 1203 }, (_, at) =>
      aFinding({
        id: `f-csv-${at}`,
        groupKey: at % 2 === 0 ? '=HYPERLINK("x")' : '更新, "する"',
        severity: at < 1200 ? 'low' : 'critical',
      }),
    );
    await test.store.findings.put(SCOPE, findings);
    const csv = async (query: string) =>
      (await root({ path: `findings?${query}`, headers: { accept: 'text/csv' } })).text;
    const low = await csv('filter=severity:low');
    const lines = low.split('\r\n');
    expect(lines.at(-1)).toBe('');
    expect(lines).toHaveLength(1202);
    expect(low).toContain(`"'=HYPERLINK(""x"")"`);
    expect(low).toContain('"更新, ""する"""');
    const excel = await csv('filter=severity:critical&excel=1');
    expect(excel.startsWith('\uFEFFid,')).toBe(true);
    expect(excel.trim().split('\r\n')).toHaveLength(4);
  });

  it('of a filter that cannot be read is an error, not an empty file', async () => {
    const told = await root({ path: 'findings?filter=nosuchfield:1', headers: { accept: 'text/csv' } });
    expect([told.status, told.json]).toMatchObject([400, { code: 'E_FILTER' }]);
  });
});

describe('the certificate', () => {
  const fingerprintAt = (port: number): Promise<string> =>
    new Promise((done, fail) => {
      const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
        done(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
      socket.on('error', fail);
    });

  it('is replaced without a restart, and connections that are open go on', async () => {
    const address = await stage.report.server.listen({ host: '127.0.0.1', port: 0 });
    const port = Number(new URL(address).port);
    const before = await fingerprintAt(port);
    const open = http2(address, { rejectUnauthorized: false });
    await new Promise((done) => open.once('connect', done));
    const authority = await openCertificateAuthority({
      settings: test.store.settings,
      sealer: createSealer(Buffer.alloc(32, 7)),
      clock: test.clock,
    });
    const made = authority.ok ? await authority.value.serverCertificate(['another.example']) : authority;
    if (!made.ok) throw new Error(made.error.detail);
    stage.report.useTls({ keyPem: made.value.keyPem, chainPem: made.value.certificatePem });
    const after = await fingerprintAt(port);
    expect([after === before, after]).toEqual([false, made.value.fingerprint]);
    const status = await new Promise((done) => {
      const stream = open.request({ ':path': '/livez' });
      stream.on('response', (headers) => done(headers[':status']));
    });
    expect(status).toBe(200);
    open.destroy();
  });
});
