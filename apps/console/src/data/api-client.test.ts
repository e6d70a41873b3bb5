// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type BodyOf, ROUTES } from '@bartizan/contracts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, setCsrfToken, urlOf, whenLoginIsRequired } from './api-client.ts';
import { ApiError, isTransient, isUnwatched, parseProblem, UNREACHABLE } from './api-error.ts';
import { ROUTE_TABLE } from './route-table.ts';

const answer = (status: number, body: unknown): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json' },
  });

afterEach(() => vi.unstubAllGlobals());

describe('the route table', () => {
  it('has method and path of every route of the API and no other', () => {
    expect(ROUTE_TABLE).toEqual(
      Object.fromEntries(ROUTES.map((route) => [route.id, [route.method, route.path]])),
    );
  });
});

describe('addresses', () => {
  it('encode parameters and leave empty parts of the query out', () => {
    expect(urlOf('event.show', { params: { id: 'n-1:boot:security:7/..' } })).toBe(
      '/api/v1/events/n-1%3Aboot%3Asecurity%3A7%2F..',
    );
    expect(urlOf('workload.list', { query: { filter: 'name:a b', limit: 5, sort: '' } })).toBe(
      '/api/v1/workloads?filter=name%3Aa+b&limit=5',
    );
  });
});

describe('calls', () => {
  it('send the CSRF token with changes only', async () => {
    const sent: Headers[] = [];
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      sent.push(new Headers(init.headers));
      return Promise.resolve(answer(204, undefined));
    });
    setCsrfToken('token-1');
    await call('session.delete');
    await call('cluster.list');
    expect(sent.map((headers) => headers.get('x-csrf-token'))).toEqual(['token-1', null]);
  });
  it('name the version that they change', async () => {
    const sent: (string | null)[] = [];
    vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
      sent.push(new Headers(init.headers).get('if-match'));
      return Promise.resolve(answer(200, {}));
    });
    const body = { rule: {}, enabled: true } as BodyOf<'admission.rule.put'>;
    await call('admission.rule.put', { params: { id: 'r' }, body, ifMatch: 'a1-off' });
    await call('admission.rule.put', { params: { id: 'r' }, body });
    expect(sent).toEqual(['"a1-off"', null]);
  });
  it('turn an error answer into code, cause and remedy', async () => {
    vi.stubGlobal('fetch', () =>
      Promise.resolve(
        answer(422, {
          code: 'E_PASSWORD_WEAK',
          title: 'Too easy',
          remedy: 'Longer',
          detail: 'short',
          traceId: 't1',
        }),
      ),
    );
    await expect(call('session.show')).rejects.toMatchObject({
      status: 422,
      code: 'E_PASSWORD_WEAK',
      remedy: 'Longer',
      traceId: 't1',
    });
  });
  it('say so when nobody answers, and pass an abort on', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed')));
    await expect(call('session.show')).rejects.toMatchObject({ code: UNREACHABLE });
    const aborted = AbortSignal.abort();
    await expect(call('session.show', { signal: aborted })).rejects.toBeInstanceOf(TypeError);
  });
  it('report the end of the session', async () => {
    const ended = vi.fn();
    whenLoginIsRequired(ended);
    vi.stubGlobal('fetch', () =>
      Promise.resolve(answer(401, { code: 'E_LOGIN_REQUIRED', title: 'x', remedy: 'y' })),
    );
    await expect(call('session.show')).rejects.toBeInstanceOf(ApiError);
    expect(ended).toHaveBeenCalledOnce();
  });
});

describe('error answers', () => {
  it.each([null, 'text', 7, { code: 3, errors: [null, 4, { pointer: 1 }] }])('are read from %j', (body) => {
    expect(parseProblem(500, body)).toMatchObject({ status: 500, code: 'HTTP_500' });
  });
  it('are worth a retry only when waiting helps', () => {
    expect(isTransient(parseProblem(503, null))).toBe(true);
    expect(isTransient(parseProblem(429, null))).toBe(true);
    expect(isTransient(parseProblem(404, null))).toBe(false);
    expect(isTransient(new Error('x'))).toBe(false);
  });
  it('say the language of their detail; who says none speaks English', () => {
    expect(parseProblem(400, { detail: '/run/d', detailLanguage: 'ja' }).detailLanguage).toBe('ja');
    expect(parseProblem(400, { detail: 'status 500', detailLanguage: 'en' }).detailLanguage).toBe('en');
    expect(parseProblem(502, { detail: 'ステータス 500' }).detailLanguage).toBe('en');
  });
  it('that no cluster is watched are no failures; other conflicts are', () => {
    expect(isUnwatched(parseProblem(409, { code: 'E_POLICY_NO_CLUSTER' }))).toBe(true);
    expect(isUnwatched(parseProblem(409, { code: 'E_POLICY_OWNED' }))).toBe(false);
    expect(isUnwatched(new Error('E_POLICY_NO_CLUSTER'))).toBe(false);
  });
});
