// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, instancePaths } from '@bartizan/cli';
import { median, record, spreadOf } from './results.ts';

/**
 * `./bartizan up` on an empty state folder with the registry packages installed: seconds until the box is printed with
 * the API answering, and until the first findings are there. The sensor is built and cached beside it.
 */
const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const RUNS = Number(process.env['BARTIZAN_BENCH_RUNS'] ?? 3);

async function once(number: number): Promise<{ readyS: number; findingsS: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-bench-up-'));
  chmodSync(folder, 0o755);
  const env = {
    ...process.env,
    BARTIZAN_INSTANCE: `bench-up-${process.pid}-${number}`.slice(0, 31),
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
    BARTIZAN_RUN_DIR: join(folder, 'run'),
    BARTIZAN_CACHE_DIR: join(folder, 'cache'),
    BARTIZAN_NATIVE_CACHE: process.env['BARTIZAN_NATIVE_CACHE'] ?? '/var/cache/bartizan/native',
    BARTIZAN_USER: `bzbench${process.pid}`,
  };
  const launcher = join(CHECKOUT, 'bartizan');
  const startedMs = performance.now();
  try {
    const up = spawnSync(launcher, ['up', '--yes', '--port', '0', '--wait', '0'], { env, encoding: 'utf8' });
    const readyS = (performance.now() - startedMs) / 1000;
    if (up.status !== 0) throw new Error(up.stderr);
    const paths = instancePaths(env);
    if (!paths.ok) throw new Error(paths.error.detail);
    const client = await connect(paths.value, env, 'en');
    if (!client.ok) throw new Error(client.error.detail);
    for (;;) {
      const findings = await client.value.call('finding.list', { query: { limit: 1 } });
      if (findings.ok && findings.value.items.length > 0) break;
      if (performance.now() - startedMs > 600_000) throw new Error('no finding within ten minutes');
      await sleep(100);
    }
    return { readyS, findingsS: (performance.now() - startedMs) / 1000 - readyS };
  } finally {
    if (existsSync(env.BARTIZAN_STATE_DIR)) spawnSync(launcher, ['uninstall', '--purge', '--yes'], { env });
    rmSync(folder, { recursive: true, force: true });
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;
const runs: { readyS: number; findingsS: number }[] = [];
for (let number = 0; number < RUNS; number += 1) runs.push(await once(number));
const ready = runs.map((run) => round(run.readyS));
const findings = runs.map((run) => round(run.findingsS));
record({
  id: 'up.ready',
  title: {
    en: '`up` until the console answers, packages cached',
    ja: '`up` からコンソール応答まで（パッケージ取得済み）',
  },
  unit: 's',
  goal: '<= 60',
  value: median(ready),
  n: ready.length,
  spread: spreadOf(ready),
  met: median(ready) <= 60,
});
record({
  id: 'up.first-findings',
  title: {
    en: 'from the answering console until the first findings',
    ja: 'コンソールの応答から最初の検出事項まで',
  },
  unit: 's',
  goal: '<= 30',
  value: median(findings),
  n: findings.length,
  spread: spreadOf(findings),
  met: median(findings) <= 30,
});
