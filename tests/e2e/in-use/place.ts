// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Finding, Package, parser } from '@bartizan/contracts';
import { ControllerProcess } from '@bartizan/testkit/attack';
import { AgentProcess, RuncContainers } from '@bartizan/testkit/host';
import { downloadDebian, installDebian, makeRootfs } from '../first-run/rootfs.ts';

/** What the shop is written in, on top of the root file system of the first run (perl, django, jinja2). */
const PYTHON = [
  'python3-minimal',
  'python3.11-minimal',
  'libpython3.11-minimal',
  'libpython3.11-stdlib',
  'zlib1g',
  'libexpat1',
  'media-types',
] as const;
const CACHE = process.env['BARTIZAN_TEST_CACHE'] ?? '/var/cache/bartizan-tests';
const BUILD = fileURLToPath(new URL('../../../native/build.sh', import.meta.url));
const SHOP = 'shop';

/** Loads django for good; nothing else of what it could use. */
const APPLICATION =
  "import django, time\nprint('serving', django.__version__, flush=True)\ntime.sleep(100000)\n";

/** The three flaws of the test, equally severe; their order follows from use alone. */
const ROWS = [
  { id: 'CVE-2099-1001', ecosystem: 'PyPI', package: 'django', purl: 'pkg:pypi/django' },
  { id: 'CVE-2099-1002', ecosystem: 'PyPI', package: 'jinja2', purl: 'pkg:pypi/jinja2' },
  { id: 'CVE-2099-1003', ecosystem: 'Debian:12', package: 'perl', purl: 'pkg:deb/debian/perl?arch=source' },
].map((row) => ({
  ...row,
  ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9999' }] }],
  fixed: ['9999'],
  published: '2026-01-01',
  severity: { label: 'high', source: 'test' },
  source: 'test',
  license: 'facts',
}));

const parseFinding = parser(Finding);
const parsePackage = parser(Package);

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
const itemsOf = (value: unknown): readonly unknown[] => {
  const items = fieldOf(value, 'items');
  return Array.isArray(items) ? items : [];
};

const builtSensor = (): string => {
  const printed = execFileSync('sh', [BUILD], {
    encoding: 'utf8',
    timeout: 900_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return join(printed.trim().split('\n').at(-1) ?? '', 'bartizan-sensor');
};

/** Debian's python on top of the root file system of the first run; downloaded once a machine. */
function makeShopRoot(target: string): void {
  makeRootfs(target);
  const cached = join(CACHE, 'in-use-python-1');
  if (!existsSync(cached)) {
    const work = `${cached}.${process.pid}.work`;
    downloadDebian(PYTHON, work);
    try {
      renameSync(work, cached);
    } catch (error) {
      // Somebody who downloads the same beside us was faster.
      if (!existsSync(cached)) throw error;
      rmSync(work, { recursive: true, force: true });
    }
  }
  installDebian(target, downloadedIn(cached));
  writeFileSync(join(target, 'srv/shop.py'), APPLICATION);
}

const downloadedIn = (folder: string): string[] =>
  execFileSync('find', [folder, '-name', '*.deb'], { encoding: 'utf8' }).trim().split('\n').sort();

/** A shop in a container of runc, with a real controller, a real agent and a real sensor. Everything goes with `close`. */
export class Place {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bartizan-in-use-'));
  readonly #containers = new RuncContainers();
  readonly #controller: ControllerProcess;
  readonly #agent = new AgentProcess();
  readonly #sensor = join(this.#folder, 'bartizan-sensor');

  constructor() {
    const advisories = join(this.#folder, 'advisories');
    mkdirSync(advisories);
    writeFileSync(join(advisories, 'rows.jsonl'), `${ROWS.map((row) => JSON.stringify(row)).join('\n')}\n`);
    writeFileSync(
      join(advisories, 'manifest.json'),
      JSON.stringify({
        kind: 'sample',
        built: '2026-01-01',
        note: 'made by a test',
        sources: [{ source: 'test', date: '2026-01-01', records: ROWS.length, license: 'facts' }],
      }),
    );
    this.#controller = new ControllerProcess({ advisoriesPath: advisories });
    // The host's own packages are not what this is about: an empty machine is surveyed at once.
    const root = join(this.#folder, 'machine');
    mkdirSync(root);
    for (const name of ['proc', 'sys']) symlinkSync(`/${name}`, join(root, name));
  }

  /** Starts the shop, the controller and the agent; the sensor only comes with `giveSensor`. */
  async start(): Promise<void> {
    const root = join(this.#folder, 'root');
    makeShopRoot(root);
    await this.#containers.start({
      id: SHOP,
      arguments: ['/usr/bin/python3', '/srv/shop.py'],
      rootPath: root,
    });
    await this.#controller.start();
    const token = await this.#controller.call('POST', '/join-tokens', { lifetimeMinutes: 10 });
    await this.#agent.start({
      controllerHost: '127.0.0.1',
      controllerPort: this.#controller.agentPort,
      caSha256: this.#controller.caSha256,
      joinToken: String(fieldOf(token, 'token')),
      sensorPath: this.#sensor,
      root: join(this.#folder, 'machine'),
      runcRoots: [this.#containers.root],
      runtimes: [],
    });
  }

  /** Puts the sensor where the agent looks for it: from then on somebody watches. */
  giveSensor(): void {
    const made = `${this.#sensor}.new`;
    cpSync(builtSensor(), made);
    renameSync(made, this.#sensor);
  }

  /** Takes the sensor away and ends it: from then on nobody watches. */
  takeSensor(): void {
    rmSync(this.#sensor);
    const ours = execFileSync('pgrep', ['-P', String(this.#agent.pid), '-x', 'bartizan-sensor'], {
      encoding: 'utf8',
    });
    for (const pid of ours.trim().split('\n')) process.kill(Number(pid), 'SIGKILL');
  }

  /** Runs a program in the shop's container. */
  exec(words: readonly string[]): Promise<string> {
    return this.#containers.exec(SHOP, words);
  }

  /** Findings of the test in the order of the API. */
  async findings(filter = ''): Promise<Finding[]> {
    const page = await this.#controller.call(
      'GET',
      `/findings?limit=500&filter=${encodeURIComponent(`kind:vulnerability name:${SHOP} ${filter}`.trim())}`,
    );
    return itemsOf(page).map((item) => {
      const parsed = parseFinding(item);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      return parsed.value;
    });
  }

  /** All packages of the shop. */
  async packages(): Promise<Package[]> {
    const workloads = itemsOf(await this.#controller.call('GET', `/workloads?limit=100&filter=name:${SHOP}`));
    const id = fieldOf(fieldOf(workloads[0], 'workload'), 'id');
    if (typeof id !== 'string') return [];
    const page = await this.#controller.call(
      'GET',
      `/workloads/${encodeURIComponent(id)}/packages?limit=500`,
    );
    return itemsOf(page).map((item) => {
      const parsed = parsePackage(item);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      return parsed.value;
    });
  }

  /** How far use can be seen, as the node says itself. */
  async level(): Promise<string> {
    const node = itemsOf(await this.#controller.call('GET', '/nodes'))[0];
    const levels = fieldOf(node, 'levels');
    const rows: readonly unknown[] = Array.isArray(levels) ? levels : [];
    return String(
      fieldOf(
        rows.find((row) => fieldOf(row, 'action') === 'package-use'),
        'level',
      ),
    );
  }

  explain(id: string): Promise<unknown> {
    return this.#controller.call('GET', `/explain/${encodeURIComponent(id)}`);
  }

  get logs(): string {
    return `agent: ${this.#agent.log.slice(-3000)}\ncontroller: ${this.#controller.log.slice(-2000)}`;
  }

  async close(): Promise<void> {
    await this.#agent.close();
    await this.#controller.close();
    await this.#containers.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
