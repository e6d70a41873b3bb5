// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { keptVariables } from '../instance/kept-environment.ts';
import { type InstancePaths, instanceEnvironment } from '../instance/paths.ts';
import { isAlive, readMark, removeMark } from '../instance/process-mark.ts';
import type { InstanceRecord } from '../instance/record.ts';
import { readStatus, type SupervisorStatus, statusPath } from '../instance/status.ts';

const STOP_MS = 30_000;
const STEP_MS = 50;
const BUILD_MS = 10_000;

/** Whether the supervisor of an instance runs. */
export const isRunning = (paths: InstancePaths): boolean => readMark(paths.run, 'supervisor') !== undefined;

/** Starts the supervisor from the release folder, detached from this terminal. */
export function startSupervisor(paths: InstancePaths, record: InstanceRecord): void {
  rmSync(statusPath(paths), { force: true });
  const log = openSync(join(paths.log, 'supervisor.err'), 'a', 0o640);
  const release = join(paths.releases, record.release);
  const child = spawn(
    record.node,
    ['--disable-warning=ExperimentalWarning', join(release, 'apps/cli/src/supervise/main.js')],
    {
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'ignore', log],
      env: {
        PATH: process.env['PATH'] ?? '/usr/bin:/bin',
        HOME: process.env['HOME'] ?? '/root',
        NODE_COMPILE_CACHE: join(release, 'compile-cache'),
        ...keptVariables(),
        ...instanceEnvironment(paths),
      },
    },
  );
  child.unref();
  closeSync(log);
}

/** Waits until the controller answers, or says why it does not; not longer than until it is interrupted. */
export async function waitController(
  paths: InstancePaths,
  timeoutMs: number,
  interrupted?: AbortSignal,
): Promise<Result<SupervisorStatus, Failure>> {
  const endMs = performance.now() + timeoutMs;
  let failures = 0;
  while (performance.now() < endMs) {
    const status = readStatus(paths);
    if (status?.controller.state === 'running') return ok(status);
    if (interrupted?.aborted === true) return err(failure('E_CONTROLLER_START', 'Ctrl-C'));
    if (
      status?.controller.state === 'failed' ||
      (status?.controller.state === 'waiting' && status.controller.restarts > 2)
    ) {
      failures += 1;
      if (failures > 10) {
        const { code, detail } = status.controller;
        return err(
          failure(code ?? 'E_CONTROLLER_START', `${detail ?? ''} (${join(paths.log, 'controller.log')})`),
        );
      }
    }
    await sleep(STEP_MS);
  }
  const isThere = readStatus(paths) !== undefined;
  return err(
    failure(
      isThere ? 'E_CONTROLLER_START' : 'E_SUPERVISOR',
      join(paths.log, isThere ? 'controller.log' : 'supervisor.err'),
    ),
  );
}

/**
 * Asks a supervisor that runs to build a sensor that could not be built before, and waits until it is at it. Returns
 * whether it is; false when packages are missing still.
 */
export async function buildSensorNow(paths: InstancePaths): Promise<boolean> {
  const mark = readMark(paths.run, 'supervisor');
  if (mark === undefined) return false;
  process.kill(mark.pid, 'SIGHUP');
  const endMs = performance.now() + BUILD_MS;
  while (performance.now() < endMs) {
    const state = readStatus(paths)?.sensor.state;
    if (state === 'building' || state === 'built') return true;
    await sleep(STEP_MS);
  }
  return false;
}

/** Ends the supervisor and with it everything it started. Returns false when it did not run. */
export async function stopSupervisor(
  paths: InstancePaths,
): Promise<Result<boolean, Failure<'E_SUPERVISOR'>>> {
  const mark = readMark(paths.run, 'supervisor');
  if (mark === undefined) {
    removeMark(paths.run, 'supervisor');
    return ok(false);
  }
  process.kill(mark.pid, 'SIGTERM');
  const endMs = performance.now() + STOP_MS;
  while (isAlive(mark) && performance.now() < endMs) await sleep(STEP_MS);
  if (isAlive(mark)) {
    process.kill(mark.pid, 'SIGKILL');
    await sleep(500);
  }
  removeMark(paths.run, 'supervisor');
  return isAlive(mark) ? err(failure('E_SUPERVISOR', `pid ${mark.pid}`)) : ok(true);
}
