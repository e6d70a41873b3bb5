// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Builds the console as the product does, unless it stands there built from exactly these files. Started by
 * `buildConsole` under a lock: test files that run beside each other share one `apps/console/dist`.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeptPasses } from '../../../tools/test/kept-passes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const consoleDir = join(root, 'apps/console');
const MARK = join(root, 'artefacts/console-built');
const SOURCES = /^(apps\/console|packages\/(contracts|engine))\//;

/** What stands there: the files it has to be made of, and the instant it was written; undefined when that is not known. */
function markNow(): string | undefined {
  const key = new KeptPasses(root).keyOf({
    name: 'console',
    command: [],
    reads: (path) => SOURCES.test(path),
  });
  const built = statSync(join(consoleDir, 'dist/index.html'), { throwIfNoEntry: false });
  return key === undefined || built === undefined ? undefined : `${key} ${built.mtimeMs}\n`;
}

function isBuilt(): boolean {
  try {
    return readFileSync(MARK, 'utf8') === markNow();
  } catch {
    return false;
  }
}

if (!isBuilt()) {
  const vite = createRequire(join(consoleDir, 'package.json')).resolve('vite/package.json');
  const program = join(vite, '../bin/vite.js');
  const built = spawnSync(process.execPath, [program, 'build', '--logLevel', 'error'], {
    cwd: consoleDir,
    stdio: 'inherit',
    timeout: 120_000,
  });
  if (built.status !== 0) process.exit(built.status ?? 1);
  mkdirSync(dirname(MARK), { recursive: true });
  writeFileSync(MARK, markNow() ?? '');
}
