// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BUILD = fileURLToPath(new URL('../../../native/build.sh', import.meta.url));

/** The sensor of this checkout, built when it is not in the cache. */
export const builtSensor = (): string => {
  if (process.env['BARTIZAN_SENSOR']) return process.env['BARTIZAN_SENSOR'];
  const printed = execFileSync('sh', [BUILD], {
    encoding: 'utf8',
    timeout: 600_000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return `${printed.trim().split('\n').at(-1)}/bartizan-sensor`;
};
