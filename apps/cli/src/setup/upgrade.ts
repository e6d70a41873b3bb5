// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, type Result } from '@bartizan/contracts';
import type { InstancePaths } from '../instance/paths.ts';
import { type InstanceRecord, writeRecord } from '../instance/record.ts';
import type { SupervisorStatus } from '../instance/status.ts';
import { waitController } from './processes.ts';
import { runProgram } from './run-program.ts';
import { type ServiceManager, SYSTEMD, startInstance, stopInstance } from './service.ts';

const READY_MS = 120_000;
const KEPT_BACKUPS = 2;

/** Copies the data of a stopped controller; blocks are shared where the file system can. */
async function copyData(from: string, to: string): Promise<boolean> {
  rmSync(to, { recursive: true, force: true });
  const end = await runProgram('cp', ['-a', '--reflink=auto', from, to]);
  return end.code === 0;
}

function pruneBackups(paths: InstancePaths): void {
  const old = readdirSync(paths.backups)
    .filter((name) => name.startsWith('upgrade-'))
    .sort()
    .slice(0, -KEPT_BACKUPS);
  for (const name of old) rmSync(join(paths.backups, name), { recursive: true, force: true });
}

/**
 * Goes from one release to another: stop, copy the data aside, start the new one. When it does not become ready the
 * data and the release before come back and run again, and the reason is returned.
 */
export async function upgrade(
  paths: InstancePaths,
  { before, next }: { readonly before: InstanceRecord; readonly next: InstanceRecord },
  manager: ServiceManager = SYSTEMD,
): Promise<Result<SupervisorStatus, Failure>> {
  const stopped = await stopInstance(paths, before, manager);
  if (!stopped.ok) return stopped;
  const backup = join(paths.backups, `upgrade-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`);
  if (!(await copyData(paths.controller, backup))) {
    rmSync(backup, { recursive: true, force: true });
    await startInstance(paths, before, manager);
    return err(failure('E_DISK_SPACE', `${paths.controller} → ${backup}`));
  }
  const started = await startInstance(paths, next, manager);
  const ready = started.ok ? await waitController(paths, READY_MS) : started;
  if (ready.ok) {
    pruneBackups(paths);
    return ready;
  }
  await stopInstance(paths, next, manager);
  rmSync(paths.controller, { recursive: true, force: true });
  const isRestored = await copyData(backup, paths.controller);
  writeRecord(paths, before);
  if (!isRestored || !existsSync(join(paths.releases, before.release)))
    return err(
      failure('E_UPGRADE_ROLLED_BACK', `${ready.error.code}: ${ready.error.detail}; data: ${backup}`),
    );
  await startInstance(paths, before, manager);
  await waitController(paths, READY_MS);
  return err(failure('E_UPGRADE_ROLLED_BACK', `${ready.error.code}: ${ready.error.detail}`));
}
