// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findKubeAccess, inClusterAccess, kubeconfigAccess, tokenFile } from './access.ts';

const folder = mkdtempSync(join(tmpdir(), 'bartizan-kubeconfig-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const b64 = (text: string): string => Buffer.from(text).toString('base64');

const config = (cluster: string, user: string): string => `
apiVersion: v1
kind: Config
current-context: here
contexts:
- name: other
  context: { cluster: none, user: none }
- name: here
  context: { cluster: c, user: u, namespace: team }
clusters:
- name: c
  cluster: ${cluster}
users:
- name: u
  user: ${user}
`;

describe('a kubeconfig', () => {
  it('gives server, authority and client certificate, in the file or beside it', async () => {
    file('client.crt', 'the certificate');
    const path = file(
      'one',
      config(
        `{ server: "https://10.0.0.1:6443", tls-server-name: api.example, certificate-authority-data: ${b64('the authority')} }`,
        `{ client-certificate: client.crt, client-key-data: ${b64('the key')} }`,
      ),
    );
    const access = await kubeconfigAccess(path);
    if (!access.ok) throw new Error(access.error.detail);
    expect(access.value).toMatchObject({ serverName: 'api.example', namespace: 'team' });
    expect(access.value.server.href).toBe('https://10.0.0.1:6443/');
    expect(await access.value.credentials()).toEqual({
      caPem: 'the authority',
      certificatePem: 'the certificate',
      keyPem: 'the key',
    });
    expect(await access.value.token()).toBeUndefined();
  });

  it.each([
    ['plain http', '{ server: "http://10.0.0.1" }', '{ token: t }', 'https'],
    [
      'no check of the server',
      '{ server: "https://x", insecure-skip-tls-verify: true }',
      '{ token: t }',
      'insecure',
    ],
    ['a program for the login', '{ server: "https://x" }', '{ exec: { command: evil } }', 'exec'],
    ['no server', '{ }', '{ token: t }', 'https'],
  ])('is refused with a reason: %s', async (name, cluster, user, reason) => {
    const access = await kubeconfigAccess(file(name, config(cluster, user)));
    expect(!access.ok && access.error).toMatchObject({
      code: 'E_KUBE_CONFIG',
      detail: expect.stringContaining(reason),
    });
  });

  it('that is broken is refused without quoting it', async () => {
    const secret = 'canary-of-a-key';
    const bomb = `a: &a [x, x]\nb: &b [*a, *a]\ntoken: ${secret}\n`;
    for (const [name, text] of Object.entries({
      bomb,
      twice: `${secret}: 1\n${secret}: 2\n`,
      torn: `a: "${secret}`,
    })) {
      const access = await kubeconfigAccess(file(name, text));
      expect(access.ok).toBe(false);
      expect(JSON.stringify(access)).not.toContain(secret);
    }
    const none = await kubeconfigAccess(join(folder, 'none'));
    expect(!none.ok && none.error.code).toBe('E_KUBE_CONFIG');
    const huge = await kubeconfigAccess(file('huge', `a: ${'x'.repeat(2 * 1024 * 1024)}`));
    expect(huge.ok).toBe(false);
  });
});

describe('a service account', () => {
  it('is used where a Pod has one, and nowhere else', async () => {
    file('token', 'secret-token\n');
    file('ca.crt', 'the authority');
    expect(inClusterAccess({}, folder)).toBeUndefined();
    expect(
      inClusterAccess({ KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: 'x' }, folder),
    ).toBeUndefined();
    const access = inClusterAccess(
      { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' },
      folder,
    );
    expect(access?.server.host).toBe('[fd00::1]');
    expect(await access?.token()).toBe('secret-token');
    expect(await access?.credentials()).toEqual({ caPem: 'the authority' });
    expect(await findKubeAccess(undefined, {})).toEqual({ ok: true, value: undefined });
  });

  it('has a token that is read again when it may have been renewed', async () => {
    const path = file('renewed', 'one');
    let nowMs = 0;
    const token = tokenFile(path, () => nowMs);
    expect(await token()).toBe('one');
    writeFileSync(path, 'two');
    nowMs = 59_000;
    expect(await token()).toBe('one');
    nowMs = 61_000;
    expect(await token()).toBe('two');
  });
});
