// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image, Registry, ResponseOf } from '@bartizan/contracts';
import { PackBuilder } from '@bartizan/scan';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { type BuiltImage, builtImage, type LayerFiles } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { given } from './images.ts';
import { RegistryServer } from './server.ts';
import { skopeoPush } from './skopeo.ts';

const RUN_MS = 120_000;
vi.setConfig({ testTimeout: 120_000 });

const library = (version: string, license: string): LayerFiles => ({
  'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
  'opt/node_modules/minimist/package.json': JSON.stringify({ name: 'minimist', version, license }),
});
const OWN: LayerFiles = {
  'app/node_modules/lodash/package.json': '{"name":"lodash","version":"4.17.20","license":"MIT"}',
};

describe('what the images of a watched registry are built on', () => {
  let controller: ControllerProcess;
  let server: RegistryServer;
  let token = '';
  let registry = '';
  const oldBase = builtImage([library('1.2.5', 'MIT')], { created: '2026-01-01T00:00:00Z' });
  const newBase = builtImage([library('1.2.8', 'MIT')], { created: '2026-02-01T00:00:00Z' });
  const app = builtImage([library('1.2.5', 'MIT'), OWN], { created: '2026-01-02T00:00:00Z' });

  const push = (image: BuiltImage, name: string): Promise<void> =>
    skopeoPush(image, `${server.host}/${name}`, { name: 'tester', password: server.password });
  const cli = (...words: string[]): Promise<{ readonly code: number; readonly out: string }> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env['PATH'] ?? '',
        BARTIZAN_SERVER: `127.0.0.1:${controller.port}`,
        BARTIZAN_TOKEN: token,
        BARTIZAN_CA_SHA256: controller.caSha256,
        BARTIZAN_LANG: 'en',
      };
      const asked = [new URL('../../../apps/cli/src/main.ts', import.meta.url).pathname, ...words];
      execFile(process.execPath, asked, { env, timeout: 60_000 }, (error, out) =>
        resolve({ code: error === null ? 0 : Number(error.code), out }),
      );
    });
  async function run(): Promise<void> {
    await controller.call('POST', `/registries/${registry}/runs`, {});
    await vi.waitFor(
      async () => {
        const { run: now } = (await controller.call('GET', `/registries/${registry}`)) as Registry;
        expect(now).toMatchObject({ state: 'done', failed: 0 });
      },
      { timeout: RUN_MS, interval: 100 },
    );
  }
  const base = async () =>
    (await controller.call(
      'GET',
      `/images/${encodeURIComponent(app.digest)}/base`,
    )) as ResponseOf<'image.base'>;

  beforeAll(async () => {
    controller = new ControllerProcess();
    await controller.start();
    const key = await controller.call('POST', '/api-keys', { name: 'cli', role: 'admin', expiresInDays: 1 });
    token = (key as { secret: string }).secret;
    server = await RegistryServer.start();
    const builder = new PackBuilder();
    for (const [name, id, version] of [
      ['minimist', 'CVE-2021-44906', '1.2.5'],
      ['lodash', 'CVE-2021-23337', '4.17.20'],
    ] as const)
      builder.addRow('npm', name, {
        ...{ id, kind: 'vulnerability', source: 'of the test', versions: [version] },
        rating: { label: 'critical', source: 'of the test' },
      });
    const pack = join(controller.folder, 'advisories.pack');
    writeFileSync(pack, given(builder.finish({ builtAtMs: 0, kind: 'full' })));
    expect((await cli('db', 'import', pack, '--allow-unsigned')).code).toBe(0);
    ({ id: registry } = (await controller.call('POST', '/registries', {
      ...{ name: 'of the test', kind: 'docker', host: server.host, plainHttp: true, concurrency: 2 },
      ...{ username: 'tester', secret: server.password, includes: [], excludes: [], platforms: [] },
      schedule: { kind: 'manual' },
    })) as Registry);
    await push(oldBase, 'acme/base:1');
    await push(app, 'shop/web:1');
    await run();
  }, 240_000);
  afterAll(async () => {
    await server?.stop();
    await controller?.close();
  });

  it('is told by their layers, with the findings that it brought; its name leads to nothing newer', async () => {
    await vi.waitFor(
      async () =>
        expect(await base()).toMatchObject({
          base: {
            ...{ how: 'layers', digest: oldBase.digest, layers: 1 },
            reference: `${server.host}/acme/base:1`,
          },
          // What is about the image as a whole (its user, its health check) is of no layer.
          findings: { base: 1, own: 1 },
          newer: 'current',
        }),
      { timeout: RUN_MS },
    );
    const { image } = (await controller.call('GET', `/images/${encodeURIComponent(app.digest)}`)) as {
      image: Image;
    };
    expect(image).toMatchObject({
      base: { reference: `${server.host}/acme/base:1`, layers: 1 },
      layers: [{ base: true, openFindings: 1 }, { openFindings: 1 }],
    });
  });

  it('changes what is said when the tag of the base moves: which findings the newer one removes', async () => {
    await push(newBase, 'acme/base:1');
    await run();
    await vi.waitFor(
      async () =>
        expect(await base()).toMatchObject({
          base: { digest: oldBase.digest },
          newer: 'newer',
          newBase: {
            digest: newBase.digest,
            reference: `${server.host}/acme/base:1`,
            createdAtMs: Date.UTC(2026, 1, 1),
            effect: {
              ...{ removes: 1, adds: 0, keeps: 1, added: [], isComplete: true },
              removed: [{ vulnerability: 'CVE-2021-44906', package: 'minimist', version: '1.2.5' }],
            },
          },
        }),
      { timeout: RUN_MS },
    );
  });

  it('is told by the command line, with the licences of the packages', async () => {
    const told = await cli('image', 'base', `${server.host}/shop/web:1`);
    expect(told.code).toBe(0);
    expect(told.out).toContain(`on ${server.host}/acme/base:1: 1 findings go, 0 come, 1 stay`);
    expect(told.out).toContain('- critical CVE-2021-44906 minimist 1.2.5');
    const licences = await cli('image', 'licences', app.digest, '-o', 'json');
    expect(JSON.parse(licences.out)).toEqual({
      ...{ packages: 2, undeclared: 0, kinds: 1, isComplete: true },
      licences: [{ licence: 'MIT', isStandard: true, packages: 2, examples: ['lodash', 'minimist'] }],
    });
  });

  it('is still known after a restart, although the old base has no name any more', async () => {
    await controller.stop();
    await controller.start();
    await vi.waitFor(async () => expect(await base()).toMatchObject({ newer: 'newer' }), { timeout: RUN_MS });
  });
});
