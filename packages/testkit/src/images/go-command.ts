// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const BUILD_TIMEOUT_MS = 60 * 60_000;

/** How a command is built: `experiments` is GOEXPERIMENT. */
export interface GoBuild {
  readonly experiments?: string;
}

/**
 * A program built from a Go module at a version, `module/path/to/command@version`, kept in the cache. Builds of large
 * programs take minutes. Throws with the toolchain's own words when it fails.
 */
export const goCommand = (command: string, cache: string, build: GoBuild = {}): string => {
  const folder = join(cache, 'go', command.replaceAll(/[^\w.@-]+/g, '_'));
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}.new`;
    mkdirSync(unfinished, { recursive: true });
    try {
      execFileSync('go', ['install', command], {
        cwd: unfinished,
        timeout: BUILD_TIMEOUT_MS,
        stdio: ['ignore', 'ignore', 'pipe'],
        maxBuffer: 64 * 1024 * 1024,
        env: {
          ...process.env,
          GOBIN: unfinished,
          GOFLAGS: '-p=2',
          ...(build.experiments === undefined ? {} : { GOEXPERIMENT: build.experiments }),
        },
      });
      try {
        renameSync(unfinished, folder);
      } catch (error) {
        // Somebody who builds the same beside us was faster.
        if (!existsSync(folder)) throw error;
      }
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const [program] = readdirSync(folder);
  if (program === undefined) throw new Error(`${command} built no program`);
  return join(folder, program);
};
