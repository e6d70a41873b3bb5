// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** What one run of a program took. */
export interface Cost {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly maxRssMb: number;
}

const TIMEOUT_MS = 30 * 60_000;

/** GNU time, of the Debian package `time`: it counts what a program and its children took. */
const TIME = '/usr/bin/time';

/** A program to measure. */
export interface Measured {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure, beside 0: some scanners say with theirs what they found. */
  readonly fineCodes?: readonly number[];
}

/** What the launcher sets for our command line: one arena, and the compiled code of earlier starts. */
export const launchedIn = (folder: string): Readonly<Record<string, string>> => ({
  MALLOC_ARENA_MAX: '1',
  NODE_COMPILE_CACHE: join(folder, 'compiled'),
});

/** What the launcher tells Node.js for a scan: see there why. */
export const SCAN_FLAGS: readonly string[] = [
  '--max-semi-space-size=1',
  '--invocation-count-for-turbofan=60000',
];

/** Runs a program to its end. Throws with its last words when it fails. */
export const measure = (measured: Measured, folder: string): Cost => {
  const file = join(folder, 'cost');
  rmSync(file, { force: true });
  const args = ['-q', '-o', file, '-f', '%U %S %M', measured.program, ...measured.arguments];
  const run = spawnSync(TIME, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 256 * 1024 * 1024,
    env: { ...process.env, ...measured.environment },
  });
  if (run.error !== undefined) throw run.error;
  if (run.status !== 0 && measured.fineCodes?.includes(run.status ?? -1) !== true)
    throw new Error(`${measured.program} ended with ${run.status}: ${run.stderr.slice(-500)}`);
  const [user = 0, system = 0, rssKb = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return { userSeconds: user, systemSeconds: system, maxRssMb: rssKb / 1024 };
};
