// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readRequest } from './browser-door.ts';
import { startBrowser } from './stage.ts';

/** How long a connection takes to open: Chromium gives up those that are being opened when an interface changes. */
const OPENING_MS = 150;
const ASKED = 60;
const AT_ONCE = 6;
const PAIR = `bzt${process.pid % 100_000}`;

const run = promisify(execFile);
let server: Server;
let browser: Browser;
let url: string;

const startServer = (): Server => {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-apart-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(folder, { recursive: true, force: true });
  const context = createSecureContext(pair);
  return createServer(
    { ...pair, SNICallback: (_name, done) => setTimeout(() => done(null, context), OPENING_MS) },
    (_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.setHeader('connection', 'close');
      response.end('<h1>there</h1>');
    },
  );
};

beforeAll(async () => {
  server = startServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `https://localhost:${typeof address === 'object' ? address?.port : ''}`;
  browser = await startBrowser();
}, 120_000);
afterEach(() => {
  vi.unstubAllEnvs();
  // Also what the last round left when the answers were there before its end.
  if (existsSync(`/sys/class/net/${PAIR}`)) execFileSync('ip', ['link', 'delete', PAIR]);
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

const link = (...words: string[]): Promise<unknown> => run('ip', ['link', ...words]);

async function comeAndGo(): Promise<void> {
  await link('add', PAIR, 'type', 'veth', 'peer', 'name', `${PAIR}b`);
  await run('ip', ['address', 'add', '192.0.2.9/32', 'dev', PAIR]);
  await link('set', PAIR, 'up');
  await link('set', `${PAIR}b`, 'up');
  await link('delete', PAIR);
}

describe('the browser of the tests', { timeout: 60_000 }, () => {
  it('keeps its requests while interfaces of this machine come and go, and believes to be online', async () => {
    const page = await browser.newPage({ ignoreHTTPSErrors: true });
    await page.goto(url);
    const answers = page.evaluate(
      async ({ asked, atOnce }) => {
        const seen = new Set<string>([String(navigator.onLine)]);
        for (let at = 0; at < asked; at += atOnce)
          for (const status of await Promise.all(
            Array.from({ length: atOnce }, () => fetch('/').then((one) => String(one.status), String)),
          ))
            seen.add(status);
        return [...seen];
      },
      { asked: ASKED, atOnce: AT_ONCE },
    );
    const isOver = answers.then(() => true);
    let changes = 0;
    while (!(await Promise.race([isOver, comeAndGo().then(() => false)]))) changes += 1;
    expect(changes).toBeGreaterThan(3);
    expect(await answers).toEqual(['true', '200']);
    await page.close();
  });

  it('reaches loopback alone', async () => {
    const page = await browser.newPage();
    await expect(page.goto('http://192.0.2.77/')).rejects.toThrow('ERR_SOCKS_CONNECTION_FAILED');
    await page.close();
  });

  it('leaves nothing behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-apart-'));
    vi.stubEnv('TMPDIR', folder);
    const ours = (): string[] => readdirSync(folder).filter((name) => name.startsWith('bartizan-browser-'));
    const another = await startBrowser();
    expect(ours()).toHaveLength(1);
    await another.close();
    await expect.poll(ours).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('the door', () => {
  it.each([
    [[5, 1, 0, 1, 127, 0, 0, 1, 0x1f, 0x90], { host: '127.0.0.1', port: 8080 }],
    [[5, 1, 0, 3, 3, 0x61, 0x2e, 0x62, 1, 0], { host: 'a.b', port: 256 }],
    [[5, 1, 0, 4, ...Array.from({ length: 15 }, () => 0), 1, 0, 80], { host: '0:0:0:0:0:0:0:1', port: 80 }],
    [[5, 2, 0, 1, 127, 0, 0, 1, 0, 80], undefined],
    [[5, 1, 0, 3, 200, 0x61], undefined],
    [[4, 1], undefined],
    [[], undefined],
  ])('reads %j', (bytes, wanted) => {
    expect(readRequest(Buffer.from(bytes))).toEqual(wanted);
  });
});
