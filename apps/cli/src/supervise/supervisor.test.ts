// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { instancePaths } from '../instance/paths.ts';
import { readStatus } from '../instance/status.ts';
import { type PlanContext, sensorPath } from './plans.ts';
import { Supervisor } from './supervisor.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-supervisor-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function stage(): PlanContext {
  const paths = instancePaths({
    BARTIZAN_STATE_DIR: join(folder, 'state'),
    BARTIZAN_ETC_DIR: join(folder, 'etc'),
    BARTIZAN_RUN_DIR: join(folder, 'run'),
  });
  if (!paths.ok) throw new Error(paths.error.detail);
  for (const path of [paths.value.log, paths.value.run]) mkdirSync(path, { recursive: true });
  return {
    paths: paths.value,
    secrets: { dataKey: '', localRootToken: '' },
    record: {
      version: 1,
      port: 0,
      agentPort: 0,
      host: '127.0.0.1',
      release: 'abc',
      checkout: join(folder, 'checkout'),
      user: 'nobody',
      node: process.execPath,
      publicNames: [],
      agentEnabled: true,
      runcRoots: [],
      runtimes: [],
      service: false,
      createdAtMs: 1,
    },
  };
}

/** A build that gives a sensor which says whose it is. */
function putBuild(at: string, name: string): void {
  mkdirSync(join(at, 'native'), { recursive: true });
  const out = join(folder, name);
  writeFileSync(
    join(at, 'native/build.sh'),
    `mkdir -p ${out}; echo ${name} >${out}/bartizan-sensor; echo ${out}\n`,
  );
}

it('builds the sensor of its release, never of what has the path of the checkout by then', async () => {
  const context = stage();
  putBuild(join(context.paths.releases, 'abc'), 'release');
  putBuild(context.record.checkout, 'somebody');
  const supervisor = new Supervisor(context);
  supervisor.buildSensor();
  for (let turn = 0; turn < 500 && readStatus(context.paths)?.sensor.state !== 'built'; turn += 1)
    await sleep(20);
  expect(readFileSync(sensorPath(context), 'utf8')).toBe('release\n');
  expect(existsSync(join(folder, 'somebody'))).toBe(false);
  await supervisor.stop();
});
