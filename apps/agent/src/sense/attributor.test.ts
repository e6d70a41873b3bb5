// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Discovery, openProcfs, type Place } from '@bartizan/host';
import type { SensorProcess } from '@bartizan/host/sensor';
import { describe, expect, it } from 'vitest';
import { Attributor } from './attributor.ts';

const sensorProcess: SensorProcess = {
  pid: 4_194_304,
  startBootUs: 10,
  parentPid: 1,
  parentStartBootUs: 0,
  nsPid: 7,
  uid: 0,
  euid: 0,
  gid: 0,
  capsEffective: '0000000000000000',
  cgroupId: '42',
  unifiedCgroupId: '43',
  mountNamespace: 1,
  pidNamespace: 1,
  inContainer: true,
  executable: '/bin/sh',
  arguments: ['sh'],
  argumentsTruncated: false,
  argumentsRedacted: false,
  cwd: '/',
  tty: 0,
  stdio: ['none', 'none', 'none'],
  fileless: false,
  upperLayer: null,
  filesystem: '',
  known: true,
};

/** A container's process whose cgroup is at `place`, and a clock that the test holds. */
const setUp = (place: Place) => {
  let looks: () => void = () => undefined;
  let bootUs = 0;
  const discovery: Discovery = {
    containers: () => [],
    runtimes: () => [],
    placeOf: () => place,
    byAddress: () => undefined,
    addUnknown: () => undefined,
    cgroupRemoved: () => undefined,
    processEnded: () => undefined,
    refresh: () => undefined,
    settled: Promise.resolve(),
    stop: () => undefined,
  };
  const attributor = new Attributor({
    discovery,
    procfs: openProcfs(),
    host: { namespaces: {}, root: undefined },
    clock: {
      wallMs: () => 0,
      bootUs: () => bootUs,
      after: () => () => undefined,
      every: (_, run) => {
        looks = run;
        return () => undefined;
      },
    },
    cluster: () => 'local',
    nodeName: 'n',
  });
  const told: string[] = [];
  return {
    told,
    ask: () => attributor.attribute(sensorProcess, ({ workload }) => told.push(workload.kind)),
    atMs: (ms: number) => {
      bootUs = ms * 1000;
      looks();
    },
  };
};
describe('a process of a container that no runtime has described', () => {
  it('waits a moment when nothing says that one will', () => {
    const { told, ask, atMs } = setUp({ kind: 'host' });
    ask();
    atMs(299);
    expect(told).toEqual([]);
    atMs(301);
    expect(told).toEqual(['Host']);
  });

  it('waits longer when its cgroup carries the id of a container', () => {
    const { told, ask, atMs } = setUp({ kind: 'host', awaited: true });
    ask();
    atMs(1999);
    expect(told).toEqual([]);
    atMs(2001);
    expect(told).toEqual(['Host']);
  });
});
