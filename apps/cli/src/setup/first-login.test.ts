// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiClient } from '../api/client.ts';
import { type InstancePaths, instancePaths } from '../instance/paths.ts';
import { passwordPath, readOneTimePassword, writeOneTimePassword } from '../instance/secrets.ts';
import { firstAdmin, firstPassword } from './first-login.ts';

let folder = '';
let paths: InstancePaths;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-first-login-'));
  const found = instancePaths({
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
  });
  if (!found.ok) throw new Error(found.error.detail);
  paths = found.value;
  for (const path of [paths.etc, paths.controller]) mkdirSync(path, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const waiting = (): string | undefined => readOneTimePassword(paths, Date.now());
function age(hours: number): void {
  const at = Date.now() / 1000 - hours * 3600;
  utimesSync(passwordPath(paths), at, at);
}

/** An API with these users, which counts what is asked of it. */
function server(names: readonly string[]) {
  const calls: string[] = [];
  const call: ApiClient['call'] = async (id) => {
    calls.push(id);
    const users = { items: names.map((name) => ({ name })) };
    return ok(id === 'user.list' ? users : { oneTimePassword: 'of-the-server' }) as never;
  };
  return { calls, client: { call } };
}

describe('the first password', () => {
  it('is made once, and stays while it is good', () => {
    firstPassword(paths);
    const first = waiting();
    expect(first).toMatch(/^.{20}$/);
    age(23);
    firstPassword(paths);
    expect(waiting()).toBe(first);
  });

  it('is a new one when `up` is tried again after it ended', () => {
    const first = writeOneTimePassword(paths);
    age(25);
    firstPassword(paths);
    expect([typeof waiting(), waiting() === first]).toEqual(['string', false]);
  });

  it('is not made beside a store that is there', () => {
    writeFileSync(join(paths.controller, 'core.db'), '');
    firstPassword(paths);
    expect(waiting()).toBeUndefined();
  });
});

describe('the first administrator', () => {
  it('is made where there is a store with nobody in it', async () => {
    const { client, calls } = server([]);
    await firstAdmin(client, paths);
    expect([waiting(), calls]).toEqual(['of-the-server', ['user.list', 'user.create']]);
  });

  it('is not made beside another user, nor while a password waits', async () => {
    const { client, calls } = server(['ann']);
    await firstAdmin(client, paths);
    expect([waiting(), calls]).toEqual([undefined, ['user.list']]);
    const first = writeOneTimePassword(paths);
    const nobody = server([]);
    await firstAdmin(nobody.client, paths);
    expect([waiting(), nobody.calls]).toEqual([first, []]);
  });
});
