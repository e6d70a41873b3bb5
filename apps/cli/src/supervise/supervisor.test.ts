// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { instancePaths } from '../instance/paths.ts';
import { readStatus } from '../instance/status.ts';
import { type PlanContext, sensorPath } from './plans.ts';
import { Supervisor } from './supervisor.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bartizan-supervisor-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

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

async function untilBuilt({ paths }: PlanContext): Promise<void> {
  for (let turn = 0; turn < 500 && readStatus(paths)?.sensor.state !== 'built'; turn += 1) await sleep(20);
}

it('builds the sensor with the proxy and the cargo of whoever started it', async () => {
  const context = stage();
  vi.stubEnv('https_proxy', 'http://proxy:3128');
  vi.stubEnv('CARGO_HOME', '/opt/cargo');
  vi.stubEnv('SOME_SECRET', 'x');
  const native = join(context.paths.releases, 'abc/native');
  mkdirSync(native, { recursive: true });
  const script = `mkdir ${folder}/out; echo "$https_proxy $CARGO_HOME \${SOME_SECRET:-no}" >${folder}/out/bartizan-sensor`;
  writeFileSync(join(native, 'build.sh'), `${script}; echo ${folder}/out\n`);
  const supervisor = new Supervisor(context);
  supervisor.buildSensor();
  await untilBuilt(context);
  expect(readFileSync(sensorPath(context), 'utf8')).toBe('http://proxy:3128 /opt/cargo no\n');
  await supervisor.stop();
});

it('builds the sensor of its release, never of what has the path of the checkout by then', async () => {
  const context = stage();
  putBuild(join(context.paths.releases, 'abc'), 'release');
  putBuild(context.record.checkout, 'somebody');
  const supervisor = new Supervisor(context);
  supervisor.buildSensor();
  await untilBuilt(context);
  expect(readFileSync(sensorPath(context), 'utf8')).toBe('release\n');
  expect(existsSync(join(folder, 'somebody'))).toBe(false);
  await supervisor.stop();
});
