// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SensorProcess } from '@bartizan/host/sensor';
import { describe, expect, it } from 'vitest';
import { aSensorProcess } from '../testing/parts.ts';
import { ProcessTree } from './process-tree.ts';

const process = (pid: number, parentPid: number, more: Partial<SensorProcess> = {}): SensorProcess =>
  aSensorProcess({
    pid,
    startBootUs: pid * 10,
    parentPid,
    parentStartBootUs: parentPid * 10,
    nsPid: pid,
    executable: `/bin/p${pid}`,
    arguments: [`p${pid}`],
    ...more,
  });

describe('the process tree', () => {
  it('gives a process with all its ancestors, parent first', () => {
    const tree = new ProcessTree();
    for (const [pid, parent] of [
      [1, 0],
      [10, 1],
      [20, 10],
      [30, 20],
    ] as const)
      tree.see(process(pid, parent));
    const chain = tree.chain(30, 300);
    expect(chain?.ancestors.map((one) => one.pid)).toEqual([20, 10, 1]);
    expect(chain?.complete).toBe(true);
    expect(chain?.process).toMatchObject({ name: 'p30', executable: '/bin/p30', interactive: false });
    expect(chain?.process.upperLayer).toBeUndefined();
  });

  it('keeps the ancestry of a process whose parent has ended and that was given another', () => {
    const tree = new ProcessTree();
    tree.see(process(1, 0));
    tree.see(process(10, 1));
    tree.see(process(20, 10));
    tree.end(process(10, 1));
    tree.see(process(20, 1));
    expect(tree.chain(20, 200)?.ancestors.map((one) => one.pid)).toEqual([10, 1]);
  });

  it('does not take a recycled pid for the process that had it before', () => {
    const tree = new ProcessTree();
    tree.see(process(20, 1, { executable: '/bin/old' }));
    tree.end(process(20, 1));
    tree.see(process(20, 1, { startBootUs: 999, executable: '/bin/new' }));
    expect(tree.chain(20, 999)?.process.name).toBe('new');
    expect(tree.chain(20, 200)?.process.name).toBe('old');
    expect(tree.running().map((one) => one.name)).toEqual(['new']);
  });

  it('fills in ancestors that only the sensor named, and says when the chain is not whole', () => {
    const tree = new ProcessTree();
    tree.see(process(30, 20), [
      { pid: 20, startBootUs: 200, name: 'sh' },
      { pid: 10, startBootUs: 100, name: 'sshd' },
    ]);
    const chain = tree.chain(30, 300);
    expect(chain?.ancestors.map((one) => one.name)).toEqual(['sh', 'sshd']);
    expect(chain?.complete).toBe(false);
  });

  it('gives at most 32 ancestors', () => {
    const tree = new ProcessTree();
    for (let pid = 2; pid < 60; pid += 1) tree.see(process(pid, pid - 1));
    expect(tree.chain(59, 590)?.ancestors).toHaveLength(32);
  });

  it('stays within its bound, ended processes first', () => {
    const tree = new ProcessTree(100);
    for (let pid = 1; pid <= 60; pid += 1) tree.see(process(pid, 0));
    for (let pid = 100; pid < 400; pid += 1) {
      tree.see(process(pid, 0));
      tree.end(process(pid, 0));
    }
    expect(tree.size).toBeLessThanOrEqual(101);
    expect(tree.running()).toHaveLength(60);
  });

  it('finds connections of a process and of those it came from', () => {
    const tree = new ProcessTree();
    tree.see(process(10, 1));
    tree.see(process(20, 10));
    const connection = {
      protocol: 'tcp',
      direction: 'outbound',
      localAddress: '1.1.1.1',
      localPort: 1,
      remoteAddress: '2.2.2.2',
      remotePort: 4444,
    } as const;
    tree.addConnection(process(10, 1), connection);
    expect(tree.connections(20, 200)).toEqual([connection]);
    expect(tree.connections(99, 990)).toEqual([]);
  });
});
