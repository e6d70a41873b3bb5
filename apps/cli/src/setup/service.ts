// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { makeFolder, readText, writeAtomic } from '../instance/files.ts';
import { environmentPath, removeEnvironment } from '../instance/kept-environment.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { type InstanceRecord, writeRecord } from '../instance/record.ts';
import { statusPath } from '../instance/status.ts';
import { isRunning, startSupervisor, stopSupervisor } from './processes.ts';
import { lastLine, type ProgramEnd, runProgram } from './run-program.ts';

/** The service manager of the machine, as far as an instance needs it. */
export interface ServiceManager {
  /** Folder of its units. */
  readonly units: string;
  readonly isThere: () => boolean;
  readonly control: (args: readonly string[]) => Promise<ProgramEnd>;
}

/** systemd of this machine. */
export const SYSTEMD: ServiceManager = {
  units: '/etc/systemd/system',
  isThere: () => existsSync('/run/systemd/system'),
  // Ctrl-C is for us: what is under way with a unit is brought to its end.
  control: (args) => runProgram('systemctl', args, { detached: true }),
};

const unitFile = (manager: ServiceManager): string => join(manager.units, 'bartizan@.service');
const unitName = (paths: InstancePaths): string => `bartizan@${paths.instance}.service`;
const dropInFolder = (paths: InstancePaths, manager: ServiceManager): string =>
  join(manager.units, `${unitName(paths)}.d`);
const dropIn = (paths: InstancePaths, manager: ServiceManager): string =>
  join(dropInFolder(paths, manager), 'release.conf');

/** Whether the next start of an instance is a service: asked for, or as before, as long as the machine has a manager. */
export function isService(
  asked: boolean | undefined,
  before: boolean | undefined,
  manager: ServiceManager = SYSTEMD,
): Result<boolean, Failure<'E_NO_SYSTEMD'>> {
  const isThere = manager.isThere();
  if (asked === true && !isThere) return err(failure('E_NO_SYSTEMD', unitFile(manager)));
  return ok(asked ?? (before === true && isThere));
}

/** Whether the service manager would start this release, where it is to start any. */
export const isInPlace = (
  paths: InstancePaths,
  record: InstanceRecord,
  manager: ServiceManager = SYSTEMD,
): boolean => !record.service || readText(dropIn(paths, manager)) === dropInOf(paths, record);

const dropInOf = (paths: InstancePaths, { node, release }: InstanceRecord): string =>
  unitDropIn(paths, node, join(paths.releases, release));

async function controlEach(
  manager: ServiceManager,
  commands: readonly (readonly string[])[],
): Promise<Result<void, Failure>> {
  for (const args of commands) {
    const end = await manager.control(args);
    if (end.code !== 0) return err(failure('E_SUPERVISOR', lastLine(end.stderr)));
  }
  return ok(undefined);
}

/** Installs the unit, points it at the release of this record and enables it. */
async function enableService(
  paths: InstancePaths,
  record: InstanceRecord,
  manager: ServiceManager,
): Promise<Result<void, Failure>> {
  if (!manager.isThere()) return err(failure('E_NO_SYSTEMD', unitFile(manager)));
  try {
    copyFileSync(join(paths.releases, record.release, 'deploy/systemd/bartizan@.service'), unitFile(manager));
    makeFolder(dropInFolder(paths, manager));
    writeAtomic(dropIn(paths, manager), dropInOf(paths, record), 0o644);
  } catch (cause) {
    return err(failure('E_SUPERVISOR', cause instanceof Error ? cause.message : manager.units, cause));
  }
  return controlEach(manager, [['daemon-reload'], ['enable', unitName(paths)]]);
}

/**
 * Starts an instance as its record says, which is written once nothing but the start itself can fail: by the service
 * manager, which from now on starts this release also after a reboot, or as a program of its own.
 */
export async function startInstance(
  paths: InstancePaths,
  record: InstanceRecord,
  manager: ServiceManager = SYSTEMD,
): Promise<Result<void, Failure>> {
  if (!record.service) {
    if (existsSync(dropIn(paths, manager))) await disableService(paths, manager);
    writeRecord(paths, record);
    startSupervisor(paths, record);
    return ok(undefined);
  }
  const enabled = await enableService(paths, record, manager);
  if (!enabled.ok) return enabled;
  writeRecord(paths, record);
  // What the supervisor before said is no news of this one.
  rmSync(statusPath(paths), { force: true });
  return controlEach(manager, [['restart', unitName(paths)]]);
}

/** Stops an instance however it was started. Returns false when it did not run. */
export async function stopInstance(
  paths: InstancePaths,
  record: InstanceRecord | undefined,
  manager: ServiceManager = SYSTEMD,
): Promise<Result<boolean, Failure<'E_SUPERVISOR'>>> {
  const wasRunning = isRunning(paths);
  // The manager first: what ends without being told to, it starts again.
  if (record?.service === true && manager.isThere()) await manager.control(['stop', unitName(paths)]);
  const stopped = await stopSupervisor(paths);
  return stopped.ok ? ok(wasRunning) : stopped;
}

/** What differs between instances: program, release, folders. */
export const unitDropIn = (paths: InstancePaths, node: string, release: string): string =>
  [
    '[Service]',
    `Environment=BARTIZAN_STATE_DIR=${paths.stateRoot} BARTIZAN_ETC_DIR=${paths.etcRoot}`,
    `Environment=BARTIZAN_RUN_DIR=${paths.runRoot} BARTIZAN_CACHE_DIR=${paths.cache} BARTIZAN_USER=${paths.user}`,
    `Environment=NODE_COMPILE_CACHE=${release}/compile-cache`,
    // A file, since everybody may ask the service manager for what is said here.
    `EnvironmentFile=-${environmentPath(paths)}`,
    'ExecStart=',
    `ExecStart=${node} --disable-warning=ExperimentalWarning ${release}/apps/cli/src/supervise/main.js`,
    '',
  ].join('\n');

/** Whether the service manager may know of an instance, whatever its record says. */
export const isKnownTo = (paths: InstancePaths, manager: ServiceManager): boolean =>
  existsSync(unitFile(manager)) || existsSync(dropInFolder(paths, manager));

/** Whether another instance has a service; one with folders of its own, too. */
const hasOthers = (manager: ServiceManager): boolean =>
  readdirSync(manager.units).some((name) => /^bartizan@.+\.service\.d$/.test(name));

/**
 * Stops, disables and removes what `startInstance` gave the service manager, with the last instance the unit of all.
 * Where the manager does not run, its files go all the same.
 */
export async function disableService(paths: InstancePaths, manager: ServiceManager = SYSTEMD): Promise<void> {
  const isThere = manager.isThere();
  if (isThere) await manager.control(['disable', '--now', unitName(paths)]);
  rmSync(dropInFolder(paths, manager), { recursive: true, force: true });
  rmSync(join(manager.units, 'multi-user.target.wants', unitName(paths)), { force: true });
  if (!hasOthers(manager)) rmSync(unitFile(manager), { force: true });
  removeEnvironment(paths);
  if (isThere) await manager.control(['daemon-reload']);
}
