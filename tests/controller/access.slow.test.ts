// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ROLE_PERMISSIONS, ROLES, ROUTES, type Role, type Route } from '@bartizan/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIRST_PASSWORD, type Running, startRunning } from './running.ts';

const routes: readonly Route[] = ROUTES;
const guarded = routes.filter((route) => route.permission !== 'public' && route.stream === undefined);
const pathOf = (route: Route): string =>
  route.path.slice(1).replaceAll(':id', 'nothing-here').replaceAll(':control', 'k03-rbac');

let running: Running;
const keys = new Map<Role, string>();

beforeAll(async () => {
  running = await startRunning();
  for (const role of ROLES) {
    const made = await running.call({
      method: 'POST',
      path: 'api-keys',
      body: { name: role, role, expiresInDays: 1 },
    });
    expect(made.status).toBe(201);
    keys.set(role, String(made.json['secret']));
  }
}, 60_000);
afterAll(() => running?.close());

describe('permissions', () => {
  it.each(guarded)('$method $path lets exactly the roles in that hold its permission', async (route) => {
    for (const role of ROLES) {
      // A change gets a body of another form: whoever may not call it must be told so before the body is looked at.
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : 'not an object';
      const answer = await running.call({
        method: route.method,
        path: pathOf(route),
        token: keys.get(role) ?? '',
        ...(body === undefined ? {} : { body }),
      });
      // `self` too is given by the role: a key of an API server has nothing but its intake.
      const allowed = ROLE_PERMISSIONS[role].some((permission) => permission === route.permission);
      expect([role, answer.status === 403]).toEqual([role, !allowed]);
      if (!allowed) expect(answer.json['code']).toBe('E_FORBIDDEN');
    }
  });

  it.each(guarded)('$method $path asks strangers to sign in', async (route) => {
    const answer = await running.call({ method: route.method, path: pathOf(route), token: null });
    expect([answer.status, answer.json['code']]).toEqual([401, 'E_LOGIN_REQUIRED']);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('refuses a wrong token instead of taking its sender for a stranger', async () => {
    const answer = await running.call({ path: 'session', token: 'bzk_wrong' });
    expect(answer.status).toBe(401);
  });
});

describe('sign-in', () => {
  const NEXT = 'heron-cobalt-lantern-moss';
  const signIn = (password: string, name = 'admin') =>
    running.call({ method: 'POST', path: 'session', token: null, body: { name, password } });
  const cookieOf = (headers: { readonly 'set-cookie'?: string[] | undefined }): string =>
    headers['set-cookie']?.[0]?.split(';')[0] ?? '';

  it('takes the one-time password, and then only lets it be changed', async () => {
    const first = await signIn(FIRST_PASSWORD);
    expect(first.status).toBe(200);
    expect(first.headers['set-cookie']?.[0]).toMatch(
      /^__Host-bartizan=.*Path=\/.*HttpOnly.*Secure.*SameSite=Strict/i,
    );
    const cookie = cookieOf(first.headers);
    const blocked = await running.call({ path: 'nodes', token: null, headers: { cookie } });
    expect(blocked.json['code']).toBe('E_PASSWORD_CHANGE_REQUIRED');
    const csrf = String(first.json['csrfToken']);
    const change = (body: unknown, headers: Record<string, string>) =>
      running.call({
        method: 'POST',
        path: 'session/password',
        token: null,
        body,
        headers: { cookie, ...headers },
      });
    expect((await change({ current: FIRST_PASSWORD, next: NEXT }, {})).json['code']).toBe('E_CSRF');
    expect(
      (await change({ current: FIRST_PASSWORD, next: 'password1234' }, { 'x-csrf-token': csrf })).json[
        'code'
      ],
    ).toBe('E_PASSWORD_WEAK');
    expect((await change({ current: FIRST_PASSWORD, next: NEXT }, { 'x-csrf-token': csrf })).status).toBe(
      200,
    );
    expect((await signIn(FIRST_PASSWORD)).json['code']).toBe('E_LOGIN_FAILED');
    const second = await signIn(NEXT);
    expect(
      (await running.call({ path: 'nodes', token: null, headers: { cookie: cookieOf(second.headers) } }))
        .status,
    ).toBe(200);
  }, 60_000);

  it('locks an account after five failures, known or not, and answers both alike', async () => {
    for (const name of ['admin', 'nobody']) {
      const codes: unknown[] = [];
      for (let attempt = 0; attempt < 7; attempt += 1)
        codes.push((await signIn('wrong-wrong-wrong', name)).json['code']);
      expect([name, codes.slice(0, 4)]).toEqual([name, Array.from({ length: 4 }, () => 'E_LOGIN_FAILED')]);
      expect([name, codes.at(-1)]).toEqual([name, 'E_LOGIN_LOCKED']);
    }
  }, 60_000);

  it('keeps the last administrator', async () => {
    const users = await running.call({ path: 'users' });
    const items = users.json['items'];
    const admin: { id: string } | undefined = Array.isArray(items) ? items[0] : undefined;
    const removed = await running.call({ method: 'DELETE', path: `users/${admin?.id}` });
    expect([removed.status, removed.json['code']]).toEqual([409, 'E_LAST_ADMIN']);
  });
});

describe('audit log', () => {
  it('holds what was changed and refused above, in an unbroken chain, without any secret', async () => {
    const verified = await running.call({ path: 'audit/verify' });
    expect(verified.json['intact']).toBe(true);
    expect(Number(verified.json['records'])).toBeGreaterThan(10);
    const list = await running.call({ path: 'audit?limit=1000' });
    for (const action of ['api-key.create', 'session.create', 'session.password', 'user.delete'])
      expect(list.text).toContain(`"${action}"`);
    const secrets = [...keys.values(), FIRST_PASSWORD];
    for (const secret of secrets) {
      expect(list.text).not.toContain(secret);
      expect(running.logged.join('\n')).not.toContain(secret);
    }
  });
});
