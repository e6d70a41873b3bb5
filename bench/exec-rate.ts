// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

// Exec rate with full events against bare, kernel side, in a virtual machine whose clock counts instructions:
// node bench/exec-rate.ts. Needs the kernelbox folder beside the checkout (BARTIZAN_SHARED).

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median, record, spreadOf } from './results.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = process.env['BARTIZAN_SHARED'] ?? join(root, '../shared');
const COUNT = 1000;
const ROUNDS = 5;
const LIMIT_S = 3000;
const GOAL = 0.95;

if (!existsSync(join(shared, 'kernelbox/run.sh'))) {
  process.stderr.write(`exec-rate: ${shared}/kernelbox is absent; set BARTIZAN_SHARED\n`);
  process.exit(1);
}
const folder = mkdtempSync('/var/tmp/bartizan-exec-rate-');
try {
  const sensor = execFileSync('sh', [join(root, 'native/build.sh')], { encoding: 'utf8' }).trim();
  const sources = join(root, 'bench/exec-rate');
  execFileSync('cc', ['-O2', '-o', join(folder, 'storm'), join(sources, 'storm.c')]);
  execFileSync('cc', [
    '-O2',
    '-nostdlib',
    '-static',
    '-o',
    join(folder, 'nothing'),
    join(sources, 'nothing.c'),
  ]);
  // Copied into memory first: the guest's own file system is slow.
  const script = `cp ${folder}/* ${sensor}/bartizan-sensor /tmp/ && cd /tmp && ./storm ./bartizan-sensor /tmp/nothing ${COUNT} ${ROUNDS}`;
  const output = execFileSync(
    join(shared, 'kernelbox/run.sh'),
    ['--icount', '--timeout', String(LIMIT_S), '--share', folder, '--', 'sh', '-c', script],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: (LIMIT_S + 60) * 1000 },
  );
  const rounds = [...output.matchAll(/^round (\d+) (\d+) (\d+) (\d+) (\d+)\r?$/gm)].map((row) =>
    row.slice(1).map(Number),
  );
  if (rounds.length !== ROUNDS)
    throw new Error(`only ${rounds.length} of ${ROUNDS} rounds came back:\n${output}`);
  const ratios = rounds.map(([bare = 0, kernel = 1]) => Number((bare / kernel).toFixed(4)));
  const draining = rounds.map(([bare = 0, , drained = 1]) => Number((bare / drained).toFixed(4)));
  const bareNs = median(rounds.map(([bare = 0]) => bare / COUNT));
  const kernelNs = median(rounds.map(([, kernel = 0]) => kernel / COUNT));
  const dropped = rounds.reduce((sum, row) => sum + (row[4] ?? 0), 0);
  process.stdout.write(
    `bare ${bareNs.toFixed(0)} ns an exec, with events ${kernelNs.toFixed(0)} ns; dropped ${dropped}\n`,
  );
  process.stdout.write(
    `with the sensor draining on the same CPU: ratio ${median(draining)} [${draining.join(' ')}]\n`,
  );
  const value = median(ratios);
  record({
    id: 'exec-rate',
    title: {
      en: 'Exec rate with full events against bare (kernel side, Debian 6.12, instruction clock)',
      ja: '完全なイベント収集時の exec 性能比（カーネル側、Debian 6.12、命令数クロック）',
    },
    unit: 'ratio',
    goal: `>= ${GOAL}`,
    value,
    baseline: {
      title: {
        en: 'the same with the sensor draining on the one CPU',
        ja: '同じ 1 CPU でセンサーが読み出す場合',
      },
      value: median(draining),
    },
    n: ratios.length,
    spread: spreadOf(ratios),
    met: value >= GOAL,
    notes: [
      `spawn, exec and exit of an empty static program: bare ${bareNs.toFixed(0)} ns, with fork, exec and exit events ${kernelNs.toFixed(0)} ns; dropped ${dropped}`,
    ],
  });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
