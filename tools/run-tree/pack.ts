// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const TIMEOUT_MS = 120_000;

/** Groups of commands whose start counts: gates of pipelines. */
const GROUPS = ['policy', 'scan'];

/** Packs the commands of a release that has them. In processes of their own: the bundler waits. */
export function packCommands(release: string): void {
  if (!existsSync(join(release, 'apps/cli/src/command-line.js'))) return;
  const program = join(import.meta.dirname, 'pack-commands.ts');
  for (const group of GROUPS)
    execFileSync(process.execPath, [program, release, group, '--release'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: TIMEOUT_MS,
    });
}
