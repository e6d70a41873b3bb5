// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, type Result } from '@bartizan/contracts';
import { areBackupsNear, replaceData, stamp, unfinished } from '../instance/data-folder.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { type InstanceRecord, writeRecord } from '../instance/record.ts';
import type { SupervisorStatus } from '../instance/status.ts';
import { waitController } from './processes.ts';
import { runProgram } from './run-program.ts';
import { type ServiceManager, SYSTEMD, startInstance, stopInstance } from './service.ts';

const READY_MS = 120_000;
const KEPT_BACKUPS = 2;

/** Where an upgrade comes from and where it goes. */
interface UpgradeSteps {
  readonly before: InstanceRecord;
  readonly next: InstanceRecord;
  /** Aborted when somebody does not want to wait for the newer controller any longer. */
  readonly interrupted?: AbortSignal;
}

/** Copies the data of a stopped controller, whole or not at all; blocks are shared where the file system can. */
async function copyData(from: string, to: string): Promise<boolean> {
  const making = unfinished(to);
  rmSync(making, { recursive: true, force: true });
  const end = await runProgram('cp', ['-a', '--reflink=auto', from, making], { detached: true });
  if (end.code === 0) renameSync(making, to);
  else rmSync(making, { recursive: true, force: true });
  return end.code === 0;
}

function pruneBackups(paths: InstancePaths): void {
  const old = readdirSync(paths.backups)
    .filter((name) => /^upgrade-[^.]+$/.test(name))
    .sort()
    .slice(0, -KEPT_BACKUPS);
  for (const name of old) rmSync(join(paths.backups, name), { recursive: true, force: true });
}

/**
 * Puts the data of before in the place of what the newer release made of it, which goes to `failed`. The copy itself is
 * moved; only from another file system it has to be copied once more.
 */
async function bringBack(
  paths: InstancePaths,
  { backup, failed }: { readonly backup: string; readonly failed: string },
): Promise<boolean> {
  try {
    const isNear = areBackupsNear(paths);
    const whole = isNear ? backup : `${paths.controller}.back`;
    if (!isNear) rmSync(whole, { recursive: true, force: true });
    if (!isNear && !(await copyData(backup, whole))) return false;
    rmSync(failed, { recursive: true, force: true });
    replaceData(paths, whole, failed);
    return true;
  } catch {
    return false;
  }
}

/**
 * Goes from one release to another: stop, copy the data aside, start the new one. When it does not become ready the
 * data and the release before come back and run again, and the reason is returned.
 */
export async function upgrade(
  paths: InstancePaths,
  { before, next, interrupted }: UpgradeSteps,
  manager: ServiceManager = SYSTEMD,
): Promise<Result<SupervisorStatus, Failure>> {
  if (interrupted?.aborted === true) return err(failure('E_UPGRADE_ROLLED_BACK', 'Ctrl-C'));
  const stopped = await stopInstance(paths, before, manager);
  if (!stopped.ok) return stopped;
  const backup = join(paths.backups, `upgrade-${stamp()}`);
  const failed = `${paths.controller}.failed`;
  if (!(await copyData(paths.controller, backup))) {
    await startInstance(paths, before, manager);
    return err(failure('E_DISK_SPACE', `${paths.controller} → ${backup}`));
  }
  const started = await startInstance(paths, next, manager);
  const ready = started.ok ? await waitController(paths, READY_MS, interrupted) : started;
  if (ready.ok) {
    pruneBackups(paths);
    rmSync(failed, { recursive: true, force: true });
    return ready;
  }
  await stopInstance(paths, next, manager);
  writeRecord(paths, before);
  const isBack = await bringBack(paths, { backup, failed });
  const why = `${ready.error.code}: ${ready.error.detail}`;
  if (!isBack || !existsSync(join(paths.releases, before.release)))
    return err(failure('E_UPGRADE_ROLLED_BACK', isBack ? why : `${why}; data: ${backup}`));
  await startInstance(paths, before, manager);
  const runs = await waitController(paths, READY_MS);
  if (runs.ok) rmSync(failed, { recursive: true, force: true });
  return err(failure('E_UPGRADE_ROLLED_BACK', why));
}
