// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { emptyContainer, type RuntimeContainer } from '../runtimes/runtime.ts';
import { ContainerTable } from './container-table.ts';
import type { KernelFacts } from './inspect.ts';
import { containerRecord, workloadRefOf } from './record.ts';
import { hostWorkload, workloadIdOf, workloadNameOf } from './workload.ts';

const told = (
  runtime: RuntimeContainer['runtime'],
  id: string,
  more: Partial<RuntimeContainer> = {},
): RuntimeContainer => ({
  ...emptyContainer(runtime, '/run/x.sock', id),
  state: 'running',
  ...more,
});

const kernel = (pid: number, cgroupPath: string): KernelFacts => ({
  pid,
  startBootUs: pid * 1000,
  cgroupPath,
  cgroupId: String(pid * 10),
  networkNamespace: '1',
  hostNamespaces: ['user'],
  capabilities: ['CAP_KILL'],
  user: '0:0',
  addresses: ['10.0.0.2'],
  environmentSecrets: ['TOKEN'],
});

describe('the table of containers', () => {
  it('has a container once when Docker and its containerd both tell of it', () => {
    const table = new ContainerTable();
    table.put(
      'containerd',
      told('containerd', 'abc', { pid: 5, image: 'from-containerd' }),
      kernel(5, '/docker/abc'),
    );
    const { now } = table.put(
      'docker',
      told('docker', 'abc', { name: 'web', pid: 5 }),
      kernel(5, '/docker/abc'),
    );
    expect(table.all()).toHaveLength(1);
    expect(now).toMatchObject({
      teller: 'docker',
      description: { name: 'web', image: 'from-containerd', runtime: 'docker' },
    });
    const again = table.put(
      'containerd',
      told('containerd', 'abc', { pid: 5, name: 'abc' }),
      kernel(5, '/docker/abc'),
    ).now;
    expect(again).toMatchObject({ teller: 'docker', description: { name: 'web' } });
  });

  it('takes what the kernel alone showed for the container that runc tells of later, by its cgroup', () => {
    const table = new ContainerTable();
    table.put('unknown', told('unknown', 'c1', { cgroupPath: '/t/c1' }), undefined);
    const { was, now } = table.put('runc', told('runc', 'first', { pid: 7 }), kernel(7, '/t/c1'));
    expect(was?.id).toBe('c1');
    expect(table.all().map((one) => one.id)).toEqual(['first']);
    expect(table.get('c1')).toEqual(now);
  });

  it('does not take the next container on the same path for the one that ended', () => {
    const table = new ContainerTable();
    table.put('runc', told('runc', 'one', { pid: 7 }), kernel(7, '/t/same'));
    table.end('one', 100);
    table.put('runc', told('runc', 'two', { pid: 8 }), kernel(8, '/t/same'));
    expect(table.all().map((one) => [one.id, one.isRunning])).toEqual([
      ['one', false],
      ['two', true],
    ]);
    expect(table.byPath('/t/same')?.id).toBe('two');
  });

  it('does not take a recycled pid for the same container', () => {
    const table = new ContainerTable();
    table.put('runc', told('runc', 'one', { pid: 7 }), kernel(7, '/t/1'));
    table.put('runc', told('runc', 'two', { pid: 7 }), { ...kernel(7, '/t/2'), startBootUs: 999 });
    expect(table.all()).toHaveLength(2);
  });

  it('finds the container of a cgroup below its own', () => {
    const table = new ContainerTable();
    table.put('runc', told('runc', 'one', { pid: 7 }), kernel(7, '/t/1'));
    expect(table.byPath('/t/1/init.scope/x')?.id).toBe('one');
    expect(table.byPath('/t/10')).toBeUndefined();
    expect(table.byPath('/')).toBeUndefined();
  });

  it('ends a container once, and keeps what was known', () => {
    const table = new ContainerTable();
    table.put('docker', told('docker', 'abc', { pid: 5, image: 'i' }), kernel(5, '/d/abc'));
    expect(table.end('abc', 77)).toMatchObject({
      isRunning: false,
      endedAtMs: 77,
      description: { state: 'exited', image: 'i' },
    });
    expect(table.end('abc', 78)).toBeUndefined();
    expect(table.byPid(5)).toBeUndefined();
    expect(table.end('nobody', 1)).toBeUndefined();
  });

  it('forgets the longest ended when there are too many, never a running one', () => {
    const table = new ContainerTable(3);
    table.put('runc', told('runc', 'runs', { pid: 1 }), kernel(1, '/t/r'));
    for (let index = 0; index < 10; index += 1) {
      table.put('runc', told('runc', `c${index}`, { pid: 100 + index }), kernel(100 + index, `/t/${index}`));
      table.end(`c${index}`, index);
    }
    expect(
      table
        .all()
        .map((one) => one.id)
        .sort(),
    ).toEqual(['c7', 'c8', 'c9', 'runs']);
  });
});

describe('workloads', () => {
  it.each([
    [
      'a Pod',
      { name: 'app', labels: { 'io.kubernetes.pod.name': 'web-1', 'io.kubernetes.pod.namespace': 'shop' } },
      { kind: 'Pod', namespace: 'shop', name: 'web-1' },
    ],
    [
      'a compose service',
      {
        name: 'shop-web-1',
        labels: { 'com.docker.compose.project': 'shop', 'com.docker.compose.service': 'web' },
      },
      { kind: 'ComposeService', namespace: 'shop', name: 'web' },
    ],
    [
      'itself',
      { name: 'lonely', labels: { any: 'thing' } },
      { kind: 'Container', namespace: '', name: 'lonely' },
    ],
  ])('of a container is %s', (_, container, expected) => {
    expect(workloadNameOf(container)).toEqual(expected);
  });

  it('have ids that depend on cluster, kind, namespace and name alone', () => {
    const name = { kind: 'Pod', namespace: 'a', name: 'b' } as const;
    expect(workloadIdOf('local', name)).toMatch(/^w-[0-9a-f]{20}$/);
    expect(workloadIdOf('local', name)).not.toBe(workloadIdOf('other', name));
    expect(hostWorkload('local', 'n').kind).toBe('Host');
  });
});

describe('the record of a container', () => {
  it('holds what the runtime and the kernel say, and no pid once it has ended', () => {
    const table = new ContainerTable();
    const { now } = table.put(
      'docker',
      told('docker', 'abc', { name: 'web', pid: 5, labels: { a: 'b' } }),
      kernel(5, '/d/abc'),
    );
    const owner = { cluster: 'local', tenant: 'default', node: 'n-1' };
    expect(containerRecord(owner, now)).toMatchObject({
      id: 'abc',
      pid: 5,
      cgroupId: '50',
      addresses: ['10.0.0.2'],
      environmentSecrets: ['TOKEN'],
      user: '0:0',
    });
    const ended = table.end('abc', 9);
    expect(ended && containerRecord(owner, ended).pid).toBeUndefined();
    expect(workloadRefOf('local', now)).toMatchObject({ kind: 'Container', name: 'web', container: 'abc' });
  });
});
