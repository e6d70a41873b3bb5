// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openProcfs } from '../procfs/procfs.ts';
import { ProgramScout } from './program-scout.ts';
import { isCandidate, openProgramTable } from './program-table.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bartizan-proc-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(pid: number, commandLine: string, environment = ''): void {
  mkdirSync(join(root, String(pid)));
  writeFileSync(join(root, String(pid), 'cmdline'), commandLine);
  writeFileSync(join(root, String(pid), 'environ'), environment);
}
const table = () =>
  openProgramTable(openProcfs(root), () => {
    throw new Error('no tree');
  });

describe('programs that benchmarks ask about', () => {
  it('are those of Kubernetes and of container runtimes, and k3s under the name it gives itself', () => {
    for (const argv of [
      ['/usr/bin/kubelet', '--x'],
      ['/opt/all-in-one', 'kube-scheduler'],
      ['/usr/local/bin/k3s', 'server'],
      ['/usr/local/bin/k3s server', '', ''],
      ['/usr/local/bin/k3s agent'],
    ])
      expect(isCandidate(argv), argv.join(' ')).toBe(true);
    for (const argv of [
      ['/bin/sh', '-c', 'kubelet'],
      ['/usr/bin/k3sup', 'server'],
      ['k3s-uninstall.sh'],
      [''],
    ])
      expect(isCandidate(argv), argv.join(' ')).toBe(false);
  });

  it('of k3s are one word and nothing behind it: what was there is overwritten with zeros', () => {
    run(
      10,
      `/usr/local/bin/k3s server${'\0'.repeat(40)}`,
      'K3S_CONFIG_FILE=/etc/own.yaml\0PASSWORD=canary\0',
    );
    run(11, 'sleep\x080\0');
    const found = table().programs();
    expect(found.map(({ pid }) => pid)).toEqual([10]);
    expect(found[0]?.argv[0]).toBe('/usr/local/bin/k3s server');
    expect(found[0]?.argv.slice(1).every((word) => word === '')).toBe(true);
    expect(found[0]?.isCut).toBe(false);
    expect(table().environment(10, 'K3S_')).toEqual({ K3S_CONFIG_FILE: '/etc/own.yaml' });
    expect(new ProgramScout(openProcfs(root)).look()).toEqual([10]);
  });
});
