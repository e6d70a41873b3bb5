// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hashPassword, verifyPassword } from '@bartizan/adapters/identity';
import { ROUTES, type Route } from '@bartizan/contracts';
import { openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiStage, buildApiStage, FIRST_PASSWORD, LOCAL_ROOT, type Told } from '../testing/api-stage.ts';
import { SessionDesk } from './access/sessions.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GOOD = 'heron-cobalt-lantern-moss';
const SCOPE = { kind: 'system', purpose: 'test' } as const;
const changing = (ROUTES as readonly Route[]).filter(
  (route) => route.method !== 'GET' && route.permission !== 'public',
);
let test: TestStore;
let stage: ApiStage;

beforeEach(async () => {
  test = await openTestStore();
  stage = await buildApiStage(test.store, test.clock);
});
afterEach(async () => {
  await stage.report.server.close();
  await test.remove();
});

const codeOf = (told: Told): unknown =>
  typeof told.json === 'object' && told.json !== null ? Reflect.get(told.json, 'code') : undefined;
const signIn = (name: string, password: string) =>
  stage.ask({ method: 'POST', path: 'session', body: { name, password } });

interface Signed {
  readonly cookie: string;
  readonly csrf: string;
}
function signedOf(told: Told): Signed {
  expect(told.status).toBe(200);
  const cookie = String(told.headers['set-cookie']).split(';')[0] ?? '';
  const csrf: unknown =
    typeof told.json === 'object' && told.json !== null ? Reflect.get(told.json, 'csrfToken') : '';
  return { cookie, csrf: String(csrf) };
}
const asUser = (signed: Signed, withCsrf = true) => ({
  cookie: signed.cookie,
  ...(withCsrf ? { 'x-csrf-token': signed.csrf } : {}),
});

/** The administrator with a password of their own. */
async function settled(): Promise<Signed> {
  const first = signedOf(await signIn('admin', FIRST_PASSWORD));
  const changed = await stage.ask({
    method: 'POST',
    path: 'session/password',
    headers: asUser(first),
    body: { current: FIRST_PASSWORD, next: GOOD },
  });
  return signedOf(changed);
}

describe('a session', () => {
  it('ends after an hour without a request, and after twelve in any case', async () => {
    const signed = await settled();
    const status = async () => (await stage.ask({ path: 'session', headers: asUser(signed) })).status;
    for (let minutes = 0; minutes < 11 * 60; minutes += 50) {
      expect(await status()).toBe(200);
      test.clock.value += 50 * MINUTE_MS;
    }
    expect(await status()).toBe(200);
    test.clock.value += 59 * MINUTE_MS;
    expect(await status()).toBe(401);
    const again = signedOf(await signIn('admin', GOOD));
    test.clock.value += 61 * MINUTE_MS;
    expect((await stage.ask({ path: 'session', headers: asUser(again) })).status).toBe(401);
  });

  it('ends at sign-out, at a change of the password, and when the user is switched off or deleted', async () => {
    const first = await settled();
    const second = signedOf(await signIn('admin', GOOD));
    await stage.ask({ method: 'DELETE', path: 'session', headers: asUser(first) });
    expect((await stage.ask({ path: 'session', headers: asUser(first) })).status).toBe(401);
    expect((await stage.ask({ path: 'session', headers: asUser(second) })).status).toBe(200);
    const body = { name: 'mei', role: 'admin' };
    const made = await stage.ask({ method: 'POST', path: 'users', headers: asUser(second), body });
    expect(made.status).toBe(201);
    const mei = Object(made.json);
    const hers = signedOf(await signIn('mei', mei.oneTimePassword));
    const off = { method: 'PATCH', path: `users/${mei.user.id}`, headers: asUser(second) } as const;
    await stage.ask({ ...off, body: { disabled: true } });
    expect((await stage.ask({ path: 'session', headers: asUser(hers) })).status).toBe(401);
    expect(codeOf(await signIn('mei', mei.oneTimePassword))).toBe('E_LOGIN_FAILED');
  });

  it('does not come back when it is ended while a request of it is under way', async () => {
    const signed = await settled();
    const sessions = new SessionDesk(
      {
        ...test.store,
        users: Object.assign(Object.create(test.store.users), {
          // Between the look at the session and the move of its end.
          byId: async (...asked: Parameters<typeof test.store.users.byId>) => {
            const found = await test.store.users.byId(...asked);
            if (found.ok && found.value !== undefined) await sessions.closeAll(found.value.user.id);
            return found;
          },
        }),
      },
      { nowMs: () => test.clock.value },
    );
    test.clock.value += 10 * MINUTE_MS;
    const token = signed.cookie.split('=')[1] ?? '';
    expect(await sessions.resume(token)).toMatchObject({ error: { code: 'E_LOGIN_REQUIRED' } });
    expect((await stage.ask({ path: 'session', headers: asUser(signed) })).status).toBe(401);
  });

  it('lets no change through without the CSRF token, whatever the route', async () => {
    const signed = await settled();
    const attempts = [
      asUser(signed, false),
      { ...asUser(signed), 'x-csrf-token': 'wrong' },
      { ...asUser(signed), 'sec-fetch-site': 'cross-site' },
    ];
    expect(changing.length).toBeGreaterThan(12);
    for (const route of changing) {
      const path = route.path.slice(1).replace(':id', 'x');
      for (const headers of attempts) {
        const told = await stage.ask({ method: route.method, path, headers });
        expect([route.id, told.status, codeOf(told)]).toEqual([route.id, 403, 'E_CSRF']);
      }
    }
  });

  it('is kept as a hash only', async () => {
    const signed = await settled();
    const token = signed.cookie.split('=')[1] ?? '';
    expect(token.length).toBeGreaterThan(40);
    expect(stage.logged.join('\n')).not.toContain(token);
  });
});

describe('sign-in', () => {
  it('refuses a one-time password a quarter of an hour after the first sign-in, whatever is tried in between', async () => {
    const first = signedOf(await signIn('admin', FIRST_PASSWORD));
    test.clock.value += 10 * MINUTE_MS;
    expect((await signIn('admin', FIRST_PASSWORD)).status).toBe(200);
    test.clock.value += 6 * MINUTE_MS;
    expect(codeOf(await signIn('admin', FIRST_PASSWORD))).toBe('E_PASSWORD_EXPIRED');
    // Who signed in in time still chooses a password, which does not end.
    const changed = await stage.ask({
      method: 'POST',
      path: 'session/password',
      headers: asUser(first),
      body: { current: FIRST_PASSWORD, next: GOOD },
    });
    expect(changed.status).toBe(200);
    test.clock.value += 48 * HOUR_MS;
    expect((await signIn('admin', GOOD)).status).toBe(200);
  });

  it('refuses a one-time password after a day', async () => {
    test.clock.value += 24 * HOUR_MS;
    expect(codeOf(await signIn('admin', FIRST_PASSWORD))).toBe('E_PASSWORD_EXPIRED');
  });

  it('locks for fifteen minutes after five failures, also for the right password, and tells when it ends', async () => {
    await settled();
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(codeOf(await signIn('admin', 'wrong'))).toBe('E_LOGIN_FAILED');
    const locked = await signIn('admin', GOOD);
    expect([locked.status, codeOf(locked)]).toEqual([429, 'E_LOGIN_LOCKED']);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800);
    test.clock.value += 15 * MINUTE_MS;
    expect((await signIn('admin', GOOD)).status).toBe(200);
  });

  it('does not let more than five guesses through when they come at once', async () => {
    await settled();
    test.clock.value += MINUTE_MS;
    const told = await Promise.all(Array.from({ length: 20 }, () => signIn('admin', 'wrong')));
    expect(told.filter((one) => codeOf(one) === 'E_LOGIN_FAILED')).toHaveLength(5);
    expect(told.filter((one) => codeOf(one) === 'E_LOGIN_LOCKED')).toHaveLength(15);
  });

  it('limits how often one address may try', async () => {
    const codes = [];
    for (let attempt = 0; attempt < 31; attempt += 1) codes.push(codeOf(await signIn(`user${attempt}`, 'x')));
    expect(codes.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'E_LOGIN_FAILED'));
    expect(codes[30]).toBe('E_RATE_LIMIT');
  });

  it('locks a session out of guessing the password too, and counts nothing once it was right', async () => {
    const signed = await settled();
    const change = (current: string, next = 'plover-tide-anvil-quartz') =>
      stage.ask({
        ...{ method: 'POST', path: 'session/password', headers: asUser(signed) },
        body: { current, next },
      });
    // Who knows the password may try as many new ones as it takes.
    for (let attempt = 0; attempt < 6; attempt += 1)
      expect(codeOf(await change(GOOD, 'short'))).toBe('E_PASSWORD_WEAK');
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(codeOf(await change('wrong'))).toBe('E_LOGIN_FAILED');
    const told = await change(GOOD);
    expect([told.status, codeOf(told)]).toEqual([429, 'E_LOGIN_LOCKED']);
    expect(codeOf(await signIn('admin', GOOD))).toBe('E_LOGIN_LOCKED');
    test.clock.value += 15 * MINUTE_MS;
    expect((await change(GOOD)).status).toBe(200);
  });

  it('does not accept a password that was used before', async () => {
    const signed = await settled();
    const told = await stage.ask({
      method: 'POST',
      path: 'session/password',
      headers: asUser(signed),
      body: { current: GOOD, next: FIRST_PASSWORD },
    });
    expect(codeOf(told)).toBe('E_PASSWORD_WEAK');
  });

  it('leaves a record of success, of failure, and of each refusal to a person', async () => {
    const signed = await settled();
    await signIn('admin', 'wrong');
    await stage.ask({ method: 'POST', path: 'api-keys', headers: asUser(signed), body: { name: 'x' } });
    await stage.ask({ method: 'DELETE', path: 'api-keys/k', headers: asUser(signed, false) });
    const list = await test.store.audit.list(SCOPE, { filter: [], limit: 100 });
    const acts = list.ok
      ? list.value.items.map(({ action, outcome, actor }) => `${action} ${outcome} ${actor}`)
      : [];
    expect(acts).toEqual(
      expect.arrayContaining([
        'session.create success admin',
        'session.create refused admin',
        'session.password success admin',
        'api-key.create failed admin',
        'api-key.revoke refused admin',
      ]),
    );
  });

  it('takes as long for an unknown name as for a wrong password', async () => {
    const slow = await buildApiStage(test.store, test.clock, {
      hasher: { hash: hashPassword, verify: verifyPassword },
    });
    const made = await slow.ask({
      method: 'POST',
      path: 'users',
      token: LOCAL_ROOT,
      body: { name: 'mei', role: 'ci' },
    });
    expect(made.status).toBe(201);
    const timeOf = async (name: string) => {
      const startedMs = performance.now();
      await slow.ask({ method: 'POST', path: 'session', body: { name, password: 'wrong' } });
      return performance.now() - startedMs;
    };
    await timeOf('warm');
    const median = (values: number[]) => values.sort((left, right) => left - right)[2] ?? 0;
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      known.push(await timeOf('mei'));
      unknown.push(await timeOf('nobody'));
    }
    expect(median(unknown) / median(known)).toBeGreaterThan(0.4);
    expect(median(unknown) / median(known)).toBeLessThan(2.5);
    await slow.report.server.close();
  });
});

describe('an API key', () => {
  it('works until it ends or is revoked', async () => {
    const key = await stage.keyOf('ci');
    const status = async () => (await stage.ask({ path: 'session', token: key })).status;
    expect(await status()).toBe(200);
    test.clock.value += 24 * HOUR_MS;
    expect(await status()).toBe(401);
    const next = await stage.keyOf('admin');
    const list = await stage.ask({ path: 'api-keys', token: next });
    const [newest] = Object(list.json).items.filter((item: { role: string }) => item.role === 'admin');
    expect((await stage.ask({ method: 'DELETE', path: `api-keys/${newest.id}`, token: next })).status).toBe(
      204,
    );
    expect((await stage.ask({ path: 'session', token: next })).status).toBe(401);
  });

  it('is never shown again, and local root only counts on this host', async () => {
    const key = await stage.keyOf('admin');
    expect((await stage.ask({ path: 'api-keys', token: key })).text).not.toContain(key);
    const away = await stage.report.server.inject({
      url: '/api/v1/session',
      remoteAddress: '192.0.2.1',
      headers: { authorization: `Bearer ${LOCAL_ROOT}` },
    });
    expect(away.statusCode).toBe(401);
  });
});
