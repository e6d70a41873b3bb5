// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { Result } from '@bartizan/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { type Answers, FakeRegistry } from '../testing/fake-registry.ts';
import { classOf } from './addresses.ts';
import { parseChallenge } from './authorize.ts';
import { RegistryClient, type RegistryOptions } from './client.ts';
import { type Credential, dockerConfig, staticCredential } from './credentials.ts';
import { type RegistryError, RegistryFault } from './fault.ts';
import { parseReference, speltHost } from './reference.ts';
import { DEFAULT_LIMITS, retryAfterMs } from './transport.ts';

const running: FakeRegistry[] = [];
afterEach(async () => {
  for (const registry of running.splice(0)) await registry.stop();
});

async function start(answers: Answers): Promise<FakeRegistry> {
  const registry = await FakeRegistry.start(answers);
  running.push(registry);
  return registry;
}

const clientOf = (registry: FakeRegistry, options: Partial<RegistryOptions> = {}): Promise<RegistryClient> =>
  RegistryClient.open({ host: registry.host, plainHttp: true, ...options });
const sha = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const codeOf = (result: Result<unknown, RegistryError>): string => (result.ok ? 'ok' : result.error.code);
const text =
  (body: string, status = 200, headers: Record<string, string> = {}): Answers[string] =>
  (_request, response) => {
    response.writeHead(status, headers).end(body);
  };
const NAME = 'acme/app';
const MANIFEST = '{"schemaVersion":2}';

describe('a catalogue', () => {
  it('may have more names on one page than a call takes arguments', async () => {
    const repositories = Array.from({ length: 200_000 }, (_, at) => `r${at}`);
    const registry = await start({ 'GET /v2/_catalog?n=1000': text(JSON.stringify({ repositories })) });
    const found = await (await clientOf(registry)).repositories();
    expect(found.ok && found.value.length).toBe(100_000);
  });
});

describe('manifests and blobs', () => {
  it('are given with the digest of what arrived', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: text(MANIFEST, 200, { 'content-type': 'x' }),
    });
    const manifest = await (await clientOf(registry)).manifest(NAME, 'v1');
    expect(manifest.ok && manifest.value).toMatchObject({ digest: sha(MANIFEST), mediaType: 'x' });
  });

  it('are refused when the registry lies about their digest', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: text(MANIFEST, 200, { 'docker-content-digest': sha('else') }),
      [`GET /v2/${NAME}/manifests/${sha('else')}`]: text(MANIFEST),
      [`GET /v2/${NAME}/blobs/${sha('else')}`]: text('data'),
    });
    const client = await clientOf(registry);
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('E_REGISTRY_DIGEST');
    expect(codeOf(await client.manifest(NAME, sha('else')))).toBe('E_REGISTRY_DIGEST');
    const blob = await client.blob(NAME, { digest: sha('else'), size: 4 });
    await expect(async () => {
      if (blob.ok) for await (const _chunk of blob.value);
    }).rejects.toThrow(RegistryFault);
  });

  it('are refused when they are shorter, longer, or end in the middle', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/blobs/${sha('data')}`]: text('data'),
      [`GET /v2/${NAME}/blobs/${sha('cut')}`]: (_request, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('cut');
        setTimeout(() => response.destroy(), 20);
      },
    });
    const client = await clientOf(registry);
    expect(await client.blobBytes(NAME, { digest: sha('data'), size: 4 })).toEqual({
      ok: true,
      value: Buffer.from('data'),
    });
    expect(codeOf(await client.blobBytes(NAME, { digest: sha('data'), size: 3 }))).toBe('E_REGISTRY_DIGEST');
    expect(codeOf(await client.blobBytes(NAME, { digest: sha('data'), size: 5 }))).toBe('E_REGISTRY_DIGEST');
    expect(codeOf(await client.blobBytes(NAME, { digest: sha('cut'), size: 100 }))).toBe(
      'E_REGISTRY_UNREACHABLE',
    );
    expect(codeOf(await client.blobBytes(NAME, { digest: sha('data'), size: 4 }, 3))).toBe(
      'E_REGISTRY_ANSWER',
    );
  });

  it('are refused above 4 MB', async () => {
    const registry = await start({ [`GET /v2/${NAME}/manifests/v1`]: text('x'.repeat(4 * 1024 * 1024 + 1)) });
    expect(codeOf(await (await clientOf(registry)).manifest(NAME, 'v1'))).toBe('E_REGISTRY_ANSWER');
  });

  it.each([
    ['a path', '../../etc', 'v1'],
    ['capitals', 'Acme/app', 'v1'],
    ['a query', NAME, 'v1?x=1'],
    ['a slash', NAME, 'v1/..'],
  ])('are not asked for by a name with %s', async (_what, repository, name) => {
    const registry = await start({});
    expect(codeOf(await (await clientOf(registry)).manifest(repository, name))).toBe('E_REGISTRY_REFERENCE');
    expect(registry.asked).toEqual([]);
  });

  it('that are not there, refused or broken are told apart', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/denied`]: text('{"errors":[{"code":"DENIED"}]}', 403),
      [`GET /v2/${NAME}/manifests/broken`]: text('', 500),
    });
    const client = await clientOf(registry);
    const results = await Promise.all(
      ['absent', 'denied', 'broken'].map((name) => client.manifest(NAME, name)),
    );
    expect(results.map(codeOf)).toEqual(['E_REGISTRY_MISSING', 'E_REGISTRY_LOGIN', 'E_REGISTRY_ANSWER']);
    expect(results[1]?.ok === false && results[1].error.detail).toContain('403 DENIED');
  });
});

describe('signing in', () => {
  const password: Credential = { kind: 'password', name: 'me', password: 'secret' };

  /** A registry that wants a bearer token, which its own path gives. */
  const withTokens = async (realm = '/token'): Promise<FakeRegistry> =>
    start({
      [`GET /v2/${NAME}/manifests/v1`]: (request, response) => {
        if (request.headers.authorization === 'Bearer t0ken') response.end(MANIFEST);
        else
          response
            .writeHead(401, {
              'www-authenticate': `Bearer realm="${realm}",service="reg",scope="repository:${NAME}:pull"`,
            })
            .end();
      },
      'GET /token': text('{"token":"t0ken","expires_in":300}'),
      'POST /token': text('{"access_token":"t0ken"}'),
    });

  it('by password happens only when it is asked for', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: (request, response) => {
        if (request.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`)
          response.end(MANIFEST);
        else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      },
    });
    const client = await clientOf(registry, { credentials: staticCredential(registry.host, password) });
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('ok');
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('ok');
    expect(registry.asked.map(({ authorization }) => authorization !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
    expect(codeOf(await (await clientOf(registry)).manifest(NAME, 'v1'))).toBe('E_REGISTRY_LOGIN');
    const wrong = staticCredential(registry.host, { ...password, password: 'wrong' });
    const refused = await (await clientOf(registry, { credentials: wrong })).manifest(NAME, 'v1');
    expect(codeOf(refused)).toBe('E_REGISTRY_LOGIN');
    expect(JSON.stringify(refused)).not.toContain('wrong');
  });

  it('by token takes one token for a scope and keeps it', async () => {
    const registry = await withTokens();
    const client = await clientOf(registry, { credentials: staticCredential(registry.host, password) });
    expect([codeOf(await client.manifest(NAME, 'v1')), codeOf(await client.manifest(NAME, 'v1'))]).toEqual([
      'ok',
      'ok',
    ]);
    const token = registry.asked.find(({ path }) => path.startsWith('GET /token'));
    expect(token?.path).toBe(`GET /token?service=reg&scope=repository%3Aacme%2Fapp%3Apull`);
    expect(token?.authorization).toMatch(/^Basic /);
    expect(registry.asked).toHaveLength(4);
  });

  it('by refresh token uses the form of OAuth2', async () => {
    const registry = await withTokens();
    const credentials = staticCredential(registry.host, { kind: 'refresh-token', token: 'r3fresh' });
    expect(codeOf(await (await clientOf(registry, { credentials })).manifest(NAME, 'v1'))).toBe('ok');
    const form = new URLSearchParams(registry.asked.find(({ path }) => path === 'POST /token')?.body);
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r3fresh',
      client_id: 'bartizan',
      service: 'reg',
      scope: `repository:${NAME}:pull`,
    });
  });

  it('goes nowhere near a metadata service the registry names as its token server', async () => {
    const registry = await withTokens('http://169.254.169.254/token');
    const client = await clientOf(registry, { credentials: staticCredential(registry.host, password) });
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('E_REGISTRY_ADDRESS');
  });

  it('fails with a token that is none', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: text('', 401, { 'www-authenticate': 'Bearer realm="/token"' }),
      'GET /token': text('{"token":"a\\r\\nb: c"}'),
    });
    expect(codeOf(await (await clientOf(registry)).manifest(NAME, 'v1'))).toBe('E_REGISTRY_LOGIN');
  });

  it('reads challenges, and no others', () => {
    const base = new URL('https://r.example/v2/');
    expect(parseChallenge('Bearer realm="https://a.example/t",service=s , scope="a\\"b"', base)).toEqual({
      kind: 'bearer',
      realm: new URL('https://a.example/t'),
      service: 's',
      scope: 'a"b',
    });
    expect(parseChallenge('BASIC realm="x"', base)).toEqual({ kind: 'basic' });
    for (const header of [
      undefined,
      '',
      'Digest x',
      'Bearer',
      'Bearer realm="http://["',
      `Basic ${'x'.repeat(9000)}`,
    ])
      expect(parseChallenge(header, base)).toBeUndefined();
  });
});

describe('redirects', () => {
  it('to another host are followed without credentials', async () => {
    const store = await start({ 'GET /blob': text('data') });
    const registry = await start({
      [`GET /v2/${NAME}/blobs/${sha('data')}`]: (request, response) => {
        if (request.headers.authorization === undefined)
          response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        else response.writeHead(307, { location: `http://${store.host}/blob` }).end();
      },
    });
    const credentials = staticCredential(registry.host, { kind: 'password', name: 'me', password: 'secret' });
    const client = await clientOf(registry, { credentials });
    expect(codeOf(await client.blobBytes(NAME, { digest: sha('data'), size: 4 }))).toBe('ok');
    expect(store.asked).toEqual([{ path: 'GET /blob', authorization: undefined, body: '' }]);
  });

  it.each<Credential>([
    { kind: 'password', name: 'me', password: 'secret' },
    { kind: 'refresh-token', token: 'r3fresh' },
  ])('lead to nobody who may ask for our $kind', async (credential) => {
    const tokens = await start({ 'GET /t': text('{"token":"x"}'), 'POST /t': text('{"token":"x"}') });
    const store = await start({
      'GET /b': text('', 401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/t"` }),
    });
    const registry = await start({
      [`GET /v2/${NAME}/blobs/${sha('data')}`]: text('', 307, { location: `http://${store.host}/b` }),
    });
    const client = await clientOf(registry, { credentials: staticCredential(registry.host, credential) });
    const blob = await client.blobBytes(NAME, { digest: sha('data'), size: 4 });
    expect(codeOf(blob)).toBe('E_REGISTRY_LOGIN');
    expect(blob.ok === false && blob.error.detail).toBe(`${store.host}: 401 after a redirect`);
    expect(tokens.asked).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/x',
    'http://[::ffff:169.254.169.254]/x',
    'http://100.100.100.200/x',
    'file:///etc/passwd',
  ])('to %s are refused', async (location) => {
    const registry = await start({ [`GET /v2/${NAME}/manifests/v1`]: text('', 302, { location }) });
    expect(codeOf(await (await clientOf(registry)).manifest(NAME, 'v1'))).toBe('E_REGISTRY_ADDRESS');
  });

  it('without end are refused', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: text('', 302, { location: `/v2/${NAME}/manifests/v1` }),
    });
    expect(codeOf(await (await clientOf(registry)).manifest(NAME, 'v1'))).toBe('E_REGISTRY_ANSWER');
    expect(registry.asked).toHaveLength(6);
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.8.8.8', 'loopback'],
    ['0.0.0.0', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:7f00:1', 'loopback'],
    ['64:ff9b::a9fe:a9fe', 'link-local or metadata'],
    ['169.254.169.254', 'link-local or metadata'],
    ['fd00:ec2::254', 'link-local or metadata'],
    ['10.0.0.1', undefined],
    ['192.0.2.1', undefined],
    ['2001:db8::1', undefined],
  ])('know %s as %s', (address, expected) => {
    expect(classOf(address)).toBe(expected);
  });

  it('are no way from an encrypted registry to one in plain text', async () => {
    const client = await RegistryClient.open({ host: '127.0.0.1:1' });
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('E_REGISTRY_UNREACHABLE');
  });
});

describe('patience', () => {
  it('waits as long as the registry asks, and no longer than is sensible', async () => {
    let calls = 0;
    const waited: number[] = [];
    const registry = await start({
      [`GET /v2/${NAME}/manifests/v1`]: (_request, response) => {
        calls += 1;
        if (calls < 3) response.writeHead(429, { 'retry-after': '7' }).end();
        else response.end(MANIFEST);
      },
      [`GET /v2/${NAME}/manifests/never`]: text('', 429, { 'retry-after': '1' }),
      [`GET /v2/${NAME}/manifests/long`]: text('', 429, { 'retry-after': '86400' }),
    });
    const client = await clientOf(registry, { wait: async (ms) => waited.push(ms) });
    expect(codeOf(await client.manifest(NAME, 'v1'))).toBe('ok');
    expect(waited).toEqual([7000, 7000]);
    expect(codeOf(await client.manifest(NAME, 'never'))).toBe('E_REGISTRY_BUSY');
    expect(codeOf(await client.manifest(NAME, 'long'))).toBe('E_REGISTRY_BUSY');
    expect(waited).toEqual([7000, 7000, 1000, 1000, 1000]);
  });

  it('reads both forms of Retry-After', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('5', 0, nowMs)).toBe(5000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:09 GMT', 0, nowMs)).toBe(9000);
    expect(retryAfterMs('Wed, 31 Dec 2025 00:00:00 GMT', 0, nowMs)).toBe(0);
    expect([0, 1, 2].map((tries) => retryAfterMs(undefined, tries, nowMs))).toEqual([1000, 2000, 4000]);
  });

  it('ends when nothing arrives, and when the whole takes too long', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/manifests/silent`]: () => undefined,
      [`GET /v2/${NAME}/manifests/slow`]: (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    });
    const client = await clientOf(registry, {
      limits: { ...DEFAULT_LIMITS, idleTimeoutMs: 100, timeoutMs: 400 },
    });
    expect(codeOf(await client.manifest(NAME, 'silent'))).toBe('E_REGISTRY_UNREACHABLE');
    expect(codeOf(await client.manifest(NAME, 'slow'))).toBe('E_REGISTRY_UNREACHABLE');
  });
});

describe('lists', () => {
  const page = (tags: readonly string[], link?: string) =>
    text(JSON.stringify({ tags }), 200, link === undefined ? {} : { link: `<${link}>; rel="next"` });

  it('of tags go from page to page', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/tags/list`]: page(['a', 'b'], `/v2/${NAME}/tags/list?last=b`),
      [`GET /v2/${NAME}/tags/list?last=b`]: page(['c', '../x']),
    });
    const client = await clientOf(registry);
    expect(await client.tags(NAME)).toEqual({ ok: true, value: ['a', 'b', 'c'] });
    expect(await client.tags(NAME, 1)).toEqual({ ok: true, value: ['a'] });
  });

  it('end when they turn in a circle or lead elsewhere', async () => {
    const registry = await start({
      [`GET /v2/${NAME}/tags/list`]: page(['a'], `/v2/${NAME}/tags/list`),
      'GET /v2/away/tags/list': page(['a'], 'http://example.org/v2/'),
    });
    const client = await clientOf(registry);
    expect([codeOf(await client.tags(NAME)), codeOf(await client.tags('away'))]).toEqual([
      'E_REGISTRY_ANSWER',
      'E_REGISTRY_ADDRESS',
    ]);
  });

  it('of referrers come from the API, or from the stand-in tag', async () => {
    const descriptor = { mediaType: 'm', digest: sha('x'), size: 1 };
    const index = JSON.stringify({ manifests: [descriptor, { digest: 'no' }] });
    const subject = sha('subject');
    const registry = await start({
      [`GET /v2/with/referrers/${subject}`]: text(index),
      [`GET /v2/without/manifests/${subject.replace(':', '-')}`]: text(index),
    });
    const client = await clientOf(registry);
    for (const repository of ['with', 'without'])
      expect(await client.referrers(repository, subject)).toEqual({ ok: true, value: [descriptor] });
    expect(await client.referrers('none', subject)).toEqual({ ok: true, value: [] });
  });

  it('of referrers go from page to page, as far as is asked for', async () => {
    const subject = sha('subject');
    const path = `/v2/${NAME}/referrers/${subject}`;
    const [one, two, three] = ['1', '2', '3'].map((at) => ({ mediaType: 'm', digest: sha(at), size: 1 }));
    const indexOf = (manifests: readonly unknown[], link?: string) =>
      text(JSON.stringify({ manifests }), 200, link === undefined ? {} : { link: `<${link}>; rel="next"` });
    const registry = await start({
      [`GET ${path}`]: indexOf([one, two], `${path}?last=2`),
      [`GET ${path}?last=2`]: indexOf([three]),
      [`GET /v2/broken/referrers/${subject}`]: indexOf([one], `/v2/broken/referrers/${subject}?last=1`),
      [`GET /v2/broken/referrers/${subject}?last=1`]: text('{}', 404),
    });
    const client = await clientOf(registry);
    expect(await client.referrers(NAME, subject)).toEqual({ ok: true, value: [one, two, three] });
    expect(await client.referrers(NAME, subject, 2)).toEqual({ ok: true, value: [one, two] });
    expect(registry.asked).toHaveLength(3);
    // A list that breaks off is not one that ended.
    expect(codeOf(await client.referrers('broken', subject))).toBe('E_REGISTRY_MISSING');
  });

  it.each([400, 404, 405, 406])(
    'of referrers come from the stand-in tag where the API is %d',
    async (status) => {
      const subject = sha('subject');
      const descriptor = { mediaType: 'm', digest: sha('x'), size: 1 };
      const registry = await start({
        [`GET /v2/${NAME}/referrers/${subject}`]: text('{}', status),
        [`GET /v2/${NAME}/manifests/${subject.replace(':', '-')}`]: text(
          JSON.stringify({ manifests: [descriptor] }),
        ),
      });
      expect(await (await clientOf(registry)).referrers(NAME, subject)).toEqual({
        ok: true,
        value: [descriptor],
      });
    },
  );

  it('of referrers that fail otherwise are a failure, never none', async () => {
    const subject = sha('subject');
    const registry = await start({ [`GET /v2/${NAME}/referrers/${subject}`]: text('{}', 403) });
    expect(codeOf(await (await clientOf(registry)).referrers(NAME, subject))).toBe('E_REGISTRY_LOGIN');
  });
});

describe('names and credentials', () => {
  it.each([
    ['localhost:5000/app:v1', { host: 'localhost:5000', repository: 'app', tag: 'v1', digest: undefined }],
    [
      'docker.io/library/nginx',
      { host: 'registry-1.docker.io', repository: 'library/nginx', tag: undefined, digest: undefined },
    ],
    [`r.example/a/b@${sha('x')}`, { host: 'r.example', repository: 'a/b', tag: undefined, digest: sha('x') }],
    ['[::1]:5000/app', { host: '[::1]:5000', repository: 'app', tag: undefined, digest: undefined }],
  ])('%s is read', (name, expected) => {
    expect(parseReference(name)).toEqual({ ok: true, value: expected });
  });

  it.each([
    'nginx',
    'library/nginx',
    'r.example/',
    'r.example/A',
    'r.example/a:',
    'r.example/a@sha256:x',
    'r.example/a b',
    'http://r.example/a',
    'u@r.example/a',
    'r.example:99999/a',
    `r.example/${'a'.repeat(600)}`,
  ])('%s is refused', (name) => {
    expect(codeOf(parseReference(name))).toBe('E_REGISTRY_REFERENCE');
  });

  it.each([
    ['GHCR.IO', false, 'ghcr.io'],
    ['ghcr.io:443', false, 'ghcr.io'],
    ['ghcr.io:443', true, 'ghcr.io:443'],
    ['ghcr.io:80', true, 'ghcr.io'],
    ['ghcr.io:5000', false, 'ghcr.io:5000'],
    ['docker.io', false, 'registry-1.docker.io'],
    ['Index.Docker.io:443', false, 'registry-1.docker.io'],
    ['registry-1.docker.io', false, 'registry-1.docker.io'],
    ['127.1:5000', true, '127.0.0.1:5000'],
  ])('%s (without encryption: %s) is the registry %s', (host, plainHttp, spelt) => {
    expect(speltHost(host, plainHttp)).toBe(spelt);
  });

  it('of Docker are read from auths alone; helpers are never run', async () => {
    const config = dockerConfig(
      JSON.stringify({
        auths: {
          'https://index.docker.io/v1/': { auth: Buffer.from('me:a:b').toString('base64') },
          'r.example': { identitytoken: 'r' },
          'b.example:5000': { registrytoken: 'b' },
          'empty.example': {},
        },
        credsStore: 'evil',
        credHelpers: { 'h.example': 'evil' },
      }),
    );
    if (!config.ok) throw new Error(config.error.detail);
    const of = (host: string) => config.value.credentialFor(host);
    expect(await of('registry-1.docker.io')).toEqual({ kind: 'password', name: 'me', password: 'a:b' });
    expect(await of('r.example')).toEqual({ kind: 'refresh-token', token: 'r' });
    expect(await of('b.example:5000')).toEqual({ kind: 'bearer', token: 'b' });
    for (const host of ['empty.example', 'h.example', 'other.example'])
      expect(await of(host)).toBeUndefined();
    for (const bad of ['', '[1', '7', 'null']) expect(codeOf(dockerConfig(bad))).toBe('E_REGISTRY_LOGIN');
  });
});
