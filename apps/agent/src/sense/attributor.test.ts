// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type Discovery,
  type KnownContainer,
  openCgroupIndex,
  openProcfs,
  type Place,
  silentLogger,
  startDiscovery,
} from '@bartizan/host';
import { afterEach, describe, expect, it } from 'vitest';
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
const setUp = (place: Place, hostPids?: string, more: Partial<Discovery> = {}, root?: string) => {
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
    host: { namespaces: hostPids === undefined ? {} : { pid: hostPids }, root },
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
  const firstPids: (number | undefined)[] = [];
  return {
    told,
    firstPids,
    asContainer,
    ask: (process = sensorProcess) =>
      attributor.attribute(process, ({ workload, firstPid }) => {
        told.push(`${workload.kind} ${workload.containerName ?? process.pid}`);
        firstPids.push(firstPid);
      }),
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

describe('a session of the host in which a program has a root of its own', () => {
  const SESSION = '/user.slice/user-0.slice/session-3.scope';
  const HOST_PIDS = '4026531836';
  const host = { namespaces: { pid: HOST_PIDS }, root: '1:2' };
  const of = (more: Parameters<typeof aSensorProcess>[0]) =>
    aSensorProcess({ pid: 4_200_021, pidNamespace: Number(HOST_PIDS), ...more });
  /** This very process is the program in `unshare` and `chroot`: its root is not that of `host`. */
  const enclosed = of({ pid: process.pid, inContainer: true });
  let discovery: Discovery | undefined;
  afterEach(() => discovery?.stop());

  const start = () => {
    const cgroups = openCgroupIndex({
      mode: 'unknown',
      keyRoot: undefined,
      keyHierarchy: 'none',
      unifiedRoot: undefined,
    });
    cgroups.created('42', SESSION);
    const states: string[] = [];
    const found = startDiscovery({
      places: [],
      procfs: openProcfs(),
      cgroups,
      host,
      clock: { wallMs: () => 7, bootUs: () => 0, after: () => () => undefined, every: () => () => undefined },
      logger: silentLogger,
      onChange: ({ description }) => states.push(description.state),
      onRuntimes: () => undefined,
    });
    discovery = found;
    const parts: Partial<Discovery> = {
      placeOf: (id) => found.placeOf(id),
      addUnknown: (seen) => found.addUnknown(seen),
    };
    return { found, states, ...setUp({ kind: 'host' }, HOST_PIDS, parts, host.root) };
  };

  it('stays the host for everything else in it', () => {
    const { told, ask, atMs } = start();
    ask(enclosed);
    atMs(301);
    ask(of({ inContainer: false }));
    ask(enclosed);
    const container = 'Container session-3.scope';
    expect(told).toEqual([container, 'Host 4200021', container]);
  });

  it('belongs to the container of the kernel where nothing is known of the process', () => {
    const { told, ask, atMs } = start();
    ask(enclosed);
    atMs(301);
    ask(of({ inContainer: false, known: false }));
    expect(told.at(-1)).toBe('Container session-3.scope');
  });

  it('is the host again for programs with mounts of their own when that program has ended', () => {
    const { found, states, told, ask, atMs } = start();
    ask(enclosed);
    atMs(301);
    found.processEnded(process.pid);
    ask(of({ inContainer: true }));
    atMs(900);
    expect(told).toEqual(['Container session-3.scope', 'Host 4200021']);
    expect(states).toEqual(['running', 'exited']);
  });

  it('has the container once when its last process is told after its end', () => {
    const { found, states, told, ask, atMs } = start();
    ask(enclosed);
    atMs(301);
    found.processEnded(process.pid);
    ask(of({ inContainer: true, pidNamespace: 4026539999 }));
    atMs(900);
    expect(told).toEqual(['Container session-3.scope', 'Container session-3.scope']);
    expect(states).toEqual(['running', 'exited']);
  });
});

describe('the first process of a container', () => {
  const described = container('web');
  const told = (more: Partial<KnownContainer>): (number | undefined)[] => {
    const place: Place = { kind: 'container', container: { ...described, ...more } };
    const { firstPids, ask } = setUp(place);
    ask();
    return firstPids;
  };

  it('is the one that its runtime tells', () => {
    expect(told({ description: { ...described.description, pid: 4321 } })).toEqual([4321]);
    expect(told({ description: { ...described.description, pid: undefined } })).toEqual([undefined]);
  });

  it('is not known of a container that only the kernel shows: it is the one that was met', () => {
    expect(told({ teller: 'unknown', description: { ...described.description, pid: 4321 } })).toEqual([
      undefined,
    ]);
  });
});
