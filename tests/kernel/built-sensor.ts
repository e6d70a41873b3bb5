// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
let built: string | undefined;

/** Path of the sensor, built when its sources are newer. */
export function builtSensor(): string {
  built ??= execFileSync('sh', [`${root}/native/build.sh`], { encoding: 'utf8' }).trim();
  return `${built}/bartizan-sensor`;
}

/** The folder that runs commands under other kernels; undefined when the material is absent. */
export function kernelbox(): string | undefined {
  const shared = process.env['BARTIZAN_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));
  return existsSync(`${shared}/kernelbox/run.sh`) ? `${shared}/kernelbox` : undefined;
}
