// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ControllerProcess, type Told } from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const GOOD = 'walnut-harbor-lantern-42';
const NEXT = 'granite-meadow-compass-77';
const controller = new ControllerProcess();

const signIn = (name: string, password: string): Promise<Told> =>
  controller.ask('POST', '/session', { body: { name, password } });
const headersOf = ({ cookie = '', json }: Told, withToken = true): Record<string, string> => ({
  cookie,
  ...(withToken ? { 'x-csrf-token': String(json['csrfToken']) } : {}),
});
const codeOf = ({ status, json }: Told): unknown[] => [status, json['code']];

/** A new user who has replaced the one-time password. */
async function user(name: string): Promise<void> {
  const made = (await controller.call('POST', '/users', {
    name,
    displayName: name,
    role: 'security-reader',
  })) as { oneTimePassword: string };
  const first = await signIn(name, made.oneTimePassword);
  const changed = await controller.ask('POST', '/session/password', {
    body: { current: made.oneTimePassword, next: GOOD },
    headers: headersOf(first),
  });
  expect(changed.status).toBe(200);
}

describe('getting in as somebody else', () => {
  beforeAll(() => controller.start(), 120_000);
  afterAll(() => controller.close(), 60_000);

  it('by guessing: the fifth wrong password locks the name, and then even the right one is refused', async () => {
    await user('victim');
    for (let guess = 0; guess < 5; guess += 1)
      expect(codeOf(await signIn('victim', `guess-number-${guess}-of-many`))).toEqual([
        401,
        'E_LOGIN_FAILED',
      ]);
    expect(codeOf(await signIn('victim', GOOD))).toEqual([429, 'E_LOGIN_LOCKED']);
    const audit = (await controller.call('GET', '/audit?limit=100')) as {
      items: { action: string; actor: string; outcome: string; told?: { ja: string } }[];
    };
    const refused = audit.items.find(({ actor, outcome }) => actor === 'victim' && outcome === 'refused');
    expect(refused?.told?.ja).toContain('E_LOGIN');
  }, 120_000);

  it('has a twin that mistypes: four times wrong, then right, is let in', async () => {
    await user('typist');
    for (let guess = 0; guess < 4; guess += 1) await signIn('typist', `mistyped-number-${guess}-of-four`);
    expect((await signIn('typist', GOOD)).status).toBe(200);
  }, 120_000);

  it('by guessing names: one that nobody has answers and locks like any other', async () => {
    const answers: unknown[] = [];
    for (let guess = 0; guess < 6; guess += 1)
      answers.push(codeOf(await signIn('nobody-here', `guess-number-${guess}-of-many`)));
    expect(answers.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => [401, 'E_LOGIN_FAILED']));
    expect(answers[5]).toEqual([429, 'E_LOGIN_LOCKED']);
  }, 120_000);

  it('with a stolen session: it ends with the password it was opened by, and the owner goes on', async () => {
    await user('owner');
    const stolen = await signIn('owner', GOOD);
    const own = await signIn('owner', GOOD);
    const seen = () => controller.ask('GET', '/session', { headers: headersOf(stolen, false) });
    expect((await seen()).status).toBe(200);
    const renewed = await controller.ask('POST', '/session/password', {
      body: { current: GOOD, next: NEXT },
      headers: headersOf(own),
    });
    expect(renewed.status).toBe(200);
    expect(codeOf(await seen())).toEqual([401, 'E_LOGIN_REQUIRED']);
    const after = await controller.ask('GET', '/session', { headers: headersOf(renewed, false) });
    expect(after.status).toBe(200);
  }, 120_000);

  it('by a page elsewhere that uses the cookie: no change without the token, and the twin with it', async () => {
    await user('reader');
    const session = await signIn('reader', GOOD);
    const end = (withToken: boolean) =>
      controller.ask('DELETE', '/session', { headers: headersOf(session, withToken) });
    expect((await end(false)).status).toBe(403);
    expect((await end(true)).status).toBe(204);
  }, 120_000);
});
