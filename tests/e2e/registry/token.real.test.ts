// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Credential, RegistryClient, staticCredential } from '@bartizan/adapters/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryServer } from './server.ts';
import { TokenServer } from './token-server.ts';

let tokens: TokenServer;
let server: RegistryServer;
beforeAll(async () => {
  tokens = await TokenServer.start();
  server = await RegistryServer.start(tokens.settings);
});
afterAll(async () => {
  await server?.stop();
  await tokens?.stop();
});

const clientWith = (credential: Credential): Promise<RegistryClient> =>
  RegistryClient.open({
    host: server.host,
    plainHttp: true,
    credentials: staticCredential(server.host, credential),
  });

describe('a real registry with a token server', () => {
  it('takes a blob and gives it back, with one token for each kind of right', async () => {
    const client = await clientWith({ kind: 'password', name: 'tester', password: 'token password' });
    const bytes = Buffer.from('with a token');
    const pushed = await client.pushBlob('acme/app', bytes);
    if (!pushed.ok) throw new Error(`${pushed.error.code}: ${pushed.error.detail}`);
    expect(await client.blobBytes('acme/app', pushed.value)).toEqual({ ok: true, value: bytes });
    expect(await client.blobBytes('acme/app', pushed.value)).toEqual({ ok: true, value: bytes });
    // A HEAD needs only the right to read; the upload after it asks for the right to write once.
    expect(tokens.asked.filter((line) => line === 'GET repository:acme/app:pull')).not.toHaveLength(0);
    expect(tokens.asked.length).toBeLessThanOrEqual(4);
  });

  it('takes a refresh token by OAuth2, and refuses strangers', async () => {
    const client = await clientWith({ kind: 'refresh-token', token: 'refresh me' });
    expect((await client.ping()).ok).toBe(true);
    expect(tokens.asked.at(-1)).toMatch(/^POST /);
    for (const credential of [
      { kind: 'password', name: 'tester', password: 'wrong' },
      { kind: 'refresh-token', token: 'wrong' },
      { kind: 'bearer', token: 'wrong' },
    ] as const)
      expect(await (await clientWith(credential)).ping()).toMatchObject({
        ok: false,
        error: { code: 'E_REGISTRY_LOGIN' },
      });
  });
});
