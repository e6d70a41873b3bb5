// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { readText } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { stopSupervisor } from './processes.ts';
import { runProgram } from './run-program.ts';
import { disableService, isKnownTo, type ServiceManager, SYSTEMD } from './service.ts';
import { removeUser } from './user.ts';

/** Kernel objects of an instance: pinned maps and programs, its cgroup, its nft table. */
const kernelFolders = (paths: InstancePaths): readonly string[] => [
  join('/sys/fs/bpf/bartizan', paths.instance),
  join('/sys/fs/cgroup/bartizan', paths.instance),
  join('/sys/fs/cgroup/unified/bartizan', paths.instance),
];

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // It is not empty or not there: both are fine.
  }
}

/** cgroup folders hold files that cannot be unlinked: only the folders go, deepest first. */
function removeKernelFolder(path: string): void {
  if (!existsSync(path)) return;
  if (path.startsWith('/sys/fs/bpf/')) rmSync(path, { recursive: true, force: true });
  else {
    for (const entry of readdirSync(path, { withFileTypes: true }))
      if (entry.isDirectory()) removeKernelFolder(join(path, entry.name));
    removeEmpty(path);
  }
  removeEmpty(join(path, '..'));
}

async function removeRules(paths: InstancePaths): Promise<void> {
  const tables = await runProgram('nft', ['list', 'tables']);
  for (const line of tables.stdout.split('\n')) {
    const [, family, name] = /^table (\w+) (bartizan_\S+)$/.exec(line.trim()) ?? [];
    if (family !== undefined && name === `bartizan_${paths.instance.replaceAll('-', '_')}`)
      await runProgram('nft', ['delete', 'table', family, name]);
  }
}

/** Debian packages that `up` added, as far as they are recorded. */
export const addedPackages = (paths: InstancePaths): readonly string[] =>
  (readText(join(paths.stateRoot, 'added-packages')) ?? '')
    .split(/\s+/)
    .filter((name) => /^[a-z0-9][a-z0-9.+-]{0,100}(:[a-z0-9]+)?$/.test(name));

/** Names of the instances that share these folders. */
export function otherInstances(paths: InstancePaths): readonly string[] {
  const names = new Set<string>();
  for (const root of [paths.etcRoot, paths.stateRoot]) {
    if (!existsSync(root)) continue;
    for (const entry of readdirSync(root, { withFileTypes: true }))
      if (entry.isDirectory() && entry.name !== paths.instance) names.add(entry.name);
  }
  return [...names].sort();
}

/**
 * Removes a cache that another checkout may be filling at this moment. It is moved out of its place first: what is
 * written afterwards goes to a new folder of its user, and what was being written cannot stop us half-way.
 * @returns whether it is gone.
 */
function removeCache(path: string): boolean {
  const aside = `${path}.removed-${process.pid}`;
  try {
    if (existsSync(path)) renameSync(path, aside);
    rmSync(aside, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    return true;
  } catch {
    return false;
  }
}

/** What could not be removed; empty = nothing is left. */
async function purge(paths: InstancePaths): Promise<string[]> {
  for (const folder of [paths.state, paths.etc]) rmSync(folder, { recursive: true, force: true });
  const left: string[] = [];
  if (otherInstances(paths).length === 0) {
    if (!(await removeUser(paths))) left.push(`user ${paths.user}`);
    for (const part of ['console', 'native', 'toolchain', 'compile'])
      if (!removeCache(join(paths.cache, part))) left.push(join(paths.cache, part));
    removeEmpty(paths.cache);
    if (left.length === 0) {
      rmSync(join(paths.stateRoot, 'added-packages'), { force: true });
      for (const root of [paths.stateRoot, paths.etcRoot]) removeEmpty(root);
    }
  }
  return [...left, ...[paths.state, paths.etc, paths.run].filter((path) => existsSync(path))];
}

/**
 * Removes an instance: its processes, service, kernel objects, releases and runtime files; with `isPurge` also data,
 * keys and logs, and with the last instance the user and the caches. Other instances stay whole.
 */
export async function uninstall(
  paths: InstancePaths,
  isPurge: boolean,
  manager: ServiceManager = SYSTEMD,
): Promise<Result<{ left: readonly string[] }, Failure>> {
  if (process.getuid?.() !== 0) return err(failure('E_NOT_ROOT', 'uninstall'));
  // The record may be damaged: what the manager knows is asked of its own files.
  if (isKnownTo(paths, manager)) await disableService(paths, manager);
  const stopped = await stopSupervisor(paths);
  if (!stopped.ok) return stopped;
  for (const folder of kernelFolders(paths)) removeKernelFolder(folder);
  await removeRules(paths);
  rmSync(paths.run, { recursive: true, force: true });
  removeEmpty(paths.runRoot);
  for (const folder of [paths.releases, join(paths.state, 'runtime'), join(paths.state, 'advisories')])
    rmSync(folder, { recursive: true, force: true });
  const left = kernelFolders(paths).filter((path) => existsSync(path));
  return ok({ left: isPurge ? [...left, ...(await purge(paths))] : left });
}
