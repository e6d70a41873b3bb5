// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Clock, Place } from '@bartizan/host';
import { openProcfs } from '@bartizan/host';
import type { SensorEvent } from '@bartizan/host/sensor';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../decide/detections.ts';
import { aRuntimeContainer, aSensorProcess, noDiscovery } from '../testing/parts.ts';
import { Attributor } from './attributor.ts';
import { FlowTable } from './flow-table.ts';
import { Observer } from './observer.ts';
import type { FileUse } from './package-use.ts';
import { ProcessTree } from './process-tree.ts';
import type { ProcessSighting, Sighting } from './sighting.ts';

const sensorProcess = aSensorProcess();

const setUp = (place: Place = { kind: 'host' }) => {
  const created: string[] = [];
  const removed: string[] = [];
  const sightings: Sighting[] = [];
  const processes: ProcessSighting[] = [];
  const uses: FileUse[] = [];
  const discovery = noDiscovery(place, { cgroupRemoved: (id) => removed.push(id) });
  const nothing = () => undefined;
  const clock: Clock = {
    wallMs: () => 1_000_000,
    bootUs: () => 5_000_000,
    after: () => nothing,
    every: () => nothing,
  };
  const flows = new FlowTable();
  const attributor = new Attributor({
    discovery,
    procfs: openProcfs(),
    host: { namespaces: {}, root: undefined },
    clock,
    cluster: () => 'local',
    nodeName: 'n',
  });
  const observer = new Observer({
    tree: new ProcessTree(),
    flows,
    attributor,
    discovery,
    clock,
    cgroupCreated: (id, path) => created.push(`${id} ${path}`),
    keyHierarchy: 'memory',
    isOurs: (pid) => pid === 99,
    onUse: (use) => uses.push(use),
    onSighting: (sighting) => sightings.push(sighting),
    onProcess: (sighting) => processes.push(sighting),
  });
  return { observer, flows, created, removed, sightings, processes, uses };
};

const base = { sequence: 1, bootTimeUs: 4_000_000, process: sensorProcess };

describe('the observer', () => {
  it('takes control groups of the key hierarchy only: the same id means another group in the other one', () => {
    const { observer, created, removed } = setUp();
    const group = { ...base, id: '158', parentId: '1', level: 1 };
    observer.take({ ...group, kind: 'cgroup-created', hierarchy: 'unified', path: '/other' });
    observer.take({ ...group, kind: 'cgroup-removed', hierarchy: 'unified', path: '/other' });
    observer.take({ ...group, kind: 'cgroup-created', hierarchy: 'memory', path: '/own' });
    expect(created).toEqual(['158 /own']);
    expect(removed).toEqual([]);
  });

  it('tells a program with its wall clock time, as process and as sighting', () => {
    const { observer, sightings, processes } = setUp();
    observer.take({ ...base, kind: 'exec', ancestors: [] });
    expect(processes).toMatchObject([{ action: 'exec', occurredAtMs: 999_000, workload: { kind: 'Host' } }]);
    expect(sightings).toMatchObject([{ trigger: 'exec', source: 'sensor', inContainer: false }]);
  });

  it('has rules know the first process of a container that shares the pid namespace of the node', () => {
    const id = 'c'.repeat(64);
    const { observer, sightings } = setUp({
      kind: 'container',
      container: {
        id,
        teller: 'containerd',
        description: { ...aRuntimeContainer(id), pid: sensorProcess.pid },
        kernel: undefined,
        cgroupPath: undefined,
        cgroupId: '42',
        isRunning: true,
        endedAtMs: undefined,
      },
    });
    const shim = { pid: 50, startBootUs: 1, name: 'containerd-shim' };
    const first = aSensorProcess({ inContainer: true, nsPid: 4321, parentPid: 50, parentStartBootUs: 1 });
    const second = { ...first, pid: 4_000_001, nsPid: 4322 };
    for (const process of [first, second])
      observer.take({ ...base, process, kind: 'exec', ancestors: [shim] });
    expect(
      sightings.map((one) => {
        const facts = factsOf(one);
        return [facts?.['parent.name'], facts?.['process.entry-point'], facts?.['process.entered']];
      }),
    ).toEqual([
      ['containerd-shim', true, false],
      ['containerd-shim', false, true],
    ]);
  });

  it('does not tell what we read ourselves, nor an opening that failed', () => {
    const { observer, sightings } = setUp();
    const opening: SensorEvent = {
      ...base,
      kind: 'open',
      path: '/etc/shadow',
      read: true,
      write: true,
      openFlags: 0,
      result: 3,
      inode: '1',
      device: 1,
    };
    observer.take({ ...opening, process: { ...sensorProcess, pid: 99 } });
    observer.take({ ...opening, result: -13 });
    expect(sightings).toEqual([]);
    observer.take(opening);
    expect(sightings.map((one) => one.file)).toEqual([
      { path: '/etc/shadow', access: 'read' },
      { path: '/etc/shadow', access: 'write' },
    ]);
  });

  it('tells which files are in use: programs and first openings, but not what we read ourselves', () => {
    const { observer, uses, sightings } = setUp();
    const use: SensorEvent = {
      ...base,
      kind: 'file-use',
      path: '/usr/lib/python3/six.py',
      isExecutable: false,
      inode: '1',
      device: 1,
    };
    observer.take({ ...base, kind: 'existing', ancestors: [] });
    observer.take(use);
    observer.take({ ...use, process: { ...sensorProcess, pid: 99 } });
    expect(uses.map(({ path, isExecutable, atMs }) => [path, isExecutable, atMs])).toEqual([
      ['/bin/sh', true, 999_000],
      ['/usr/lib/python3/six.py', false, 999_000],
    ]);
    expect(sightings.some(({ trigger }) => trigger === 'file-open')).toBe(false);
  });

  // 0: the program gave up before there was an answer.
  it.each([111, 0])('tells a connection that failed (error %i) as a flow, not as a sighting', (error) => {
    const { observer, flows, sightings } = setUp();
    observer.take({
      ...base,
      kind: 'connect',
      family: 4,
      protocol: 'tcp',
      localAddress: '10.0.0.1',
      localPort: 40_000,
      remoteAddress: '10.0.0.2',
      remotePort: 80,
      bytesSent: 0,
      bytesReceived: 0,
      socketId: '5',
      state: 'closed',
      error,
      networkNamespace: 1,
    });
    expect(sightings).toEqual([]);
    expect(flows.drain()).toMatchObject([{ connections: 0, failures: 1 }]);
  });

  it('puts what a connection speaks on its flow, and makes neither a connection nor a sighting of it', () => {
    const { observer, flows, sightings } = setUp();
    const connection = {
      ...base,
      family: 4 as const,
      protocol: 'tcp' as const,
      localAddress: '10.0.0.1',
      localPort: 40_000,
      remoteAddress: '10.0.0.2',
      remotePort: 80,
      bytesSent: 0,
      bytesReceived: 0,
      socketId: '5',
      state: 'established',
      error: 0,
      networkNamespace: 1,
    };
    observer.take({ ...connection, kind: 'connect' });
    observer.take({ ...connection, kind: 'application', application: 'http', host: 'shop.example' });
    expect(sightings.map((one) => one.trigger)).toEqual(['connect']);
    // Nothing is counted before the end: no volume, not a volume of zero.
    expect(JSON.stringify(sightings)).not.toContain('bytesSent');
    const [flow, ...others] = flows.drain();
    expect(others).toEqual([]);
    expect(flow).toMatchObject({ application: 'http', applicationHost: 'shop.example', connections: 1 });
  });

  it('gives the exit status as a shell shows it', () => {
    const { observer, processes } = setUp();
    observer.take({ ...base, kind: 'exec', ancestors: [] });
    observer.take({ ...base, kind: 'exit', status: 0, signal: 9 });
    expect(processes.at(-1)).toMatchObject({ action: 'exit', exitCode: 137 });
  });
});
