// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { join } from 'node:path';
import { type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { type InstanceRecord, writeRecord } from '../instance/record.ts';
import {
  passwordPath,
  readOneTimePassword,
  readSecrets,
  removeOneTimePassword,
} from '../instance/secrets.ts';
import { readStatus, type SupervisorStatus } from '../instance/status.ts';
import { localClient } from '../supervise/plans.ts';
import { type BoxFacts, boxLines, boxTitle, isReady } from './box.ts';
import { type SetupContext, say } from './context.ts';
import { drawBox } from './draw-box.ts';
import { firstAdmin } from './first-login.ts';
import type { UpOptions } from './options.ts';
import {
  blockingFailure,
  machineRows,
  missingPackages,
  type Prepared,
  prepare,
  showPreflight,
} from './prepare.ts';
import { buildSensorNow, isRunning, waitController } from './processes.ts';
import { pruneReleases } from './release.ts';
import { isInPlace, startInstance, stopInstance } from './service.ts';
import { upgrade } from './upgrade.ts';
import { waitFirstResults } from './wait.ts';

const CONTROLLER_MS = 120_000;
const SENSOR_MS = 600_000;

/** Whether a running instance already is what is asked for. */
const isSame = (a: InstanceRecord, b: InstanceRecord): boolean =>
  JSON.stringify({ ...a, checkout: '' }) === JSON.stringify({ ...b, checkout: '' });

/** Whether the sensor could not be built before, and what was missing is there now. */
const canBuildNow = (context: SetupContext, { sensor }: SupervisorStatus): boolean =>
  (sensor.state === 'failed' || (sensor.state === 'off' && sensor.missing !== undefined)) &&
  missingPackages(context)?.length === 0;

async function launch(
  context: SetupContext,
  prepared: Prepared,
): Promise<Result<{ status: SupervisorStatus; outcome: BoxFacts['outcome'] }, Failure>> {
  const { paths } = context;
  const { record, before, isEnvironmentNew } = prepared;
  const running = isRunning(paths);
  const isWanted = before !== undefined && isSame(before, record) && isInPlace(paths, record);
  if (running && isWanted && !isEnvironmentNew) {
    const status = await waitController(paths, CONTROLLER_MS);
    if (!status.ok) return status;
    const isBuilding = canBuildNow(context, status.value) && (await buildSensorNow(paths));
    return ok({ status: readStatus(paths) ?? status.value, outcome: isBuilding ? 'started' : 'unchanged' });
  }
  if (before !== undefined && before.release !== record.release) {
    say(
      context,
      context.t('up.upgrading', { from: before.release.slice(0, 8), to: record.release.slice(0, 8) }),
    );
    const { interrupted, unbroken } = context;
    const status = await unbroken(() => upgrade(paths, { before, next: record, interrupted }));
    return status.ok ? ok({ status: status.value, outcome: 'upgraded' }) : status;
  }
  const stopped = await stopInstance(paths, before);
  if (!stopped.ok) return stopped;
  const started = await startInstance(paths, record);
  const status = started.ok ? await waitController(paths, CONTROLLER_MS) : started;
  if (!status.ok) {
    await stopInstance(paths, record);
    return status;
  }
  return ok({ status: status.value, outcome: 'started' });
}

/** What the login line says; the password goes to a terminal once, else it stays in its 0600 file. */
function loginLine(context: SetupContext): string {
  const { t, paths, terminal } = context;
  const password = readOneTimePassword(paths, Date.now());
  if (password === undefined) return t('box.login-unchanged');
  if (terminal.stdout.isTTY !== true) return t('box.login-file', { path: passwordPath(paths) });
  removeOneTimePassword(paths);
  return t('box.login-shown', { password });
}

/** Keeps the record's ports in step with what port 0 became. */
function keepPorts(context: SetupContext, record: InstanceRecord, status: SupervisorStatus): InstanceRecord {
  const { port, agentPort } = status.controller;
  if (port === undefined || agentPort === undefined) return record;
  if (port === record.port && agentPort === record.agentPort) return record;
  const kept = { ...record, port, agentPort };
  writeRecord(context.paths, kept);
  return kept;
}

/** Starts an instance, or says that it runs; prints the box to stdout. Safe to repeat. */
export async function up(
  context: SetupContext,
  options: UpOptions,
): Promise<Result<{ isReady: boolean }, Failure>> {
  const startedMs = performance.now();
  const { t, paths } = context;
  if (process.getuid?.() !== 0) return { ok: false, error: failure('E_NOT_ROOT', 'up') };
  const rows = machineRows(context);
  if (!isRunning(paths)) showPreflight(context, rows);
  const stop = blockingFailure(rows);
  if (stop !== undefined && !isRunning(paths)) return { ok: false, error: stop };
  const prepared = await prepare(context, options);
  if (!prepared.ok) return prepared;
  const launched = await launch(context, prepared.value);
  if (!launched.ok) return launched;
  const { status, outcome } = launched.value;
  const record = keepPorts(context, prepared.value.record, status);
  say(context, t('up.controller-ready', { seconds: ((performance.now() - startedMs) / 1000).toFixed(1) }));
  const secrets = readSecrets(paths);
  if (!secrets.ok) return secrets;
  const client = localClient({ paths, record, secrets: secrets.value }, status.controller);
  const view = await waitFirstResults(client, paths, {
    scanMs: record.agentEnabled && outcome !== 'unchanged' ? options.waitS * 1000 : 0,
    sensorMs: options.waitSensor ? SENSOR_MS : 0,
    hasAdvisories: record.advisories !== undefined,
    onProgress: progress(context),
  });
  await firstAdmin(client, paths);
  pruneReleases(paths, [record.release, record.previousRelease ?? record.release]);
  const elapsedS = (performance.now() - startedMs) / 1000;
  const facts: BoxFacts = {
    elapsedS,
    outcome,
    record,
    status,
    view,
    login: loginLine(context),
    nowMs: Date.now(),
  };
  drawBox(context.terminal, boxTitle(t, facts), boxLines(t, facts));
  say(context, t('up.logs', { path: join(paths.log) }), 'dim');
  return ok({ isReady: isReady(view) });
}

/** One line of progress each time something moved. */
function progress(context: SetupContext): Parameters<typeof waitFirstResults>[2]['onProgress'] {
  let last = '';
  return (view, sensor) => {
    const line = context.t('up.progress', {
      nodes: view.nodes.length,
      packages: view.system?.counts.packages ?? 0,
      sensor: view.nodes[0]?.sensor.state ?? sensor,
    });
    if (line === last) return;
    last = line;
    say(context, line, 'dim');
  };
}
