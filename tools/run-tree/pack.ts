// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const TIMEOUT_MS = 120_000;

/** Packs the policy commands of a release that has them. In a process of its own: the bundler waits. */
export function packPolicy(release: string): void {
  if (!existsSync(join(release, 'apps/cli/src/command-line.js'))) return;
  const program = join(import.meta.dirname, 'pack-policy.ts');
  execFileSync(process.execPath, [program, release, '--release'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: TIMEOUT_MS,
  });
}
