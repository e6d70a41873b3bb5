// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { instancePaths, readStatus } from '@bartizan/cli';
import { median, record, spreadOf } from './results.ts';

/** Agent and sensor of an instance with nothing to do: proportional memory, and CPU of one core over a minute. */
const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const WINDOWS = Number(process.env['BARTIZAN_BENCH_RUNS'] ?? 3);
const WINDOW_MS = 60_000;
const SETTLE_MS = 90_000;
const TICKS_PER_S = 100;

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** A process and everything it started. */
function family(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => family(Number(child))))];
}
/** Memory in bytes: shared pages count in part (Pss). */
const memoryOf = (pid: number): number =>
  Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) * 1024;
/** CPU time in ticks, user and system, of every thread. */
function ticksOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-idle-'));
chmodSync(folder, 0o755);
const env = {
  ...process.env,
  BARTIZAN_INSTANCE: `bench-idle-${process.pid}`,
  BARTIZAN_STATE_DIR: join(folder, 'state'),
  BARTIZAN_ETC_DIR: join(folder, 'etc'),
  BARTIZAN_RUN_DIR: join(folder, 'run'),
  BARTIZAN_CACHE_DIR: join(folder, 'cache'),
  BARTIZAN_NATIVE_CACHE: process.env['BARTIZAN_NATIVE_CACHE'] ?? '/var/cache/bartizan/native',
  BARTIZAN_USER: `bzbench${process.pid}`,
};
const launcher = join(CHECKOUT, 'bartizan');
try {
  const up = spawnSync(launcher, ['up', '--yes', '--port', '0', '--wait-sensor', '--wait', '300'], {
    env,
    encoding: 'utf8',
  });
  if (up.status !== 0) throw new Error(up.stderr);
  const paths = instancePaths(env);
  if (!paths.ok) throw new Error(paths.error.detail);
  const agent = readStatus(paths.value)?.agent.pid;
  if (agent === undefined) throw new Error('no agent');
  await sleep(SETTLE_MS);
  const megabytes: number[] = [];
  const percents: number[] = [];
  for (let window = 0; window < WINDOWS; window += 1) {
    const pids = family(agent);
    if (!pids.some((pid) => read(`/proc/${pid}/cmdline`).includes('bartizan-sensor')))
      throw new Error('no sensor');
    const before = pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
    await sleep(WINDOW_MS);
    const after = pids.reduce((sum, pid) => sum + ticksOf(pid), 0);
    percents.push(Math.round(((after - before) / TICKS_PER_S / (WINDOW_MS / 1000)) * 10_000) / 100);
    megabytes.push(Math.round(pids.reduce((sum, pid) => sum + memoryOf(pid), 0) / 1e5) / 10);
  }
  record({
    id: 'idle.memory',
    title: { en: 'idle agent and sensor: memory', ja: '待機中のエージェントとセンサー：メモリー' },
    unit: 'MB',
    goal: '<= 150',
    value: median(megabytes),
    n: megabytes.length,
    spread: spreadOf(megabytes),
    met: median(megabytes) <= 150,
  });
  record({
    id: 'idle.cpu',
    title: {
      en: 'idle agent and sensor: CPU of one core',
      ja: '待機中のエージェントとセンサー：1 コアの CPU',
    },
    unit: '%',
    goal: '<= 2',
    value: median(percents),
    n: percents.length,
    spread: spreadOf(percents),
    met: median(percents) <= 2,
    notes: [`${readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length} processes on the machine`],
  });
} finally {
  if (existsSync(env.BARTIZAN_STATE_DIR)) spawnSync(launcher, ['uninstall', '--purge', '--yes'], { env });
  rmSync(folder, { recursive: true, force: true });
}
