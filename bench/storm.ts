// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './results.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = process.env['BARTIZAN_SHARED'] ?? join(root, '../shared');
const LIMIT_S = 3000;

/** What a storm cost, bare and with the sensor. */
export interface StormResult {
  /** Bare against with the kernel side alone, a round each. */
  readonly ratios: number[];
  /** The same with the sensor draining on the one CPU. */
  readonly draining: number[];
  /** Medians of one turn. */
  readonly bareNs: number;
  readonly kernelNs: number;
  readonly dropped: number;
}

/** A program that does nothing, inside the virtual machine. */
export const NOTHING = '/tmp/nothing';

/**
 * Runs a storm with and without the sensor, in a virtual machine whose clock counts instructions. `what` is a program, or
 * `open:FILE`. Needs the kernelbox folder beside the checkout (BARTIZAN_SHARED).
 */
export function storm(what: string, plan: { readonly count: number; readonly rounds: number }): StormResult {
  const { count, rounds } = plan;
  const kernelbox = join(shared, 'kernelbox/run.sh');
  if (!existsSync(kernelbox)) throw new Error(`${shared}/kernelbox is absent; set BARTIZAN_SHARED`);
  const folder = mkdtempSync('/var/tmp/bartizan-storm-');
  try {
    const sensor =
      process.env['BARTIZAN_SENSOR'] ??
      join(
        execFileSync('sh', [join(root, 'native/build.sh')], { encoding: 'utf8' }).trim(),
        'bartizan-sensor',
      );
    const sources = join(root, 'bench/storm');
    execFileSync('cc', ['-O2', '-o', join(folder, 'storm'), join(sources, 'storm.c')]);
    const bare = ['-O2', '-nostdlib', '-static', '-o', join(folder, 'nothing'), join(sources, 'nothing.c')];
    execFileSync('cc', bare);
    // Copied into memory first: the guest's own file system is slow.
    const script = `cp ${folder}/* ${sensor} /tmp/ && cd /tmp && ./storm ./bartizan-sensor ${what} ${count} ${rounds}`;
    const output = execFileSync(
      kernelbox,
      ['--icount', '--timeout', String(LIMIT_S), '--share', folder, '--', 'sh', '-c', script],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: (LIMIT_S + 60) * 1000 },
    );
    return readRounds(output, plan);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readRounds(output: string, { count, rounds }: { count: number; rounds: number }): StormResult {
  const rows = [...output.matchAll(/^round (\d+) (\d+) (\d+) (\d+) (\d+)\r?$/gm)].map((row) =>
    row.slice(1).map(Number),
  );
  if (rows.length !== rounds)
    throw new Error(`only ${rows.length} of ${rounds} rounds came back:\n${output}`);
  return {
    ratios: rows.map(([bare = 0, kernel = 1]) => Number((bare / kernel).toFixed(4))),
    draining: rows.map(([bare = 0, , drained = 1]) => Number((bare / drained).toFixed(4))),
    bareNs: median(rows.map(([bare = 0]) => bare / count)),
    kernelNs: median(rows.map(([, kernel = 0]) => kernel / count)),
    dropped: rows.reduce((sum, row) => sum + (row[4] ?? 0), 0),
  };
}
