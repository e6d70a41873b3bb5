// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type Watching, watch } from './watching.ts';

const CONTAINERS = 20;
const folder = mkdtempSync('/tmp/bartizan-runc-');
const names = Array.from({ length: CONTAINERS }, (_, i) => `bartizan-test-${process.pid}-${i}`);
let seen: Watching;

/** A root file system of one static program. */
function makeBundle(): void {
  const root = join(folder, 'rootfs');
  for (const name of ['bin', 'proc', 'dev', 'tmp', 'etc']) mkdirSync(join(root, name), { recursive: true });
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path)) ?? '/bin/busybox';
  copyFileSync(busybox, join(root, 'bin/busybox'));
  for (const name of ['sh', 'sleep', 'id']) symlinkSync('busybox', join(root, 'bin', name));
}

function writeConfig(name: string): void {
  const namespaces = ['pid', 'mount', 'ipc', 'uts', 'network'].map((type) => ({ type }));
  const config = {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: 0, gid: 0 },
      args: ['/bin/sh', '-c', '/bin/id >/dev/null; /bin/sleep 0.05'],
      env: ['PATH=/bin'],
      cwd: '/',
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: name,
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    linux: { cgroupsPath: `/${name}`, namespaces },
  };
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
}

beforeAll(async () => {
  makeBundle();
  seen = await watch();
}, 300_000);

afterAll(async () => {
  await seen?.sensor.stop();
  for (const name of names) spawnSync('runc', ['--root', join(folder, 'state'), 'delete', '--force', name]);
  rmSync(folder, { recursive: true, force: true });
});

describe('containers that live 50 ms', { timeout: 180_000 }, () => {
  it('are known before their first process, and every exec carries the right control group', async () => {
    for (const name of names) {
      writeConfig(name);
      execFileSync('runc', ['--root', join(folder, 'state'), 'run', name], { cwd: folder, stdio: 'ignore' });
    }
    let attributed = 0;
    for (const name of names) {
      const keyed = existsSync('/sys/fs/cgroup/memory') ? 'memory' : 'unified';
      const group = await seen.find(
        'cgroup-created',
        (event) => event.path === `/${name}` && event.hierarchy === keyed,
      );
      const isOfContainer = (id: string): boolean => id === group.id;
      await until(
        () =>
          seen
            .all('exec')
            .filter((event) => isOfContainer(event.process.cgroupId) && event.process.inContainer).length >=
          3,
        `the execs of ${name}`,
      );
      const inside = seen
        .all('exec')
        .filter((event) => isOfContainer(event.process.cgroupId) && event.process.inContainer);
      expect(inside.map((event) => event.process.arguments[0])).toEqual(['/bin/sh', '/bin/id', '/bin/sleep']);
      for (const event of inside) {
        expect(event.process.executable).toBe('/bin/busybox');
        expect(event.process.cwd).toBe('/');
        expect(event.sequence).toBeGreaterThan(group.sequence);
      }
      expect(inside[0]?.process.nsPid).toBe(1);
      attributed += 1;
    }
    console.log(`containers of 50 ms with every exec attributed: ${attributed} of ${CONTAINERS}`);
    expect(attributed).toBe(CONTAINERS);
    expect(seen.sensor.stats()).toMatchObject({ missing: 0, malformedFrames: 0 });
  });
});
