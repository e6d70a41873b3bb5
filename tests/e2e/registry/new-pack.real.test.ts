// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Finding, Image, Registry, ResponseOf } from '@bartizan/contracts';
import { PackBuilder } from '@bartizan/scan';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { type BuiltImage, builtImage } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CountingProxy } from './counting-proxy.ts';
import { given } from './images.ts';
import { RegistryServer } from './server.ts';
import { skopeoPush } from './skopeo.ts';

const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
/** What the user is promised, and five times as long before the test gives up. */
const PROMISED_MS = 5_000;
const GIVEN_UP_MS = 5 * PROMISED_MS;
const RUN_MS = 120_000;
const FLAW = 'CVE-2021-44906';
vi.setConfig({ testTimeout: 120_000 });

const withPackage = (name: string, version: string): BuiltImage =>
  builtImage([
    { 'etc/os-release': 'ID=debian\nVERSION_ID="12"\n' },
    { [`app/node_modules/${name}/package.json`]: JSON.stringify({ name, version }) },
  ]);

/** Rows about packages that no image has: a third of what a pack of all feeds has, so that the test is soon through. */
const OTHER_ROWS = 60_000;

/** A large pack that knows of lodash from the start, and of minimist when `flaws` names it. */
function packOf(flaws: readonly string[], builtAtMs: number): Buffer {
  const builder = new PackBuilder();
  const row = (name: string, id: string, version: string): void =>
    builder.addRow('npm', name, {
      ...{ id, kind: 'vulnerability', source: `a source of ${name}`, versions: [version] },
      rating: { label: 'critical', source: 'of the test' },
    });
  for (let at = 0; at < OTHER_ROWS; at += 1)
    builder.addRow(at % 2 === 0 ? 'PyPI' : 'Go', `other-${at % (OTHER_ROWS / 2)}`, {
      ...{ id: `GHSA-${at}`, kind: 'vulnerability', aliases: [`CVE-2026-${100_000 + at}`], source: 'OSV' },
      ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: `1.${at % 90}` }] }],
      fixed: [`1.${at % 90}`],
      rating: { label: 'high', score: 7.5, source: 'NVD' },
      summary: `A flaw of a package that nobody here has installed, told at the length that such texts have: ${at}`,
      references: [`https://advisories.example/${at}`],
    });
  row('lodash', 'CVE-2021-23337', '4.17.20');
  if (flaws.includes('minimist')) row('minimist', FLAW, '1.2.5');
  return given(builder.finish({ builtAtMs, kind: 'full' }));
}

describe('a new advisory pack is dropped in', () => {
  let controller: ControllerProcess;
  let server: RegistryServer;
  let proxy: CountingProxy;
  let token = '';
  const [affected, alsoAffected, other] = [
    withPackage('minimist', '1.2.5'),
    builtImage([
      { 'etc/os-release': 'ID=debian\nVERSION_ID="11"\n' },
      { 'srv/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}' },
    ]),
    withPackage('lodash', '4.17.20'),
  ];

  /** Runs the real program against the real controller. */
  function cli(words: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [MAIN, ...words], {
      env: {
        PATH: process.env['PATH'],
        BARTIZAN_SERVER: `127.0.0.1:${controller.port}`,
        BARTIZAN_TOKEN: token,
        BARTIZAN_CA_SHA256: controller.caSha256,
        BARTIZAN_LANG: 'en',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      out += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      err += part;
    });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, out, err }));
    });
  }
  const dropIn = async (name: string, bytes: Buffer) => {
    const file = join(controller.folder, name);
    writeFileSync(file, bytes);
    return cli(['db', 'import', file, '--allow-unsigned', '-o', 'json']);
  };
  const status = async () => (await controller.call('GET', '/advisories')) as ResponseOf<'advisory.status'>;
  const found = async (id: string): Promise<readonly string[]> => {
    const filter = encodeURIComponent(`vulnerability:${id} state:open`);
    const { items } = (await controller.call('GET', `/findings?limit=100&filter=${filter}`)) as {
      items: readonly Finding[];
    };
    return items.map(({ subject }) => subject.imageDigest ?? '').sort();
  };
  const scannedAt = async (): Promise<Record<string, number | undefined>> => {
    const { items } = (await controller.call('GET', '/images?limit=100')) as { items: readonly object[] };
    const images = items.map((item) => ('image' in item ? item.image : item) as Image);
    return Object.fromEntries(images.map(({ digest, scan }) => [digest, scan?.scannedAtMs]));
  };

  beforeAll(async () => {
    controller = new ControllerProcess();
    await controller.start();
    const key = await controller.call('POST', '/api-keys', { name: 'cli', role: 'admin', expiresInDays: 1 });
    token = (key as { secret: string }).secret;
    server = await RegistryServer.start();
    proxy = await CountingProxy.start(server.host);
    const login = { name: 'tester', password: server.password };
    await skopeoPush(affected, `${server.host}/shop/web:v1`, login);
    await skopeoPush(alsoAffected, `${server.host}/shop/jobs:v1`, login);
    await skopeoPush(other, `${server.host}/shop/api:v1`, login);
  }, 120_000);
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
    await controller?.close();
  });

  it('after the images were read once, with a pack that says nothing of the flaw', async () => {
    expect(await dropIn('first.pack', packOf([], Date.UTC(2026, 10, 1)))).toMatchObject({ code: 0 });
    const { id } = (await controller.call('POST', '/registries', {
      ...{ name: 'of the test', kind: 'docker', host: proxy.host, plainHttp: true, concurrency: 2 },
      ...{ username: 'tester', secret: server.password, includes: [], excludes: [], platforms: [] },
      schedule: { kind: 'manual' },
    })) as Registry;
    await controller.call('POST', `/registries/${id}/runs`, {});
    await vi.waitFor(
      async () => {
        const { run } = (await controller.call('GET', `/registries/${id}`)) as Registry;
        expect(run).toMatchObject({ state: 'done', scanned: 3, failed: 0 });
      },
      { timeout: RUN_MS, interval: 100 },
    );
    await vi.waitFor(async () => expect(await found('CVE-2021-23337')).toEqual([other.digest]), {
      timeout: GIVEN_UP_MS,
    });
    expect(await found(FLAW)).toEqual([]);
  });

  it('and its affected images are known within the promise, without one being read again', async () => {
    const before = await scannedAt();
    proxy.asked.length = 0;
    const startedMs = performance.now();
    const imported = await dropIn('second.pack', packOf(['minimist'], Date.UTC(2026, 10, 2)));
    const importedMs = Math.round(performance.now() - startedMs);
    expect(imported.code).toBe(0);
    const wanted = [affected.digest, alsoAffected.digest].sort();
    let now = await found(FLAW);
    while (now.length < wanted.length && performance.now() - startedMs < GIVEN_UP_MS) {
      await sleep(20);
      now = await found(FLAW);
    }
    const tookMs = Math.round(performance.now() - startedMs);
    process.stdout.write(
      `new pack: affected images known ${tookMs} ms after the import began (promise ${PROMISED_MS} ms)\n`,
    );
    expect(now).toEqual(wanted);
    const { startedAtMs: beganMs = 0, endedAtMs = Number.NaN } = (await status()).rejudged ?? {};
    process.stdout.write(`new pack: imported in ${importedMs} ms, all of the command counted\n`);
    process.stdout.write(`new pack: joined and judged in ${endedAtMs - beganMs} ms in the controller\n`);
    expect(tookMs).toBeLessThan(GIVEN_UP_MS);
    // The list of `other` is carried over: the new pack says nothing else about it.
    await vi.waitFor(
      async () =>
        expect((await status()).rejudged).toMatchObject({
          ...{ judged: 2, carried: 1, waiting: 0, reread: 0, endedAtMs: expect.any(Number) },
        }),
      { timeout: GIVEN_UP_MS },
    );
    // Nobody asked the registry anything, and each image was read when it was read before.
    expect(proxy.asked).toEqual([]);
    expect(await scannedAt()).toEqual(before);
    expect(Object.keys(before)).toHaveLength(3);
  });

  it('which the command line tells as well', async () => {
    const told = await cli(['db', 'status', '-o', 'json']);
    expect(told.code).toBe(0);
    expect(JSON.parse(told.out)).toMatchObject({
      rejudged: { judged: 2, carried: 1, waiting: 0, reread: 0 },
    });
    const listed = await cli(['finding', 'list', '--filter', `vulnerability:${FLAW}`, '-o', 'json']);
    expect(listed).toMatchObject({ code: 0, out: expect.stringContaining(affected.digest) });
  });

  it('while an image that is read afterwards does count as read', async () => {
    const path = `/images/${encodeURIComponent(other.digest)}/scans`;
    await controller.call('POST', path, {});
    await vi.waitFor(async () => expect((await status()).rejudged).toMatchObject({ reread: 1 }), {
      timeout: RUN_MS,
    });
    expect(proxy.asked).toContain(`GET /v2/shop/api/manifests/${other.digest}`);
  });
});
