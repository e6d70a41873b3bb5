// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ERRORS, ROUTES, type Route } from '@bartizan/contracts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Running, startRunning } from './running.ts';

const routes: readonly Route[] = ROUTES;
const plain = routes.filter(
  (route) => route.stream === undefined && !['session.create', 'backup.create'].includes(route.id),
);
let running: Running;
beforeAll(async () => {
  running = await startRunning();
}, 60_000);
afterAll(() => running?.close());

/** A failure must be a problem document with a known code and never our fault. */
function expectDecent(answer: Answer): void {
  expect(answer.status, answer.text).not.toBe(500);
  if (answer.status < 400) return;
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(Object.keys(ERRORS)).toContain(answer.json['code']);
  expect(String(answer.json['remedy']).length).toBeGreaterThan(5);
}

describe('hostile requests', () => {
  it.each(plain)('$method $path answers nonsense decently', { timeout: 120_000 }, async (route) => {
    const query = fc.dictionary(
      fc.constantFrom('filter', 'sort', 'limit', 'cursor', 'from', 'to', 'x'),
      fc.string({ maxLength: 40 }),
      { maxKeys: 4 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 40 }),
        query,
        fc.jsonValue({ maxDepth: 3 }),
        async (id, parts, body) => {
          const path = route.path.slice(1).replace(/:[a-z]+/, encodeURIComponent(id));
          const search = new URLSearchParams(parts).toString();
          const withBody = route.method === 'GET' || route.method === 'DELETE' ? {} : { body };
          expectDecent(await running.call({ method: route.method, path: `${path}?${search}`, ...withBody }));
        },
      ),
      { numRuns: 12, seed: 20261125 },
    );
  });

  it('refuses ten megabytes, deep nesting, other content types and broken JSON, and lives on', async () => {
    const post = (raw: Buffer, headers: Record<string, string> = {}) =>
      running.call({ method: 'POST', path: 'api-keys', raw, headers });
    const large = await post(Buffer.alloc(10 * 1024 * 1024, 0x20));
    expect([large.status, large.json['code']]).toEqual([413, 'E_BODY_TOO_LARGE']);
    const deep = await post(Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)));
    expect([deep.status, deep.json['code']]).toEqual([400, 'E_BODY_INVALID']);
    const other = await post(Buffer.from('<a/>'), { 'content-type': 'application/xml' });
    expect([other.status, other.json['code']]).toEqual([415, 'E_BODY_TYPE']);
    const broken = await post(Buffer.from('{"name":'));
    expect([broken.status, broken.json['code']]).toEqual([400, 'E_BODY_INVALID']);
    expect((await running.call({ path: '/livez', token: null })).status).toBe(200);
  });

  it('names the field that is wrong, in the language of the caller', async () => {
    const answer = await running.call({
      method: 'POST',
      path: 'api-keys',
      body: { name: 'x', role: 'emperor', expiresInDays: 1 },
      headers: { 'accept-language': 'ja' },
    });
    expect(answer.status).toBe(400);
    expect(String(answer.json['title'])).toMatch(/[\u3040-\u30ff]/u);
    expect(answer.text).toContain('/role');
  });

  it('answers what is not there and what is not possible here', async () => {
    expect((await running.call({ path: 'nothing' })).json['code']).toBe('E_NOT_FOUND');
    expect((await running.call({ method: 'PUT', path: 'session' })).json['code']).toBe('E_METHOD');
  });

  it('describes itself: probes, metrics and an OpenAPI document with every route', async () => {
    expect((await running.call({ path: '/readyz?verbose', token: null })).text).toContain('[+] store');
    expect((await running.call({ path: '/metrics', token: null })).text).toContain(
      'bartizan_ingest_records_total',
    );
    const document = await running.call({ path: 'openapi.json', token: null });
    expect(document.json['openapi']).toBe('3.1.0');
    const paths = Object.keys(document.json['paths'] ?? {});
    for (const route of routes)
      expect(
        paths.some((path) => path.endsWith(route.path.replaceAll(/:([a-z]+)/g, '{$1}'))),
        route.path,
      ).toBe(true);
  });

  it('exports what a list shows as CSV', async () => {
    const csv = await running.call({ path: 'rules', headers: { accept: 'text/csv' } });
    expect(csv.headers['content-type']).toContain('text/csv');
    const list = await running.call({ path: 'rules?limit=1000' });
    const items = list.json['items'];
    expect(csv.text.trim().split('\r\n').length - 1).toBe(Array.isArray(items) ? items.length : -1);
  });
});
