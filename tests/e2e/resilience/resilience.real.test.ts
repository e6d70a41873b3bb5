// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from '@bartizan/cli';
import { readStatus } from '@bartizan/cli';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../first-run/containers.ts';
import { eventually, Product } from '../first-run/product.ts';
import { attempt, must } from '../first-run/run.ts';

const TAG = `bzre${process.pid % 10_000}`;
const DISK = join(tmpdir(), `${TAG}-disk`);
let product: Product;
let stage: Stage;
let client: ApiClient;

/** Starts programs in the container whose arguments carry marks, one after the other, a load beside them. */
async function mark(name: string, count: number): Promise<string[]> {
  const marks = Array.from({ length: count }, (_, number) => `${TAG}-${name}-${number}`);
  const script = marks.map((text) => `/bin/busybox echo ${text} >/dev/null; /bin/true; /bin/true`).join('; ');
  const end = await stage.exec('load', ['/bin/sh', '-c', script]);
  if (end.code !== 0) throw new Error(end.stderr);
  return marks;
}

/** Marks that the store holds. */
async function seen(name: string): Promise<Set<string>> {
  const found = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await client.call('process-event.list', {
      query: {
        limit: 1000,
        filter: `container:${stage.idOf('load')}`,
        ...(cursor === undefined ? {} : { cursor }),
      },
    });
    if (!page.ok) throw new Error(`${page.error.code} ${page.error.detail}`);
    for (const event of page.value.items)
      for (const argument of event.chain.process.arguments)
        if (argument.startsWith(`${TAG}-${name}-`)) found.add(argument);
    cursor = page.value.next;
  } while (cursor !== undefined);
  return found;
}

/** Fails unless every mark arrives. */
async function allArrive(name: string, marks: readonly string[]): Promise<void> {
  await eventually(
    `all ${marks.length} marks of ${name}`,
    async () => {
      const found = await seen(name);
      return marks.every((text) => found.has(text)) ? true : undefined;
    },
    120_000,
    500,
  );
}

interface Status {
  readonly state: string;
  readonly system?: { readonly store: { readonly state: string } };
  readonly nodes: readonly {
    readonly state: string;
    readonly sensor: {
      readonly state: string;
      readonly inspect?: {
        readonly state: string;
        readonly restarts: number;
        readonly flowsTotal: number;
        readonly recognisedTotal: number;
        readonly unknownTotal: number;
        readonly lostTotal: number;
      };
    };
    readonly uplink: { readonly state: string };
  }[];
  readonly supervisor?: {
    readonly controller: { readonly state: string; readonly restarts: number };
    readonly agent: { readonly state: string; readonly restarts: number };
  };
}
async function status(): Promise<Status> {
  return JSON.parse((await product.command('status', '-o', 'json')).stdout);
}
const whole = (state: Status): boolean =>
  state.supervisor?.controller.state === 'running' &&
  state.supervisor.agent.state === 'running' &&
  state.nodes[0]?.sensor.state === 'running' &&
  state.nodes[0].uplink.state === 'connected' &&
  state.system?.store.state === 'ok';

const heals = (): Promise<unknown> =>
  eventually('everything works again', async () => (whole(await status()) ? true : undefined), 120_000, 500);

/** The child of a process of ours whose command line holds a word. */
function childOf(of: number, word: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
      if (parent === of && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word)) return Number(pid);
    } catch {
      // It ended in between.
    }
  }
  throw new Error(`no ${word}`);
}
const sensorPid = (): number => childOf(readStatus(product.paths)?.agent.pid ?? 0, 'bartizan-sensor');

/** Appends to a file until not even a page fits on its disk. */
function fill(path: string): void {
  for (let size = 8 * 1024 * 1024; size >= 4096; ) {
    try {
      writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // Full for this size: try a smaller one.
      size /= 2;
    }
  }
}

describe.runIf(process.getuid?.() === 0)('resilience', () => {
  beforeAll(async () => {
    mkdirSync(DISK, { recursive: true });
    must('mount', ['-t', 'tmpfs', '-o', 'size=700m,mode=755', 'tmpfs', DISK]);
    product = new Product(TAG, { BARTIZAN_STATE_DIR: join(DISK, 'state') });
    stage = new Stage(TAG, mkdtempSync(join(tmpdir(), `${TAG}-stage-`)), 10 + ((process.pid + 7) % 200));
    stage.start('load', ['/bin/sleep', 'infinity']);
    const up = await product.command(
      'up',
      '--yes',
      '--port',
      '0',
      '--wait-sensor',
      '--wait',
      '120',
      '--runc-root',
      stage.runcRoot,
    );
    if (up.code !== 0) throw new Error(up.stderr);
    client = await product.client();
    await heals();
  }, 900_000);

  afterAll(async () => {
    attempt('nft', ['delete', 'table', 'inet', TAG]);
    stage?.close();
    await product?.close();
    attempt('umount', ['-l', DISK]);
    rmSync(DISK, { recursive: true, force: true });
  }, 120_000);

  it('loses nothing when the controller is killed under load', { timeout: 300_000 }, async () => {
    const before = await mark('controller-before', 20);
    const running = mark('controller-during', 200);
    await sleep(300);
    process.kill(readStatus(product.paths)?.controller.pid ?? 0, 'SIGKILL');
    const during = await running;
    await eventually('the restart is counted', async () =>
      (await status()).supervisor?.controller.restarts === 1 ? true : undefined,
    );
    await heals();
    client = await product.client();
    await allArrive('controller-before', before);
    await allArrive('controller-during', during);
    expect((await product.command('audit', 'verify')).code).toBe(0);
  });

  it('shows a killed agent, starts it again and sees what comes after', { timeout: 300_000 }, async () => {
    const before = await mark('agent-before', 20);
    await allArrive('agent-before', before);
    process.kill(readStatus(product.paths)?.agent.pid ?? 0, 'SIGKILL');
    await eventually('the restart is counted', async () =>
      (await status()).supervisor?.agent.restarts ? true : undefined,
    );
    await heals();
    await allArrive('agent-after', await mark('agent-after', 20));
    expect((await seen('agent-before')).size).toBe(20);
  });

  it('shows a killed sensor, starts it again and sees what comes after', { timeout: 300_000 }, async () => {
    const pid = sensorPid();
    process.kill(pid, 'SIGKILL');
    await eventually('another sensor', async () => (sensorPid() === pid ? undefined : true));
    await heals();
    await allArrive('sensor-after', await mark('sensor-after', 20));
  });

  it('heals a killed inspect worker under load: traffic, sensor and agent go on, losses are counted', {
    timeout: 300_000,
  }, async () => {
    const address = stage.containers[0]?.address;
    const inside = (script: string) => stage.exec('load', ['/bin/sh', '-c', script], 120_000);
    const served = await inside(
      'mkdir -p /srv && echo fine >/srv/index.html && /bin/busybox httpd -p 8099 -h /srv </dev/null >/dev/null 2>&1',
    );
    expect(served.code).toBe(0);
    const before = await mark('inspect-before', 20);
    await allArrive('inspect-before', before);
    const agent = readStatus(product.paths)?.agent.pid;
    const sensor = sensorPid();
    const first = (await status()).nodes[0]?.sensor.inspect;
    expect(first?.state).toBe('running');
    const running = mark('inspect-during', 100);
    const requests = inside(
      `i=0; while [ $i -lt 400 ]; do /bin/busybox wget -q -O /dev/null http://${address}:8099/ || echo failed; i=$((i+1)); done`,
    );
    await sleep(500);
    process.kill(childOf(sensor, 'inspect-worker'), 'SIGKILL');
    const [during, ended] = await Promise.all([running, requests]);
    expect([ended.code, ended.stdout]).toEqual([0, '']);
    await eventually('the restart of the worker is shown', async () => {
      const inspect = (await status()).nodes[0]?.sensor.inspect;
      return inspect?.state === 'running' && inspect.restarts === (first?.restarts ?? 0) + 1
        ? true
        : undefined;
    });
    expect([readStatus(product.paths)?.agent.pid, sensorPid()]).toEqual([agent, sensor]);
    await allArrive('inspect-during', during);
    expect((await seen('inspect-before')).size).toBe(20);
    await heals();
    await eventually('flows told by the new worker', async () => {
      await inside(`/bin/busybox wget -q -O /dev/null http://${address}:8099/`);
      const flows = await client.call('flow.list', { query: { limit: 100, filter: 'application:http' } });
      if (!flows.ok) throw new Error(flows.error.detail);
      return flows.value.items.find((flow) => flow.serverPort === 8099 && flow.applicationHost === address);
    });
    const shown = (await product.command('status')).stdout;
    expect(shown).toMatch(/inspect worker.*running.*restarts \d+.*lost \d+/);
    const last = (await status()).nodes[0]?.sensor.inspect;
    console.log(`inspect worker after the kill: ${JSON.stringify(last)}`);
    // Both ends of at least 400 requests, each decided or counted as lost.
    const { flowsTotal = 0, recognisedTotal = 0, unknownTotal = 0, lostTotal = 0 } = last ?? {};
    expect(flowsTotal).toBeGreaterThanOrEqual(400);
    expect(recognisedTotal + unknownTotal + lostTotal).toBeGreaterThanOrEqual(flowsTotal - 10);
  });

  it('keeps everything while the connection is cut, says so, and sends it later', {
    timeout: 300_000,
  }, async () => {
    const port = readStatus(product.paths)?.controller.agentPort;
    must('nft', ['add', 'table', 'inet', TAG]);
    must('nft', ['add', 'chain', 'inet', TAG, 'cut', '{ type filter hook output priority 0; }']);
    must('nft', ['add', 'rule', 'inet', TAG, 'cut', 'oif', 'lo', 'tcp', 'dport', String(port), 'drop']);
    must('nft', ['add', 'rule', 'inet', TAG, 'cut', 'oif', 'lo', 'tcp', 'sport', String(port), 'drop']);
    const during = await mark('cut', 100);
    await eventually(
      'the cut is visible',
      async () => {
        const state = await status();
        return state.state !== 'ready' && state.nodes[0]?.state !== 'ready' ? true : undefined;
      },
      120_000,
      1000,
    );
    must('nft', ['delete', 'table', 'inet', TAG]);
    await heals();
    await allArrive('cut', during);
  });

  it('says when the disk is full, goes on by itself and loses nothing acknowledged', {
    timeout: 300_000,
  }, async () => {
    const before = await mark('disk-before', 20);
    await allArrive('disk-before', before);
    const ballast = join(DISK, 'ballast');
    try {
      fill(ballast);
      await mark('disk-during', 20).catch(() => []);
      await eventually(
        'the full disk is visible',
        async () => {
          // Store and agent write to the same disk. Whichever meets its end first: the store says that it is full, and that
          // what is shown of the agent is older, or is kept in memory only.
          // What the agent sends and forgets makes room again, which the store takes: the disk is kept full.
          fill(ballast);
          const { state } = await status();
          const words = (await product.command('status')).stdout;
          const isTold =
            state !== 'ready' && /E_STORE_FULL/.test(words) && /nodes\.(as-of-before|not-stored)/.test(words);
          if (!isTold) throw new Error(`${state}: ${words}`);
          return true;
        },
        120_000,
        1000,
      );
    } finally {
      rmSync(ballast, { force: true });
    }
    await heals();
    await allArrive('disk-before', before);
    await allArrive('disk-after', await mark('disk-after', 20));
  });
});
