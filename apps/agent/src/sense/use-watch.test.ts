// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUseReport, SensorStatus } from '@bartizan/contracts';
import { type Clock, hostWorkload, openCgroupIndex, openProcfs, readCgroupLayout } from '@bartizan/host';
import { pathTableOf } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { noDiscovery } from '../testing/parts.ts';
import { Attributor } from './attributor.ts';
import { UseWatch } from './use-watch.ts';

const sensor = (state: SensorStatus['state'], programs: SensorStatus['programs'] = []): SensorStatus => ({
  state,
  programs,
  eventsTotal: 0,
  lostInKernelTotal: 0,
  shedTotal: 0,
  malformedTotal: 0,
});
const SEEING = [{ name: 'on_sys_exit', loaded: true }];
const OWN = pathTableOf([{ paths: [process.execPath], owner: { packages: ['node'], isCoarse: false } }]);

/** A watch over this very process. */
const setUp = (status: { now: SensorStatus }) => {
  const timers: { readonly intervalMs: number; readonly run: () => void }[] = [];
  const reports: PackageUseReport[] = [];
  let bootUs = 0;
  const clock: Clock = {
    wallMs: () => 1_000_000,
    bootUs: () => {
      bootUs += 1_000_000;
      return bootUs;
    },
    after: () => () => undefined,
    every: (intervalMs, run) => {
      const timer = { intervalMs, run };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
  };
  const discovery = noDiscovery({ kind: 'host' });
  const procfs = { ...openProcfs(), pids: () => [process.pid] };
  const mount = procfs.namespace(process.pid, 'mount');
  const host = { namespaces: mount.ok ? { mount: mount.value } : {}, root: undefined };
  const attributor = new Attributor({
    discovery,
    procfs,
    host,
    clock,
    cluster: () => 'local',
    nodeName: 'n',
  });
  const watch = new UseWatch({
    procfs,
    cgroups: openCgroupIndex(readCgroupLayout()),
    host,
    clock,
    attributor,
    discovery,
    isOurs: () => false,
    workloadOf: () => hostWorkload('local', 'n'),
    sensor: () => status.now,
    onReport: (report) => reports.push(report),
  });
  const tick = (intervalMs: number): void => {
    for (const timer of timers.filter((one) => one.intervalMs === intervalMs)) timer.run();
  };
  return { watch, reports, tick };
};

describe('watching for use', () => {
  it('says how far it reaches: blind without a program that sees openings, and why', () => {
    const status = { now: sensor('building') };
    const { watch } = setUp(status);
    expect(watch.level()).toMatchObject({ action: 'package-use', level: 'blind' });
    expect(watch.level().reason).toEqual({
      en: expect.stringContaining('building'),
      ja: expect.stringMatching(/building.*マップ/),
    });
    status.now = sensor('running', [{ name: 'on_sys_exit', loaded: false }]);
    expect(watch.level().level).toBe('blind');
    status.now = sensor('running', SEEING);
    expect(watch.level()).toMatchObject({ level: 'detect-only' });
    expect(watch.level().reason).toEqual({
      en: expect.stringContaining('on_sys_exit'),
      ja: expect.stringMatching(/on_sys_exit.*オープン/),
    });
  });

  it('knows what is mapped also without a sensor, and calls nothing unseen then', () => {
    const { watch, reports, tick } = setUp({ now: sensor('off') });
    tick(50);
    watch.learn(hostWorkload('local', 'n'), OWN);
    tick(1000);
    expect(reports).toMatchObject([{ complete: true, packages: [{ purl: 'node', state: 'loaded' }] }]);
    expect(reports[0]).not.toHaveProperty('watchedSinceMs');
  });

  it('says since when it watches once the sensor runs', () => {
    const { watch, reports, tick } = setUp({ now: sensor('running', SEEING) });
    watch.learn(hostWorkload('local', 'n'), OWN);
    tick(1000);
    expect(reports[0]?.watchedSinceMs).toBe(1_000_000);
    tick(50);
    tick(1000);
    expect(reports.at(-1)?.packages).toMatchObject([{ purl: 'node', state: 'loaded' }]);
  });
});
