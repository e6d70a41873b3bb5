// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '@bartizan/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCertificateAuthority } from '../pki/index.ts';
import { createSealer } from '../store/index.ts';
import { type ApiServer, askApiServer, inCluster, openClusterAgents } from './index.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

const asked: Asked[] = [];
let answer: { status: number; body: string } = { status: 200, body: '{}' };
let server: Server;
let api: ApiServer;

beforeEach(async () => {
  asked.length = 0;
  const kept = new Map<string, string>();
  const opened = await openCertificateAuthority({
    settings: {
      get: async (_scope, name) => ok(kept.get(name)),
      put: async (_scope, name, value) => {
        kept.set(name, value);
        return ok(undefined);
      },
      remove: async (_scope, name) => ok(kept.delete(name)),
      names: async () => ok([...kept.keys()]),
    },
    sealer: createSealer(Buffer.alloc(32, 7)),
    clock: { nowMs: () => Date.now() },
  });
  if (!opened.ok) throw new Error(opened.error.detail);
  const made = await opened.value.serverCertificate(['127.0.0.1']);
  if (!made.ok) throw new Error(made.error.detail);
  server = createServer({ key: made.value.keyPem, cert: made.value.certificatePem }, (request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    request.once('end', () => {
      asked.push({
        method: request.method ?? '',
        path: request.url ?? '',
        authorization: request.headers.authorization,
        contentType: request.headers['content-type'],
        body: text === '' ? undefined : JSON.parse(text),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  api = { url: `https://127.0.0.1:${port}`, caPem: opened.value.caPem(), token: () => 'our-token' };
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const account = {
  namespace: 'bartizan-agent',
  serviceAccount: 'bartizan-agent',
  audience: 'bartizan-controller',
  trustConfigMap: 'bartizan-trust',
};
const good = {
  authenticated: true,
  audiences: ['bartizan-controller'],
  user: {
    username: 'system:serviceaccount:bartizan-agent:bartizan-agent',
    extra: { 'authentication.kubernetes.io/node-name': ['node-7'] },
  },
};
const review = async (status: object) => {
  answer = { status: 201, body: JSON.stringify({ status }) };
  const node = await openClusterAgents(api, account).nodeOf('shown-token');
  return node.ok ? node.value : `${node.error.code}: ${node.error.detail}`;
};

describe('the token of an agent', () => {
  it('names the node that the API server vouches for', async () => {
    expect(await review(good)).toBe('node-7');
    expect(asked).toEqual([
      {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/tokenreviews',
        authorization: 'Bearer our-token',
        contentType: 'application/json',
        body: {
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token: 'shown-token', audiences: ['bartizan-controller'] },
        },
      },
    ]);
  });

  it.each([
    ['is not known', { ...good, authenticated: false }, 'does not know the token'],
    ['is for another audience', { ...good, audiences: ['https://kubernetes.default.svc'] }, 'somebody else'],
    ['is of the default audience', { ...good, audiences: undefined }, 'somebody else'],
    [
      'is of another account',
      { ...good, user: { ...good.user, username: 'system:serviceaccount:bartizan-agent:default' } },
      'not one of our agents',
    ],
    ['names no node', { ...good, user: { username: good.user.username } }, '1.30'],
  ])('is refused when it %s', async (_name, status, words) => {
    const told = await review(status);
    expect(told).toContain('E_JOIN_TOKEN');
    expect(told).toContain(words);
  });

  it('is neither good nor bad when the API server does not say', async () => {
    answer = { status: 500, body: 'no' };
    const agents = openClusterAgents(api, account);
    expect(await agents.nodeOf('t')).toMatchObject({ ok: false, error: { code: 'E_UNAVAILABLE' } });
    const nobody = openClusterAgents({ ...api, url: 'https://127.0.0.1:1' }, account);
    expect(await nobody.nodeOf('t')).toMatchObject({ ok: false, error: { code: 'E_UNAVAILABLE' } });
  });
});

describe('the trust of the agents', () => {
  it('is written into the one object they read', async () => {
    answer = { status: 200, body: '{}' };
    expect((await openClusterAgents(api, account).publishTrust('ab'.repeat(32))).ok).toBe(true);
    expect(asked[0]).toMatchObject({
      method: 'PATCH',
      path: '/api/v1/namespaces/bartizan-agent/configmaps/bartizan-trust',
      contentType: 'application/merge-patch+json',
      body: { data: { caSha256: 'ab'.repeat(32) } },
    });
    answer = { status: 403, body: '{}' };
    expect((await openClusterAgents(api, account).publishTrust('x')).ok).toBe(false);
  });
});

describe('an API server', () => {
  it('is not spoken to under another authority', async () => {
    const { caPem: _ca, ...stranger } = api;
    expect(await askApiServer(stranger, { method: 'GET', path: '/version' })).toMatchObject({
      ok: false,
      error: { code: 'E_CLUSTER_UNREACHABLE' },
    });
    expect(asked).toEqual([]);
  });

  it('is not listened to without end', async () => {
    answer = { status: 200, body: `"${'x'.repeat(33 * 1024 * 1024)}"` };
    expect(await askApiServer(api, { method: 'GET', path: '/big' })).toMatchObject({
      ok: false,
      error: { code: 'E_CLUSTER_ANSWER' },
    });
  });

  it('is found by what a pod is given', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-account-'));
    try {
      const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '6443' };
      expect(inCluster({}, folder).ok).toBe(false);
      expect(inCluster(env, folder).ok).toBe(false);
      writeFileSync(join(folder, 'ca.crt'), 'pem');
      writeFileSync(join(folder, 'token'), 'first\n');
      const found = inCluster(env, folder);
      if (!found.ok) throw new Error(found.error.detail);
      expect(found.value).toMatchObject({ url: 'https://[fd00::1]:6443', caPem: 'pem' });
      writeFileSync(join(folder, 'token'), 'second\n');
      expect(found.value.token?.()).toBe('second');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
