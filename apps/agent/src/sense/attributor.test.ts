// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Discovery, type KnownContainer, openProcfs, type Place } from '@bartizan/host';
import { describe, expect, it } from 'vitest';
import { aRuntimeContainer, aSensorProcess, noDiscovery } from '../testing/parts.ts';
import { Attributor } from './attributor.ts';

const sensorProcess = aSensorProcess({ inContainer: true });

const container = (name: string): KnownContainer => ({
  id: 'c'.repeat(64),
  teller: 'runc',
  description: { ...aRuntimeContainer('c'.repeat(64)), name },
  kernel: undefined,
  cgroupPath: undefined,
  cgroupId: '42',
  isRunning: true,
  endedAtMs: undefined,
});

/** A container's process whose cgroup is at `place`, and a clock that the test holds. */
const setUp = (place: Place, hostPids?: string, more: Partial<Discovery> = {}) => {
  let looks: () => void = () => undefined;
  let bootUs = 0;
  const asContainer: number[] = [];
  const attributor = new Attributor({
    discovery: {
      ...noDiscovery(place),
      addUnknown: ({ pid }) => {
        asContainer.push(pid);
        return undefined;
      },
      ...more,
    },
    procfs: openProcfs(),
    host: { namespaces: hostPids === undefined ? {} : { pid: hostPids }, root: undefined },
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
    asContainer,
    ask: (process = sensorProcess) =>
      attributor.attribute(process, ({ workload }) =>
        told.push(`${workload.kind} ${workload.containerName ?? process.pid}`),
      ),
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
    expect(told).toEqual([`Host ${sensorProcess.pid}`]);
  });

  it('waits longer when its cgroup carries the id of a container', () => {
    const { told, ask, atMs } = setUp({ kind: 'host', awaited: true });
    ask();
    atMs(1999);
    expect(told).toEqual([]);
    atMs(2001);
    expect(told).toEqual([`Host ${sensorProcess.pid}`]);
  });

  it('is not judged by the runtime that was in its control group before it', () => {
    const { told, asContainer, ask, atMs } = setUp({ kind: 'host' }, '4026531836');
    const runtime = aSensorProcess({ inContainer: true, pid: 4_200_011, pidNamespace: 4026531836 });
    const contained = aSensorProcess({ inContainer: true, pid: 4_200_012, pidNamespace: 4026539999 });
    ask(runtime);
    ask(contained);
    atMs(299);
    expect(told).toEqual([]);
    atMs(301);
    expect(told).toHaveLength(2);
    expect(asContainer).toEqual([contained.pid]);
  });
});

describe('a process of a container that a low-level runtime knows by its id', () => {
  it('waits for the engine, and has its name', () => {
    let place: Place = { kind: 'container', container: container('c'.repeat(64)), awaited: true };
    const { told, ask, atMs } = setUp(place, undefined, { placeOf: () => place });
    ask();
    atMs(1999);
    expect(told).toEqual([]);
    place = { kind: 'container', container: container('web') };
    atMs(1999.5);
    expect(told).toEqual(['Container web']);
  });

  it('has what else is known when the engine is too late, and the next one waits for nothing', () => {
    let place: Place = { kind: 'container', container: container('c'.repeat(64)), awaited: true };
    const { told, ask, atMs } = setUp(place, undefined, {
      placeOf: () => place,
      giveUp: () => {
        place = { kind: 'container', container: container('by-conmon') };
      },
    });
    ask();
    atMs(2001);
    ask();
    expect(told).toEqual(['Container by-conmon', 'Container by-conmon']);
  });

  it('is looked at for who holds it, which may be enough', () => {
    let place: Place = { kind: 'host', unmet: true };
    const met: (readonly number[])[] = [];
    const { told, ask } = setUp(place, undefined, {
      placeOf: () => place,
      meet: ({ pids }) => {
        met.push(pids);
        place = { kind: 'container', container: container('by-conmon') };
      },
    });
    ask();
    ask();
    expect(met).toEqual([[sensorProcess.pid, sensorProcess.parentPid]]);
    expect(told).toEqual(['Container by-conmon', 'Container by-conmon']);
  });

  it('is looked at again while it waits, and at the end taken as it was found', () => {
    let place: Place = { kind: 'host', unmet: true };
    const met: (readonly number[])[] = [];
    const { told, ask, atMs } = setUp(place, undefined, {
      placeOf: () => place,
      meet: ({ pids }) => {
        met.push(pids);
      },
      giveUp: () => {
        place = { kind: 'container', container: container('by-conmon') };
      },
    });
    ask();
    atMs(10);
    atMs(20);
    expect([met.length, told]).toEqual([3, []]);
    atMs(301);
    expect(told).toEqual(['Container by-conmon']);
  });
});
