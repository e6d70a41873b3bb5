// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setCsrfToken } from './api-client.ts';
import { endSession } from './session-end.ts';

const problem = (status: number, code: string): Response =>
  new Response(JSON.stringify({ status, code, title: code, remedy: '' }), { status });
const closed = (): Response => new Response(null, { status: 204 });

/** Answers one question after the other, and tells what was asked with which token. */
const controller = (...answers: (() => Response)[]): string[] => {
  const asked: string[] = [];
  vi.stubGlobal('fetch', (_: string, { method, headers }: RequestInit) => {
    asked.push(`${method} ${new Headers(headers).get('x-csrf-token') ?? '-'}`);
    const answer = answers.shift();
    return answer === undefined ? Promise.reject(new TypeError('no answer')) : Promise.resolve(answer());
  });
  return asked;
};

describe('the end of a session', () => {
  beforeEach(() => setCsrfToken('old'));
  afterEach(() => {
    vi.unstubAllGlobals();
    setCsrfToken('');
  });

  it('is reached when the controller closed it, or knows it no more', async () => {
    controller(closed);
    await expect(endSession()).resolves.toBeUndefined();
    controller(() => problem(401, 'E_LOGIN_REQUIRED'));
    await expect(endSession()).resolves.toBeUndefined();
  });
  it.each([
    [503, 'E_STORE_FULL'],
    [502, 'HTTP_502'],
    [429, 'E_RATE'],
  ])('is not reached with an answer of %i', async (status, code) => {
    controller(() => problem(status, code));
    await expect(endSession()).rejects.toMatchObject({ status });
  });
  it('is not reached without an answer', async () => {
    controller();
    await expect(endSession()).rejects.toMatchObject({ code: 'E_UNREACHABLE' });
  });
  it('is reached with the token of the session that another tab opened', async () => {
    const asked = controller(
      () => problem(403, 'E_CSRF'),
      () => new Response(JSON.stringify({ csrfToken: 'new' }), { status: 200 }),
      closed,
    );
    await expect(endSession()).resolves.toBeUndefined();
    expect(asked).toEqual(['DELETE old', 'GET -', 'DELETE new']);
    controller(
      () => problem(403, 'E_CSRF'),
      () => new Response(JSON.stringify({ csrfToken: 'new' }), { status: 200 }),
      () => problem(403, 'E_CSRF'),
    );
    await expect(endSession()).rejects.toMatchObject({ code: 'E_CSRF' });
  });
});
