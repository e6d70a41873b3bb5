// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { copyFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { makeFolder, writeAtomic } from '../instance/files.ts';
import type { InstancePaths } from '../instance/paths.ts';
import { readRecord } from '../instance/record.ts';
import { lastLine, runProgram } from './run-program.ts';

const UNIT = '/etc/systemd/system/bartizan@.service';
const dropIn = (paths: InstancePaths): string => `/etc/systemd/system/bartizan@${paths.instance}.service.d`;

/** Whether systemd runs this machine. */
export const hasSystemd = (): boolean => existsSync('/run/systemd/system');

/** Installs the unit, points it at the release of this instance, enables and starts it. */
export async function enableService(paths: InstancePaths): Promise<Result<void, Failure>> {
  if (!hasSystemd()) return err(failure('E_NO_SYSTEMD', UNIT));
  const record = readRecord(paths);
  if (!record.ok) return record;
  const release = join(paths.releases, record.value.release);
  copyFileSync(join(release, 'deploy/systemd/bartizan@.service'), UNIT);
  makeFolder(dropIn(paths));
  writeAtomic(join(dropIn(paths), 'release.conf'), unitDropIn(paths, record.value.node, release), 0o644);
  for (const args of [['daemon-reload'], ['enable', '--now', `bartizan@${paths.instance}.service`]]) {
    const end = await runProgram('systemctl', args);
    if (end.code !== 0) return err(failure('E_SUPERVISOR', lastLine(end.stderr)));
  }
  return ok(undefined);
}

/** What differs between instances: program, release, folders. */
export const unitDropIn = (paths: InstancePaths, node: string, release: string): string =>
  [
    '[Service]',
    `Environment=BARTIZAN_STATE_DIR=${paths.stateRoot} BARTIZAN_ETC_DIR=${paths.etcRoot}`,
    `Environment=BARTIZAN_RUN_DIR=${paths.runRoot} BARTIZAN_CACHE_DIR=${paths.cache} BARTIZAN_USER=${paths.user}`,
    `Environment=NODE_COMPILE_CACHE=${release}/compile-cache`,
    'ExecStart=',
    `ExecStart=${node} --disable-warning=ExperimentalWarning ${release}/apps/cli/src/supervise/main.js`,
    '',
  ].join('\n');

/** Stops, disables and removes what `enableService` made. */
export async function disableService(paths: InstancePaths): Promise<void> {
  if (!hasSystemd()) return;
  await runProgram('systemctl', ['disable', '--now', `bartizan@${paths.instance}.service`]);
  rmSync(dropIn(paths), { recursive: true, force: true });
  await runProgram('systemctl', ['daemon-reload']);
}
