// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SensorBuildStatus } from '../instance/status.ts';
import { Backoff } from './backoff.ts';
import { type ChildUpdate, SupervisedChild } from './child.ts';
import { LogFile } from './log-file.ts';
import { SensorBuild } from './sensor-build.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-supervise-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function until<T>(look: () => T | undefined, timeoutMs = 15_000): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error('timed out');
    await sleep(20);
  }
}

function supervise(program: string): { child: SupervisedChild; updates: ChildUpdate[] } {
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program);
  const updates: ChildUpdate[] = [];
  const child = new SupervisedChild({
    log: new LogFile(join(folder, 'program.log')),
    plan: async () => ({
      command: process.execPath,
      args: [path],
      env: { PATH: '/usr/bin' },
      input: { hello: 'there' },
    }),
    onState: (update) => updates.push(update),
    stopMs: 2000,
  });
  return { child, updates };
}

const READS_INPUT = `let text = ''; process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', () => console.log(JSON.stringify({ ready: true, got: JSON.parse(text).hello })));
process.on('SIGTERM', () => { console.error('bye'); process.exit(0); });
setInterval(() => undefined, 1000);`;

describe('supervised child', () => {
  it('gets one JSON object, answers, and ends on SIGTERM', async () => {
    const { child, updates } = supervise(READS_INPUT);
    child.start();
    const running = await until(() => updates.find((update) => update.state === 'running'));
    expect(running.answer).toEqual({ ready: true, got: 'there' });
    await child.stop();
    expect(updates.at(-1)?.state).toBe('stopped');
    expect(readFileSync(join(folder, 'program.log'), 'utf8')).toBe('bye\n');
  });

  it('starts again after kill -9', async () => {
    const { child, updates } = supervise(READS_INPUT);
    child.start();
    const first = await until(() => updates.find((update) => update.state === 'running'));
    process.kill(first.pid ?? 0, 'SIGKILL');
    const second = await until(() =>
      updates.find((update) => update.state === 'running' && update.pid !== first.pid),
    );
    expect(second.restarts).toBe(1);
    expect(updates.find((update) => update.state === 'waiting')?.detail).toEqual({
      en: 'ended by SIGKILL',
      ja: 'SIGKILL で終了しました',
    });
    await child.stop();
  });

  it('shows the code with which a start was refused', async () => {
    const { child, updates } = supervise(
      `console.log(JSON.stringify({ ready: false, code: 'E_PORT_TAKEN', detail: '127.0.0.1:1' })); process.exit(1);`,
    );
    child.start();
    const failed = await until(() => updates.find((update) => update.state === 'failed'));
    expect([failed.code, failed.detail?.ja]).toEqual(['E_PORT_TAKEN', '127.0.0.1:1']);
    await child.stop();
  });

  it('kills what does not end', async () => {
    const { child, updates } = supervise(
      `process.on('SIGTERM', () => undefined); console.log('{"ready":true}'); setInterval(() => undefined, 1000);`,
    );
    child.start();
    await until(() => updates.find((update) => update.state === 'running'));
    const startedMs = performance.now();
    await child.stop();
    expect(performance.now() - startedMs).toBeGreaterThan(1900);
    expect(updates.at(-1)?.state).toBe('stopped');
  });
});

describe('backoff', () => {
  it('doubles up to its limit and starts over after a good run', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 500, goodRunMs: 1000 });
    expect([0, 0, 0, 0, 2000].map((ranMs) => backoff.next(ranMs))).toEqual([100, 200, 400, 500, 100]);
  });
});

describe('log file', () => {
  it('keeps within its limit however much is written', () => {
    const log = new LogFile(join(folder, 'x.log'), { maxBytes: 1000, keep: 2 });
    for (let number = 0; number < 500; number += 1) log.line('info', 'something happened', { number });
    log.close();
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('x.log'))
        .sort(),
    ).toEqual(['x.log', 'x.log.1', 'x.log.2']);
    const sizes = readdirSync(folder).map((name) => readFileSync(join(folder, name)).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  });

  it('goes on when the disk takes nothing', () => {
    const log = new LogFile('/dev/full');
    log.line('info', 'lost');
    expect(log.failedWrites).toBe(1);
    log.close();
  });
});

describe('sensor build', () => {
  let started: SensorBuild | undefined;
  afterEach(() => started?.stop());

  function start(script: string | undefined, againMs?: number): SensorBuildStatus[] {
    if (script !== undefined) {
      mkdirSync(join(folder, 'native'));
      writeFileSync(join(folder, 'native/build.sh'), script);
    }
    const states: SensorBuildStatus[] = [];
    started = new SensorBuild({
      release: folder,
      target: join(folder, 'release/native/bartizan-sensor'),
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      log: new LogFile(join(folder, 'build.log')),
      onState: (state) => states.push(state),
      ...(againMs === undefined ? {} : { againMs }),
    });
    started.start();
    return states;
  }

  async function build(script: string | undefined): Promise<SensorBuildStatus[]> {
    const states = start(script);
    await until(() => states.find((state) => state.state !== 'building'));
    return states;
  }

  it('shows each line as progress and installs the program whole', async () => {
    const states = await build(
      `mkdir -p "$PWD/out"; echo hello >"$PWD/out/bartizan-sensor"; echo 'Compiling x' >&2; sleep 0.2; echo "$PWD/out"`,
    );
    expect(states.some((state) => state.state === 'building' && state.progress === 'Compiling x')).toBe(true);
    expect(states.at(-1)?.state).toBe('built');
    expect(readFileSync(join(folder, 'release/native/bartizan-sensor'), 'utf8')).toBe('hello\n');
  });

  it('is off, with the packages named, when something is missing', async () => {
    const states = await build(
      `echo 'bartizan: E_SENSOR_MISSING: no. Remedy: apt-get install -y clang llvm ' >&2; exit 3`,
    );
    expect(states.at(-1)).toMatchObject({ state: 'off', missing: ['clang', 'llvm'] });
  });

  it('looks again by itself while packages are missing, says so once, and builds when they came', async () => {
    const states = start(
      `echo look >>looks; [ -e came ] || { echo 'bartizan: E_SENSOR_MISSING: no. Remedy: apt-get install -y clang' >&2; exit 3; }
       mkdir -p out; echo hello >out/bartizan-sensor; echo "$PWD/out"`,
      50,
    );
    const looks = (): number => {
      const path = join(folder, 'looks');
      return existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0;
    };
    await until(() => (looks() >= 4 ? true : undefined));
    expect(states.map(({ state }) => state)).toEqual(['building', 'off']);
    expect(readFileSync(join(folder, 'build.log'), 'utf8')).toBe('');
    writeFileSync(join(folder, 'came'), '');
    await until(() => states.find(({ state }) => state === 'built'));
    expect(readFileSync(join(folder, 'release/native/bartizan-sensor'), 'utf8')).toBe('hello\n');
  });

  it('tries a build that failed again when it is asked, and not beside one under way', async () => {
    const states = start(`echo look >>looks; sleep 0.2; echo 'error: no memory' >&2; exit 1`, 20);
    started?.start();
    await until(() => states.find(({ state }) => state === 'failed'));
    await sleep(300);
    expect(readFileSync(join(folder, 'looks'), 'utf8')).toBe('look\n');
    started?.start();
    await until(() => (states.filter(({ state }) => state === 'failed').length === 2 ? true : undefined));
    expect(readFileSync(join(folder, 'looks'), 'utf8')).toBe('look\nlook\n');
  });

  it('is failed, with the last line, when the build fails', async () => {
    const states = await build(`echo 'error: linker not found' >&2; exit 101`);
    expect(states.at(-1)?.state).toBe('failed');
    expect(states.at(-1)?.reason).toEqual({
      en: expect.stringContaining('linker not found'),
      ja: expect.stringMatching(/linker not found（終了コード 101）/),
    });
  });

  it('is off when there is nothing to build from', async () => {
    expect((await build(undefined)).at(-1)?.state).toBe('off');
  });
});
