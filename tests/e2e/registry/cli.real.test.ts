// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Registry } from '@bartizan/contracts';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { builtImage, MemoryRegistry } from '@bartizan/testkit/registry';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../apps/cli/src/main.ts', import.meta.url));
const SECRET = 'a secret of the test';
/** Threads and processes start slowly on a busy machine. */
vi.setConfig({ testTimeout: 120_000 });
let controller: ControllerProcess;
let registry: MemoryRegistry;
let token = '';

beforeAll(async () => {
  registry = await MemoryRegistry.start({ name: 'me', password: SECRET });
  controller = new ControllerProcess();
  await controller.start();
  const made = await controller.call('POST', '/api-keys', { name: 'cli', role: 'admin', expiresInDays: 1 });
  token = (made as { secret: string }).secret;
}, 120_000);
afterAll(async () => {
  await controller?.close();
  await registry?.stop();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the real program against the real controller. */
function cli(args: readonly string[], input = '', lang = 'en'): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, 'registry', ...args], {
    env: {
      PATH: process.env['PATH'],
      BARTIZAN_SERVER: `127.0.0.1:${controller.port}`,
      BARTIZAN_TOKEN: token,
      BARTIZAN_CA_SHA256: controller.caSha256,
      BARTIZAN_LANG: lang,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  child.stdin.end(input);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    out += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    err += part;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, out, err })));
}

const place = (): string[] => [
  '--kind',
  'docker',
  '--host',
  registry.host,
  '--plain-http',
  '--username',
  'me',
];

describe('bartizan registry', () => {
  let id = '';

  it('tries a registry with the secret from standard input, and tells a wrong one', async () => {
    const right = await cli(['try', ...place(), '--secret-file', '-'], `${SECRET}\n`);
    expect(right).toMatchObject({ code: 0, out: expect.stringContaining('accepts the credentials') });
    const wrong = await cli(['try', ...place(), '--secret-file', '-'], 'wrong');
    expect(wrong).toMatchObject({ code: 4, err: expect.stringContaining('E_REGISTRY_LOGIN') });
    const japanese = await cli(['try', ...place(), '--secret-file', '-'], SECRET, 'ja');
    expect(japanese.out).toContain('認証情報を受け入れました');
  });

  it('adds, shows, lists and changes one, with the secret from a file; it is never shown', async () => {
    const file = join(controller.folder, 'secret');
    writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
    const more = [
      '--name',
      'shop',
      '--secret-file',
      file,
      '--include',
      'shop/*:v*',
      '--newest',
      '5',
      '--every',
      '60',
    ];
    const added = await cli(['add', ...place(), ...more, '-o', 'json']);
    rmSync(file);
    expect(added.code).toBe(0);
    const made = JSON.parse(added.out) as Registry;
    ({ id } = made);
    expect(made).toMatchObject({
      name: 'shop',
      includes: [{ repository: 'shop/*', tag: 'v*' }],
      newestTags: 5,
      schedule: { kind: 'interval', everyMs: 3_600_000 },
      hasSecret: true,
    });
    const changed = await cli(['update', id, '--every', '0', '--exclude', 'shop/old', '-o', 'json']);
    expect(JSON.parse(changed.out)).toMatchObject({
      name: 'shop',
      schedule: { kind: 'manual' },
      excludes: [{ repository: 'shop/old', tag: '*' }],
      hasSecret: true,
    });
    const shown = await cli(['show', id]);
    const listed = await cli(['list']);
    expect(listed.out).toContain(registry.host);
    for (const { out, err } of [added, changed, shown, listed]) expect(out + err).not.toContain(SECRET);
  });

  it('scans and waits; exit 1 when an image could not be scanned', async () => {
    const good = builtImage([
      { 'app/node_modules/minimist/package.json': '{"name":"minimist","version":"1.2.5"}' },
    ]);
    registry.push('shop/web', 'v1', good);
    const fine = await cli(['scan', id, '--wait', '-o', 'json']);
    expect([fine.code, JSON.parse(fine.out)]).toMatchObject([0, { state: 'done', images: 1, scanned: 1 }]);
    expect(fine.err).toContain('1 scanned');
    const bad = builtImage([{ a: 'bad' }]);
    registry.push('shop/web', 'v2', bad);
    registry.bad.set(bad.digest, 'lie');
    expect(await cli(['scan', id, '--wait'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('failed: 1'),
    });
  });

  it('cancels and removes; what is not there is 5', async () => {
    expect((await cli(['cancel', id])).code).toBe(0);
    expect((await cli(['remove', id])).code).toBe(0);
    expect((await cli(['show', id])).code).toBe(5);
    expect((await cli(['add', '--kind', 'docker'])).code).toBe(2);
  });
});
