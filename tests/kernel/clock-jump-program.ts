// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * Starts a real controller and a real agent with the real sensor, sets their wall clock ahead and back by a year, and
 * prints as one line of JSON what was kept and told. Arguments: the sensor, and the library that gives programs a wall
 * clock of their own (libfaketime): that of the machine stays as it is.
 */
const ROOT = resolve(import.meta.dirname, '../..');
const [sensorPath = '', clockLibrary = ''] = process.argv.slice(2);
const folder = mkdtempSync('/tmp/clock-jump-');
const localRootToken = `bzl_${randomBytes(32).toString('base64url')}`;
const DAY_S = 86_400;
const clockFile = join(folder, 'clock');
const ownClock = {
  LD_PRELOAD: clockLibrary,
  FAKETIME_TIMESTAMP_FILE: clockFile,
  FAKETIME_NO_CACHE: '1',
  // The time since boot goes on as it is: only the wall clock jumps.
  DONT_FAKE_MONOTONIC: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
};
/** A small file system to survey: walking that of the machine has nothing to do with time. */
const root = join(folder, 'root');
mkdirSync(join(root, 'etc'), { recursive: true });
writeFileSync(join(root, 'etc/os-release'), readFileSync('/etc/os-release'));
const note = (what: string): void => {
  process.stderr.write(`${Math.round(performance.now() / 1000)} s: ${what}\n`);
};
/**
 * Where the clock is set to, relative to the truth, in days; the last is the truth again. Before the day the authority was
 * made no certificate counts: what is seen then waits on the disk of the agent.
 */
const JUMPS_DAYS = [0, 400, 0, -400, 0];

interface Running {
  readonly first: Promise<{ readonly port: number; readonly agentPort: number; readonly caSha256: string }>;
  readonly child: ReturnType<typeof spawn>;
}

/** Starts one of our programs with its settings on standard input; its first line says where it listens. */
function start(main: string, settings: object): Running {
  const child = spawn(process.execPath, [join(ROOT, main)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...ownClock },
  });
  child.stdin.end(JSON.stringify(settings));
  const first = new Promise<Awaited<Running['first']>>((done, fail) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) done(JSON.parse(text.slice(0, text.indexOf('\n'))));
    });
    child.on('exit', (code) => fail(new Error(`${main} ended with ${code}`)));
  });
  first.catch(() => undefined);
  return { first, child };
}

interface Answer {
  readonly token: string;
  readonly state: string;
  readonly items: readonly {
    readonly message?: { readonly en: string };
    readonly sensor?: { readonly state: string };
    readonly uplink?: { readonly state: string };
    readonly occurredAtMs: number;
    readonly receivedAtMs: number;
    readonly aggregation?: { readonly count: number };
    readonly chain?: { readonly process: { readonly arguments: readonly string[] } };
  }[];
}
function ask(port: number, method: string, path: string, body?: object): Promise<Answer> {
  return new Promise((done, fail) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path: `/api/v1${path}`,
        method,
        // The certificate is of the controller started above, and may well be out of its time here.
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

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const startedMs = performance.now(); performance.now() - startedMs < 120_000; await pause(500)) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within 120 s`);
}

writeFileSync(clockFile, '+0d');
const controller = start('apps/controller/src/main.ts', {
  instance: 'clock-jump',
  dataDir: join(folder, 'data'),
  host: '127.0.0.1',
  port: 0,
  agentHost: '127.0.0.1',
  agentPort: 0,
  consoleDir: '',
  contentDir: join(ROOT, 'content'),
  dataKey: randomBytes(32).toString('base64'),
  localRootToken,
  logLevel: 'error',
});
const { port, agentPort, caSha256 } = await controller.first;
note('the controller is ready');
const startAgent = async (): Promise<Running> => {
  const { token: joinToken } = await ask(port, 'POST', '/join-tokens', { lifetimeMinutes: 10 });
  const running = start('apps/agent/src/main.ts', {
    stateDir: join(folder, 'agent'),
    sensorPath,
    root,
    instance: 'clock-jump',
    controllerHost: '127.0.0.1',
    controllerPort: agentPort,
    caSha256,
    joinToken,
    logLevel: 'error',
  });
  await running.first;
  // As the supervisor does: an agent that ended because its certificate did is started again with a new token.
  running.child.on('exit', (code) => {
    if (code === 4) restarts.push(startAgent());
  });
  return running;
};
const restarts: Promise<Running>[] = [];
const agent = await startAgent();

const whole = async (): Promise<true | undefined> => {
  const [node] = (await ask(port, 'GET', '/nodes')).items;
  return node?.sensor?.state === 'running' && node.uplink?.state === 'connected' ? true : undefined;
};
note('the agent is ready');
await until('the sensor runs', whole);
note('the sensor runs');
const startedAtMs = Date.now();
const setClock = (days: number): void =>
  writeFileSync(clockFile, `${days < 0 ? '-' : '+'}${Math.abs(days)}d`);
const told = async (number: number): Promise<Answer['items']> =>
  (await ask(port, 'GET', '/events?limit=1000')).items.filter((event) =>
    event.chain?.process.arguments.some((argument) => argument.includes(`/dev/tcp/0/jump-${number}`)),
  );

for (const [number, days] of JUMPS_DAYS.entries()) {
  setClock(days);
  // Alike twice: the second is held back for the rule's interval and must be told when that is over, by whatever clock.
  for (let time = 0; time < 2; time += 1)
    execFileSync('/bin/bash', ['-c', `: </dev/null # /dev/tcp/0/jump-${number}`]);
  if (days < 0) {
    await pause(10_000);
    continue;
  }
  await until(`the events of jump ${number}`, async () =>
    (await told(number)).length >= 2 ? true : undefined,
  );
  note(`told after a jump to ${days} days`);
  await until('everything works again', whole);
}
await until('everything works again', whole);
const kept: { readonly days: number; readonly events: number; readonly atDays: readonly number[] }[] = [];
for (const [number, days] of JUMPS_DAYS.entries()) {
  const events = await told(number);
  const atDays = events.map((event) => Math.round((event.occurredAtMs - startedAtMs) / 1000 / DAY_S));
  kept.push({ days, events: events.length, atDays: [...new Set(atDays)] });
}
const { state } = await ask(port, 'GET', '/system');
process.stdout.write(`\nRESULT ${JSON.stringify({ kept, state })}\n`);
for (const running of [agent, ...(await Promise.all(restarts))]) running.child.kill('SIGTERM');
controller.child.kill('SIGTERM');
