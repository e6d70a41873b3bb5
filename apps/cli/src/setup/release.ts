// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { makeFolder } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { lastLine, runProgram } from './run-program.ts';
import type { SystemUser } from './user.ts';

/** A folder that only root can change. */
const isRootOnly = (path: string): boolean => {
  const { uid, mode } = statSync(path);
  return uid === 0 && (mode & 0o022) === 0;
};

/**
 * The Node.js program of an instance: the pinned one, in the state folder, so that nobody but root can change it and
 * clearing a cache does not stop a running instance. A hard link where that is safe, else a copy.
 */
export function placeNode(paths: InstancePaths, from = process.execPath): string {
  const target = join(paths.state, 'runtime', process.version, 'node');
  // Also where it is there already: a folder that the controller's user cannot pass would stay so for ever.
  for (const folder of [dirname(dirname(target)), dirname(target)]) makeFolder(folder);
  if (existsSync(target)) return target;
  const making = `${target}.${process.pid}.new`;
  rmSync(making, { force: true });
  try {
    if (!isRootOnly(from) || !isRootOnly(dirname(from))) throw new Error('not root-only');
    linkSync(from, making);
  } catch {
    copyFileSync(from, making);
    chmodSync(making, 0o755);
  }
  renameSync(making, target);
  return target;
}

/** Digest of what the console is built from. */
export function consoleDigest(checkout: string): string {
  const hash = createHash('sha256');
  const walk = (path: string): void => {
    for (const entry of readdirSync(join(checkout, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const at = join(path, entry.name);
      if (entry.isDirectory() && !['node_modules', 'dist', 'dev'].includes(entry.name)) walk(at);
      else if (entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
        hash.update(`${at}\0`).update(readFileSync(join(checkout, at)));
    }
  };
  for (const folder of ['apps/console', 'packages/contracts/src', 'packages/engine/src'])
    if (existsSync(join(checkout, folder))) walk(folder);
  hash.update(readFileSync(join(checkout, 'package-lock.json')));
  return hash.digest('hex').slice(0, 20);
}

/** The built console: from the cache, or built now with Vite. */
export async function buildConsole(
  paths: InstancePaths,
  checkout: string,
): Promise<Result<{ folder: string; built: boolean }, Failure<'E_CONSOLE_BUILD'>>> {
  const shipped = join(checkout, 'apps/console/shipped');
  if (existsSync(join(shipped, 'index.html'))) return ok({ folder: shipped, built: false });
  const folder = join(paths.cache, 'console', consoleDigest(checkout));
  if (existsSync(join(folder, 'index.html'))) return ok({ folder, built: false });
  const vite = join(checkout, 'apps/console/node_modules/vite/bin/vite.js');
  const making = `${folder}.${process.pid}.new`;
  makeFolder(dirname(folder));
  const end = await runProgram(
    process.execPath,
    [vite, 'build', '--outDir', making, '--emptyOutDir', '--logLevel', 'error'],
    { cwd: join(checkout, 'apps/console'), timeoutMs: 300_000 },
  );
  if (end.code !== 0 || !existsSync(join(making, 'index.html'))) {
    rmSync(making, { recursive: true, force: true });
    return err(failure('E_CONSOLE_BUILD', lastLine(end.stderr) || lastLine(end.stdout)));
  }
  if (existsSync(folder)) rmSync(making, { recursive: true, force: true });
  else renameSync(making, folder);
  return ok({ folder, built: true });
}

/** Makes the release folder of this checkout, unless it is there, and returns its digest. */
export async function makeRelease(
  paths: InstancePaths,
  checkout: string,
  consoleFolder: string | undefined,
): Promise<Result<{ digest: string; created: boolean }, Failure<'E_RUN_TREE'>>> {
  const args = [
    '--disable-warning=ExperimentalWarning',
    join(checkout, 'tools/run-tree.ts'),
    '--checkout',
    checkout,
    '--out',
    paths.releases,
    ...(consoleFolder === undefined ? [] : ['--console', consoleFolder]),
  ];
  const end = await runProgram(process.execPath, args, { timeoutMs: 300_000 });
  const match = /"digest":"([0-9a-f]{20})".*"created":(true|false)/.exec(end.stdout);
  if (end.code !== 0 || match?.[1] === undefined) return err(failure('E_RUN_TREE', lastLine(end.stderr)));
  return ok({ digest: match[1], created: match[2] === 'true' });
}

/**
 * Fills the release's compile cache by starting each program once with nothing to do. The cache is root's: programs
 * of the controller's user read it and can never write what they will run next.
 */
export async function warmCompileCache(release: string, node: string, user: SystemUser): Promise<void> {
  const cache = join(release, 'compile-cache');
  if (existsSync(cache)) return;
  const making = `${cache}.${process.pid}.new`;
  mkdirSync(making, { recursive: true });
  await Promise.all(
    ['apps/controller/src/main.js', 'apps/agent/src/main.js'].map((program) =>
      runProgram(node, [join(release, program)], {
        env: { NODE_COMPILE_CACHE: making, PATH: '/usr/bin:/bin' },
        input: '{}\n',
        timeoutMs: 20_000,
      }),
    ),
  );
  // Node.js keeps one folder per user: VERSION-ARCH-HASH-UID. The controller's user gets a copy of root's.
  for (const name of readdirSync(making)) {
    if (name.endsWith('-0'))
      cpSync(join(making, name), join(making, `${name.slice(0, -2)}-${user.uid}`), { recursive: true });
  }
  await runProgram('chmod', ['-R', 'u=rwX,go=rX', making]);
  renameSync(making, cache);
}

/** Removes releases other than those named. */
export function pruneReleases(paths: InstancePaths, kept: readonly string[]): void {
  for (const name of readdirSync(paths.releases))
    if (!kept.includes(name)) rmSync(join(paths.releases, name), { recursive: true, force: true });
}
