// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/// <reference lib="dom" />

import { spawn, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { median, record, spreadOf } from './results.ts';

/**
 * First paint of the network map with 5,000 workloads behind it: from the start of the navigation, with an empty
 * browser cache, to the first frame of the drawn map. The data comes from the mock controller, so that only the
 * console and the browser are measured; the baseline is the same page showing its table only.
 */
const RUNS = 7;
const GOAL_MS = 2_000;
const consoleDir = fileURLToPath(new URL('../apps/console', import.meta.url));

function build(): void {
  const vite = createRequire(join(consoleDir, 'package.json')).resolve('vite/package.json');
  const built = spawnSync(process.execPath, [join(vite, '../bin/vite.js'), 'build', '--logLevel', 'error'], {
    cwd: consoleDir,
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new Error('the console does not build');
}

async function startMock(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const child = spawn(process.execPath, [join(consoleDir, 'dev/mock-server.ts'), '--big'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the mock ended with ${code}`)));
  });
  const ready: unknown = JSON.parse(line);
  const port = typeof ready === 'object' && ready !== null && 'port' in ready ? Number(ready.port) : 0;
  return { url: `http://127.0.0.1:${port}`, stop: () => child.kill('SIGTERM') };
}

/** Milliseconds from navigation to the first frame that shows what was asked, in a browser that knows nothing yet. */
async function measure(browser: Browser, url: string, path: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  await context.addCookies([{ name: 'mock-session', value: '1', url }]);
  const page = await context.newPage();
  await page.goto(`${url}${path}`, { waitUntil: 'commit' });
  const handle = await page.waitForFunction(
    (isTable) => {
      if (!isTable) return performance.getEntriesByName('bartizan-map-painted')[0]?.startTime ?? false;
      return document.querySelector('[data-index]') === null ? false : performance.now();
    },
    path.includes('table'),
    { polling: 'raf', timeout: 120_000 },
  );
  const elapsedMs = Number(await handle.jsonValue());
  await context.close();
  return elapsedMs;
}

build();
const mock = await startMock();
const browser = await chromium.launch({
  executablePath: process.env['BARTIZAN_CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--enable-unsafe-swiftshader',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
try {
  const mapMs: number[] = [];
  const tableMs: number[] = [];
  await measure(browser, mock.url, '/map');
  for (let run = 0; run < RUNS; run += 1) {
    mapMs.push(await measure(browser, mock.url, '/map'));
    tableMs.push(await measure(browser, mock.url, '/map?by=table'));
  }
  record({
    id: 'map-paint',
    title: {
      en: 'First paint of the map with 5,000 workloads',
      ja: '5,000 ワークロードのマップの初回描画',
    },
    unit: 'ms',
    goal: `< ${GOAL_MS}`,
    value: median(mapMs),
    baseline: {
      title: { en: 'the same page as a table', ja: '同じページの表示（表のみ）' },
      value: median(tableMs),
    },
    n: RUNS,
    spread: spreadOf(mapMs),
    met: median(mapMs) < GOAL_MS,
    notes: [
      'empty browser cache, WebGL in software on the CPU, aggregated into 120 groups and about 890 connections',
    ],
  });
} finally {
  await browser.close();
  mock.stop();
}
