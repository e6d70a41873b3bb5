// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKOUT, eventually } from '../e2e/first-run/product.ts';
import { builtSensor } from './built-sensor.ts';

/** Debian's libfaketime: a wall clock of their own for the programs that load it; that of the machine stays. */
const CLOCK_LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const DAY_MS = 86_400_000;
/**
 * Where the clock is set to, relative to the truth, in days; the last is the truth again. Before the day the authority was
 * made no certificate counts: what is seen then waits on the disk of the agent.
 */
const JUMPS_DAYS = [0, 400, 0, -400, 0];
const localRootToken = `bzl_${randomBytes(32).toString('base64url')}`;

let folder: string;
const children: ChildProcess[] = [];
let isOver = false;

const setClock = (days: number): void =>
  writeFileSync(join(folder, 'clock'), `${days < 0 ? '-' : '+'}${Math.abs(days)}d`);

interface Ready {
  readonly port: number;
  readonly agentPort: number;
  readonly caSha256: string;
}
/** Starts one of our programs with its settings on standard input; resolves with its first line. */
function start(main: string, settings: object, onExit: (code: number | null) => void): Promise<Ready> {
  const child = spawn(process.execPath, [join(CHECKOUT, main)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...process.env,
      LD_PRELOAD: CLOCK_LIBRARY,
      FAKETIME_TIMESTAMP_FILE: join(folder, 'clock'),
      FAKETIME_NO_CACHE: '1',
      // The time since boot goes on as it is: only the wall clock jumps.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  });
  children.push(child);
  child.on('exit', onExit);
  child.stdin.end(JSON.stringify({ instance: 'clock-jump', logLevel: 'error', ...settings }));
  return new Promise((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.on('exit', (code) => fail(new Error(`${main} ended with ${code}`)));
  });
}

interface Answer {
  readonly token: string;
  readonly state: string;
  readonly items: readonly {
    readonly sensor?: { readonly state: string };
    readonly uplink?: { readonly state: string; readonly certificateExpiresAtMs?: number };
    readonly occurredAtMs: number;
    readonly chain?: { readonly process: { readonly arguments: readonly string[] } };
  }[];
}
/** Asks the controller. Not the client of the CLI: it would rightly refuse the certificates of another time. */
function ask(port: number, method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: `/api/v1${path}`,
        method,
        rejectUnauthorized: false,
        headers: { authorization: `Bearer ${localRootToken}`, 'content-type': 'application/json' },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => done(JSON.parse(text)));
      },
    );
    asked.on('error', fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('a clock that jumps by a year and back', { timeout: 300_000 }, () => {
  let controller: Ready;

  /** As the supervisor does: an agent that ended because its certificate did is started again with a new token. */
  async function startAgent(): Promise<void> {
    const { token } = await ask(controller.port, 'POST', '/join-tokens', { lifetimeMinutes: 10 });
    await start(
      'apps/agent/src/main.ts',
      {
        stateDir: join(folder, 'agent'),
        sensorPath: builtSensor(),
        root: join(folder, 'root'),
        controllerHost: '127.0.0.1',
        controllerPort: controller.agentPort,
        caSha256: controller.caSha256,
        joinToken: token,
      },
      (code) => {
        if (code === 4 && !isOver) startAgent().catch(() => undefined);
      },
    );
  }
  /**
   * The sensor runs and the agent is connected. What the agent told last before its certificate ended says that too, and
   * stands there until the next agent describes itself, its events come first: so by a certificate that counts now.
   */
  const isWhole = async (clockDays: number): Promise<true | undefined> => {
    const [node] = (await ask(controller.port, 'GET', '/nodes')).items;
    if (node?.sensor?.state !== 'running' || node.uplink?.state !== 'connected') return undefined;
    return (node.uplink.certificateExpiresAtMs ?? 0) > Date.now() + clockDays * DAY_MS ? true : undefined;
  };
  const told = async (jump: number): Promise<Answer['items']> =>
    (await ask(controller.port, 'GET', '/events?limit=1000')).items.filter((event) =>
      event.chain?.process.arguments.some((argument) => argument.includes(`/dev/tcp/0/jump-${jump}`)),
    );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bartizan-clock-jump-'));
    setClock(0);
    // A small file system to survey: walking that of the machine has nothing to do with time.
    mkdirSync(join(folder, 'root/etc'), { recursive: true });
    writeFileSync(join(folder, 'root/etc/os-release'), readFileSync('/etc/os-release'));
    const settings = {
      dataDir: join(folder, 'data'),
      host: '127.0.0.1',
      port: 0,
      agentHost: '127.0.0.1',
      agentPort: 0,
      consoleDir: '',
      contentDir: join(CHECKOUT, 'content'),
      dataKey: randomBytes(32).toString('base64'),
      localRootToken,
    };
    controller = await start('apps/controller/src/main.ts', settings, () => undefined);
    await startAgent();
    await eventually('the sensor runs', () => isWhole(0), 120_000);
  }, 180_000);

  afterAll(async () => {
    isOver = true;
    for (const child of children.splice(0).reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('costs no event, whether the agent can come in meanwhile or not', async () => {
    const startedAtMs = Date.now();
    for (const [jump, days] of JUMPS_DAYS.entries()) {
      setClock(days);
      // Alike twice: the second is held back for the rule's interval and is told when that is over, by whatever clock.
      for (let time = 0; time < 2; time += 1)
        execFileSync('/bin/bash', ['-c', `: </dev/null # /dev/tcp/0/jump-${jump}`]);
      if (days < 0) {
        await pause(10_000);
        continue;
      }
      await eventually(
        `the events of jump ${jump}`,
        async () => ((await told(jump)).length >= 2 ? true : undefined),
        120_000,
      );
      await eventually('everything works again', () => isWhole(days), 120_000);
    }
    const kept: (readonly [days: number, events: number, atDays: readonly number[]])[] = [];
    for (const [jump, days] of JUMPS_DAYS.entries()) {
      const events = await told(jump);
      const atDays = events.map((event) => Math.round((event.occurredAtMs - startedAtMs) / DAY_MS));
      kept.push([days, events.length, [...new Set(atDays)]]);
    }
    expect(kept).toEqual(JUMPS_DAYS.map((days) => [days, 2, [days]]));
    expect((await ask(controller.port, 'GET', '/system')).state).not.toBe('failed');
  });
});
