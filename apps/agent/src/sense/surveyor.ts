// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';
import { exists } from '@bartizan/host';
import type { EnvironmentJob } from './environment-survey.ts';
import type { PackageJob } from './package-survey.ts';
import type { PostureJob } from './posture/survey.ts';
import type { SecretJob } from './secret-survey.ts';

/** What a surveyor is asked for. */
export type Job = PackageJob | PostureJob | EnvironmentJob | SecretJob;

const SURVEYOR_HEAP_MB = 768;
const NICE = 10;
const SETPRIV = '/usr/bin/setpriv';

/** Starts the surveyor so that the kernel ends it with its agent, whatever ends that; it looks itself where setpriv is missing. */
export const spawnSurveyor = (): ChildProcess => {
  const command = [
    ...(exists(SETPRIV) ? [SETPRIV, '--pdeathsig=KILL', '--'] : []),
    process.execPath,
    `--max-old-space-size=${SURVEYOR_HEAP_MB}`,
    fileURLToPath(new URL('./survey-worker.ts', import.meta.url)),
  ];
  const [program = process.execPath, ...words] = command;
  const surveyor = spawn(program, words, {
    serialization: 'advanced',
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  if (surveyor.pid !== undefined) setPriority(surveyor.pid, NICE);
  return surveyor;
};
