// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { createServer, type Server as SecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DownloadLimits, downloadFile } from './download.ts';
import { DEFAULT_FEEDS, type Feed, feedUrl, hasFeed, selectFeeds } from './feeds.ts';
import { fetchFeeds } from './fetch-feeds.ts';

let folder = '';
let certificates = '';
let server: SecureServer;
let base = '';
let requests: string[] = [];

const BIG = Buffer.alloc(200_000, '[1]');

type Answer = (response: ServerResponse) => void;

const absent: Answer = (response) => {
  response.writeHead(404).end();
};
const send =
  (content: string | Buffer): Answer =>
  (response) => {
    response.end(content);
  };
const move =
  (location: string): Answer =>
  (response) => {
    response.writeHead(302, { location }).end();
  };

const ANSWERS: Readonly<Record<string, Answer>> = {
  '/ok.json': send('{"ok": true}'),
  '/big.json': send(BIG),
  '/html.json': send('<html>Sign in to the network</html>'),
  '/empty.json': send(''),
  '/moved.json': move('/ok.json'),
  '/plain.json': move('http://127.0.0.1:1/ok.json'),
  '/round.json': move('/round.json'),
  '/broken.json': (response) => {
    response.writeHead(500).end('oops');
  },
  '/cut.json': (response) => {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('{"cut": ');
    setTimeout(() => response.destroy(), 20);
  },
  '/slow.json': (response) => {
    response.write('{');
  },
  '.gz': send(gzipSync('x')),
  '.zip': send(Buffer.from('PK\u0005\u0006'.padEnd(22, '\0'))),
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-feed-'));
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    { stdio: 'ignore' },
  );
  certificates = readFileSync(certificate, 'utf8');
  server = createServer({ key: readFileSync(key), cert: certificates }, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    (ANSWERS[path] ?? ANSWERS[path.slice(path.lastIndexOf('.'))] ?? absent)(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `https://localhost:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const limits = (more: Partial<DownloadLimits> = {}): DownloadLimits => ({
  maxBytes: 100_000,
  timeoutMs: 10_000,
  idleTimeoutMs: 5_000,
  form: 'json',
  certificates,
  ...more,
});
const target = (): string => join(folder, 'target.json');
const download = (path: string, more: Partial<DownloadLimits> = {}) =>
  downloadFile(`${base}${path}`, target(), limits(more));

describe('downloadFile', () => {
  it('fetches a file whole, with its size and digest', async () => {
    expect(await download('/ok.json')).toEqual({
      ok: true,
      value: { sizeBytes: 12, sha256: createHash('sha256').update('{"ok": true}').digest('hex') },
    });
    expect(readFileSync(target(), 'utf8')).toBe('{"ok": true}');
  });

  it('follows a redirect', async () => {
    expect(await download('/moved.json')).toMatchObject({ ok: true });
  });

  it.each([
    ['/big.json', 'E_FEED_INVALID', 'more than 100000 bytes'],
    ['/html.json', 'E_FEED_INVALID', 'not a json file'],
    ['/empty.json', 'E_FEED_INVALID', 'an empty file'],
    ['/plain.json', 'E_FEED_INVALID', 'without HTTPS'],
    ['/round.json', 'E_FEED_INVALID', 'redirects'],
    ['/broken.json', 'E_FEED_UNREACHABLE', 'answers 500'],
    ['/absent.json', 'E_FEED_UNREACHABLE', 'answers 404'],
    ['/cut.json', 'E_FEED_UNREACHABLE', ''],
  ])('refuses %s, and leaves the last good file as it was', async (path, code, detail) => {
    writeFileSync(target(), 'the last good file');
    const result = await download(path);
    expect(result.ok ? 'ok' : result.error.code).toBe(code);
    expect(result.ok ? '' : result.error.detail).toContain(detail);
    expect(readFileSync(target(), 'utf8')).toBe('the last good file');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('gives up on a server that stops sending, and on one that never ends', async () => {
    expect(await download('/slow.json', { idleTimeoutMs: 100 })).toMatchObject({
      error: { code: 'E_FEED_UNREACHABLE' },
    });
    expect(await download('/slow.json', { timeoutMs: 100 })).toMatchObject({
      error: { code: 'E_FEED_UNREACHABLE' },
    });
  });

  it('does not trust a server whose certificate it does not know', async () => {
    const { certificates: _own, ...unknown } = limits();
    expect(await downloadFile(`${base}/ok.json`, target(), unknown)).toMatchObject({
      error: { code: 'E_FEED_UNREACHABLE' },
    });
  });

  it.each(['http://127.0.0.1/x', 'file:///etc/passwd', 'nonsense', ''])(
    'asks nothing of %j, which is no HTTPS',
    async (address) => {
      expect(await downloadFile(address, target(), limits())).toMatchObject({
        error: { code: 'E_FEED_INVALID' },
      });
    },
  );

  it('goes through a proxy where the environment names one, and around it where it says so', async () => {
    const connects: string[] = [];
    const tunnels: Duplex[] = [];
    const proxy: Server = createHttpServer();
    proxy.on('connect', (request, socket, head) => {
      connects.push(request.url ?? '');
      tunnels.push(socket);
      const upstream = connect((server.address() as AddressInfo).port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
      socket.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const environment = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    try {
      expect(await download('/ok.json', { environment })).toMatchObject({ ok: true });
      expect(connects).toEqual([new URL(base).host]);
      expect(
        await download('/ok.json', { environment: { ...environment, NO_PROXY: 'localhost' } }),
      ).toMatchObject({ ok: true });
      expect(connects).toHaveLength(1);
    } finally {
      for (const tunnel of tunnels) tunnel.destroy();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
    }
  });
});

describe('feeds', () => {
  it('have names, files and groups of their own, and are fetched by HTTPS', () => {
    expect(new Set(DEFAULT_FEEDS.map((feed) => feed.id)).size).toBe(DEFAULT_FEEDS.length);
    expect(new Set(DEFAULT_FEEDS.map((feed) => feed.file)).size).toBe(DEFAULT_FEEDS.length);
    for (const feed of DEFAULT_FEEDS) {
      expect(feed.base).toMatch(/^https:\/\/[^/]+$/);
      expect(feed.path).toMatch(/^\//);
      expect(feed.id).toMatch(/^[a-z]+\./);
    }
  });

  it('are there for every language that OSV has an archive of', () => {
    const archives = DEFAULT_FEEDS.filter(({ id }) => id.startsWith('osv.')).map(({ path }) =>
      decodeURIComponent(path.split('/')[1] ?? ''),
    );
    for (const ecosystem of ['npm', 'PyPI', 'Go', 'Maven', 'RubyGems', 'Packagist', 'NuGet', 'crates.io'])
      expect(archives).toContain(ecosystem);
    for (const ecosystem of ['Pub', 'SwiftURL', 'Hex', 'Hackage', 'CRAN', 'Bitnami'])
      expect(archives).toContain(ecosystem);
  });

  it.each([
    ['SUSE:Linux Enterprise Server 15 SP5', 'osv-suse.zip', '/SUSE/all.zip'],
    ['openSUSE:Leap 15.6', 'osv-opensuse.zip', '/openSUSE/all.zip'],
    ['Azure Linux:3', 'osv-azurelinux.zip', '/Azure%20Linux/all.zip'],
    ['CBL-Mariner:2', 'osv-azurelinux.zip', '/Azure%20Linux/all.zip'],
    ['Red Hat:9', 'osv-redhat.zip', '/Red%20Hat/all.zip'],
    ['Debian:12', 'debian-tracker.json', '/tracker/data/json'],
    ['npm', 'osv-npm.zip', '/npm/all.zip'],
  ])('are there for %s', (ecosystem, file, path) => {
    expect(hasFeed(ecosystem)).toBe(true);
    expect(DEFAULT_FEEDS).toContainEqual(expect.objectContaining({ file, path }));
  });

  it.each([
    'Amazon Linux:2023',
    'Oracle Linux:9',
    'Fedora:41',
    'Photon OS:5.0',
    'kali:2026.1 (deb)',
    'ConanCenter',
  ])('are not there for %s, of which nobody publishes what is read', (ecosystem) =>
    expect(hasFeed(ecosystem)).toBe(false),
  );

  it('are chosen by id or group', () => {
    expect(selectFeeds([])).toBe(DEFAULT_FEEDS);
    expect(selectFeeds(['kev', 'osv.npm']).map((feed) => feed.id)).toEqual(['osv.npm', 'kev.cisa']);
  });

  it('are asked of a mirror by id, group or all', () => {
    const [npm] = selectFeeds(['osv.npm']);
    if (npm === undefined) throw new Error('there is a feed for npm');
    expect(feedUrl(npm, {})).toBe('https://osv-vulnerabilities.storage.googleapis.com/npm/all.zip');
    expect(feedUrl(npm, { '*': 'https://mirror/all/', osv: 'https://mirror/osv' })).toBe(
      'https://mirror/osv/npm/all.zip',
    );
    expect(feedUrl(npm, { '*': 'https://mirror/all/' })).toBe('https://mirror/all/npm/all.zip');
    expect(feedUrl(npm, { osv: 'https://mirror/osv', 'osv.npm': 'https://one' })).toBe(
      'https://one/npm/all.zip',
    );
  });
});

describe('fetchFeeds', () => {
  const feed = (id: string, path: string, form: Feed['form']): Feed => ({
    id,
    file: id.replace('.', '-'),
    base: 'https://unused.invalid',
    path,
    form,
    maxBytes: 100_000,
    ecosystems: [],
  });

  it('fetches what it can, and says of each feed what became of it', async () => {
    requests = [];
    const directory = join(folder, 'feeds');
    const outcomes = await fetchFeeds({
      feeds: [
        feed('a.zip', '/a.zip', 'zip'),
        feed('b.broken', '/broken.json', 'json'),
        feed('c.gz', '/c.gz', 'gzip'),
        feed('d.json', '/ok.json', 'json'),
      ],
      bases: { '*': base },
      directory,
      certificates,
    });
    expect(outcomes.map((outcome) => [outcome.feed, outcome.result.ok])).toEqual([
      ['a.zip', true],
      ['b.broken', false],
      ['c.gz', true],
      ['d.json', true],
    ]);
    expect(readdirSync(directory).sort()).toEqual(['a-zip', 'c-gz', 'd-json']);
    expect([...requests].sort()).toEqual(['/a.zip', '/broken.json', '/c.gz', '/ok.json']);
  });

  it('keeps the file of the last time where a feed fails', async () => {
    const directory = join(folder, 'kept');
    const one = [feed('d.json', '/ok.json', 'json')];
    await fetchFeeds({ feeds: one, bases: { '*': base }, directory, certificates });
    await fetchFeeds({
      feeds: one.map((item) => ({ ...item, path: '/broken.json' })),
      bases: { '*': base },
      directory,
      certificates,
    });
    expect(existsSync(join(directory, 'd-json'))).toBe(true);
  });
});
