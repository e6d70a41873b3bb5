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
    readonly sensor: { readonly state: string };
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

function sensorPid(): number {
  const agent = readStatus(product.paths)?.agent.pid ?? 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
      if (parent === agent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('bartizan-sensor'))
        return Number(pid);
    } catch {
      // It ended in between.
    }
  }
  throw new Error('no sensor');
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
      for (let size = 1024 * 1024 * 1024; size >= 4096; size /= 2) {
        try {
          writeFileSync(ballast, Buffer.alloc(Math.min(size, 8 * 1024 * 1024)), { flag: 'a' });
          size *= 2;
        } catch {
          // Full for this size: try a smaller one.
        }
      }
      await mark('disk-during', 20).catch(() => []);
      await eventually(
        'the full disk is visible',
        async () => {
          const state = await status();
          return state.state !== 'ready' && state.system?.store.state !== 'ok' ? true : undefined;
        },
        120_000,
        1000,
      );
      expect((await product.command('status')).stdout).toMatch(/E_STORE_FULL|read-only/);
    } finally {
      rmSync(ballast, { force: true });
    }
    await heals();
    expect((await seen('disk-before')).size).toBe(20);
    await allArrive('disk-after', await mark('disk-after', 20));
  });
});
