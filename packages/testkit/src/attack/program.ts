// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../../apps/cli/src/main.ts', import.meta.url));
const TIMEOUT_MS = 120_000;

/** What a command gave. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line in a folder, as a process of its own and in English. */
export function bartizan(folder: string, ...words: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, '--lang', 'en', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, BARTIZAN_INSTANCE: 'attack' },
    timeout: TIMEOUT_MS,
  });
  return { status, stdout, stderr };
}
