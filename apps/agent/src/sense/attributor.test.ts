// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { openProcfs, type Place } from '@bartizan/host';
import { describe, expect, it } from 'vitest';
import { aSensorProcess, noDiscovery } from '../testing/parts.ts';
import { Attributor } from './attributor.ts';

const sensorProcess = aSensorProcess({ inContainer: true });

/** A container's process whose cgroup is at `place`, and a clock that the test holds. */
const setUp = (place: Place) => {
  let looks: () => void = () => undefined;
  let bootUs = 0;
  const attributor = new Attributor({
    discovery: noDiscovery(place),
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
