// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterEach, describe, expect, it } from 'vitest';
import { basicOf, codeOf, guarded, json, KindStage, openKind } from '../../testing/kind-stage.ts';
import { DEFAULT_LIMITS } from '../transport.ts';
import { dockerKind } from './docker.ts';
import { KINDS } from './kinds.ts';

const stage = new KindStage();
afterEach(() => stage.end());

const ME = basicOf('me', 's3cret');
const REALM = 'Basic realm="r"';
const own = { username: 'me', secret: 's3cret' } as const;

describe('a plain registry', () => {
  it('lists its catalogue from page to page; names that are none are left out', async () => {
    const registry = await stage.serve({
      'GET /v2/_catalog?n=1000': json(
        { repositories: ['a', '../b', 7, 'c/d'] },
        { link: '</v2/_catalog?last=c%2Fd&n=1000>; rel="next"' },
      ),
      'GET /v2/_catalog?last=c%2Fd&n=1000': json({ repositories: ['e'] }),
    });
    const opened = await openKind({ kind: 'docker', host: registry.host });
    expect(await opened.repositories()).toEqual({ ok: true, value: ['a', 'c/d', 'e'] });
  });

  it('that keeps its catalogue to itself is told apart from one that refuses us', async () => {
    const registry = await stage.serve({
      'GET /v2/': guarded({}, ME, REALM),
      'GET /v2/_catalog': (_request, response) => void response.writeHead(401).end(),
    });
    const opened = await openKind({ kind: 'docker', host: registry.host, ...own });
    expect(codeOf(await opened.repositories())).toBe('E_REGISTRY_LISTING');
    const stranger = await openKind({ kind: 'docker', host: registry.host, username: 'me', secret: 'no' });
    expect(codeOf(await stranger.repositories())).toBe('E_REGISTRY_LOGIN');
  });

  it('at Docker Hub lists a name space by the API of the Hub', async () => {
    const hub = await stage.serve({
      'POST /v2/users/login': json({ token: 'jwt' }),
      'GET /v2/namespaces/acme/repositories?page_size=100&page=1': json({
        next: 'https://hub.docker.com/v2/namespaces/acme/repositories?page=2&page_size=100',
        results: [{ name: 'web' }],
      }),
      'GET /v2/namespaces/acme/repositories?page=2&page_size=100': json({
        next: null,
        results: [{ name: 'api' }],
      }),
    });
    const opened = await openKind(
      { kind: 'docker', host: '127.0.0.1:1', region: 'acme', authUrl: `http://${hub.host}`, ...own },
      { kind: dockerKind('127.0.0.1:1') },
    );
    expect(await opened.repositories()).toEqual({ ok: true, value: ['acme/web', 'acme/api'] });
    expect(hub.asked.slice(1).map((one) => one.authorization)).toEqual(['Bearer jwt', 'Bearer jwt']);
  });
});

describe('kinds with a list of their own', () => {
  it('Artifactory by path: every Docker repository has its catalogue', async () => {
    const registry = await stage.serve({
      'GET /v2/': guarded({}, ME, REALM),
      'GET /v2/_catalog': json({ repositories: [] }),
      'GET /artifactory/api/repositories?packageType=docker': guarded(
        [{ key: 'docker-local', type: 'LOCAL' }, { key: 'docker-remote' }],
        ME,
        REALM,
      ),
      'GET /artifactory/api/docker/docker-local/v2/_catalog': guarded(
        { repositories: ['busybox'] },
        ME,
        REALM,
      ),
      'GET /artifactory/api/docker/docker-remote/v2/_catalog': guarded(
        { repositories: ['team/x'] },
        ME,
        REALM,
      ),
    });
    const opened = await openKind({ kind: 'artifactory', host: registry.host, ...own });
    expect(await opened.repositories()).toEqual({
      ok: true,
      value: ['docker-local/busybox', 'docker-remote/team/x'],
    });
  });

  it('Artifactory by subdomain or port: the catalogue of that registry is all', async () => {
    const registry = await stage.serve({ 'GET /v2/_catalog': json({ repositories: ['busybox'] }) });
    const opened = await openKind({ kind: 'artifactory', host: registry.host });
    expect(await opened.repositories()).toEqual({ ok: true, value: ['busybox'] });
    expect(registry.asked).toHaveLength(1);
  });

  it('OpenShift: image streams of the API server, with the token as password of the registry', async () => {
    const item = (namespace: string, name: string) => ({ metadata: { namespace, name } });
    const server = await stage.serve({
      'GET /apis/image.openshift.io/v1/imagestreams?limit=500': guarded(
        { items: [item('shop', 'web')], metadata: { continue: 'abc' } },
        'Bearer sha256~t',
        REALM,
      ),
      'GET /apis/image.openshift.io/v1/imagestreams?limit=500&continue=abc': json({
        items: [item('shop', 'api'), {}],
        metadata: {},
      }),
    });
    const registry = await stage.serve({ 'GET /v2/': guarded({}, basicOf('bartizan', 'sha256~t'), REALM) });
    const opened = await openKind({
      kind: 'openshift',
      host: registry.host,
      secret: 'sha256~t',
      authUrl: `http://${server.host}`,
    });
    expect(codeOf(await opened.ping())).toBe('ok');
    expect(await opened.repositories()).toEqual({ ok: true, value: ['shop/web', 'shop/api'] });
  });

  it('Red Hat: the catalogue service, page by page', async () => {
    const full = Array.from({ length: 500 }, (_, at) => ({ repository: `ubi9/n${at}` }));
    const path = (page: number): string =>
      `GET /repositories?filter=registry%3D%3Dr.example&page_size=500&page=${page}`;
    const service = await stage.serve({
      [path(0)]: json({ data: full }),
      [path(1)]: json({ data: [{ repository: 'ubi9/last' }] }),
    });
    const opened = await openKind({ kind: 'red-hat', host: 'r.example', authUrl: `http://${service.host}` });
    const found = await opened.repositories();
    expect(found.ok && found.value.length).toBe(501);
    expect(found.ok && found.value.at(-1)).toBe('ubi9/last');
  });

  it('Nexus: components of a repository, or the catalogue of its connector', async () => {
    const path = 'GET /service/rest/v1/components?repository=docker-hosted';
    const service = await stage.serve({
      [path]: guarded({ items: [{ name: 'web' }, { name: 'web' }], continuationToken: 'n1' }, ME, REALM),
      [`${path}&continuationToken=n1`]: json({ items: [{ name: 'api' }], continuationToken: null }),
      'GET /v2/_catalog': json({ repositories: ['all'] }),
    });
    const authUrl = `http://${service.host}`;
    const both = await openKind({
      kind: 'nexus',
      host: service.host,
      region: 'docker-hosted',
      authUrl,
      ...own,
    });
    expect(await both.repositories()).toEqual({ ok: true, value: ['web', 'api'] });
    const connector = await openKind({ kind: 'nexus', host: service.host });
    expect(await connector.repositories()).toEqual({ ok: true, value: ['all'] });
  });

  it('GitLab: projects and their registries; the token stays with GitLab', async () => {
    const elsewhere = await stage.serve({ 'GET /stolen': json([]) });
    const list =
      'GET /api/v4/projects?membership=true&simple=true&per_page=100&order_by=id&sort=asc&pagination=keyset';
    const gitlab = await stage.serve({
      [list]: json([{ id: 5 }, { id: 'x' }], { link: '</api/v4/projects?id_after=5>; rel="next"' }),
      'GET /api/v4/projects?id_after=5': json([{ id: 9 }]),
      'GET /api/v4/projects/5/registry/repositories?per_page=100': json([{ path: 'group/web' }]),
      'GET /api/v4/projects/9/registry/repositories?per_page=100': (_request, response) =>
        void response.writeHead(302, { location: `http://${elsewhere.host}/stolen` }).end(),
    });
    const opened = await openKind({
      kind: 'gitlab',
      host: 'registry.example',
      authUrl: `http://${gitlab.host}`,
      ...own,
    });
    expect(await opened.repositories()).toEqual({ ok: true, value: ['group/web'] });
    expect(gitlab.headers.every((one) => one['private-token'] === 's3cret')).toBe(true);
    expect(elsewhere.headers).toHaveLength(1);
    expect(JSON.stringify(elsewhere.headers)).not.toContain('s3cret');
  });

  it('Harbor: its own API by numbered pages, within a project where one is named', async () => {
    const path = (page: number): string => `GET /api/v2.0/repositories?page=${page}&page_size=100`;
    const full = Array.from({ length: 100 }, (_, at) => ({ name: `library/n${at}` }));
    const harbor = await stage.serve({
      [path(1)]: guarded(full, ME, REALM),
      [path(2)]: guarded([{ name: 'library/last' }], ME, REALM),
      'GET /api/v2.0/projects/team/repositories?page=1&page_size=100': json([{ name: 'team/web' }]),
    });
    const all = await (await openKind({ kind: 'harbor', host: harbor.host, ...own })).repositories();
    expect(all.ok && all.value.length).toBe(101);
    const one = await openKind({ kind: 'harbor', host: harbor.host, region: 'team' });
    expect(await one.repositories()).toEqual({ ok: true, value: ['team/web'] });
  });

  it('GitHub: packages of the user or of an organisation, in small letters', async () => {
    const github = await stage.serve({
      'GET /user/packages?package_type=container&per_page=100': guarded(
        [{ name: 'App', owner: { login: 'Octo' } }],
        'Bearer s3cret',
        REALM,
      ),
      'GET /orgs/acme/packages?package_type=container&per_page=100': json([
        { name: 'web', owner: { login: 'acme' } },
      ]),
    });
    const authUrl = `http://${github.host}`;
    const user = await openKind({ kind: 'github', host: 'ghcr.io', authUrl, ...own });
    expect(await user.repositories()).toEqual({ ok: true, value: ['octo/app'] });
    const organisation = await openKind({ kind: 'github', host: 'ghcr.io', authUrl, region: 'acme', ...own });
    expect(await organisation.repositories()).toEqual({ ok: true, value: ['acme/web'] });
  });
});

describe('metadata services', () => {
  it.each(['169.254.169.254', '[fe80::1]:5000', '100.100.100.200'])(
    'are no registry, and no service of one: %s',
    async (host) => {
      const registry = await openKind({ kind: 'docker', host, ...own });
      expect(codeOf(await registry.ping())).toBe('E_REGISTRY_ADDRESS');
      const service = await openKind({
        kind: 'harbor',
        host: '127.0.0.1:1',
        authUrl: `http://${host}`,
        ...own,
      });
      expect(codeOf(await service.repositories())).toBe('E_REGISTRY_ADDRESS');
    },
  );
});

describe('every kind', () => {
  it('says what it needs before anything is sent', async () => {
    for (const [kind, { needs }] of Object.entries(KINDS)) {
      const access = { kind: kind as keyof typeof KINDS, host: '127.0.0.1:1' };
      const missing = needs({ ...access, plainHttp: true });
      if (missing.length > 0)
        await expect(openKind(access)).rejects.toThrow(`${kind} needs ${missing.join(', ')}`);
      else await expect(openKind(access)).resolves.toBeDefined();
    }
  });

  it.each(['', 'a b', 'http://x', 'x/y', 'user@x'])('refuses %j as a host', async (host) => {
    await expect(openKind({ kind: 'docker', host })).rejects.toThrow('E_REGISTRY_SETTINGS');
  });

  it('waits when its list says so, and gives up a list that drips or never ends', async () => {
    let calls = 0;
    const harbor = await stage.serve({
      'GET /api/v2.0/repositories': (request, response, body) => {
        calls += 1;
        if (calls === 1) response.writeHead(429, { 'retry-after': '3' }).end();
        else json([{ name: 'a/b' }])?.(request, response, body);
      },
      'GET /api/v2.0/projects/slow/repositories': (_request, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
      'GET /api/v2.0/projects/endless/repositories': json(
        Array.from({ length: 100 }, (_, at) => ({ name: `endless/n${at}` })),
      ),
      'GET /v2/': json({}),
    });
    const waited: number[] = [];
    const wait = async (ms: number) => waited.push(ms);
    const limits = { ...DEFAULT_LIMITS, timeoutMs: 300 };
    const open = (region?: string) =>
      openKind(
        { kind: 'harbor', host: harbor.host, ...(region === undefined ? {} : { region }) },
        { wait, limits },
      );
    expect(await (await open()).repositories()).toEqual({ ok: true, value: ['a/b'] });
    expect(waited).toEqual([3000]);
    expect(codeOf(await (await open('slow')).repositories())).toBe('E_REGISTRY_UNREACHABLE');
    expect(codeOf(await (await open('endless')).repositories())).toBe('E_REGISTRY_LISTING');
  });
});
