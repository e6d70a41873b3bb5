// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { PackageUseReport, WorkloadRef } from '@bartizan/contracts';
import type { PathTable } from '@bartizan/scan';
import { pathTableOf } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { PackageUse } from './package-use.ts';
import { SeenPaths } from './seen-paths.ts';

const SHOP: WorkloadRef = {
  workload: 'w-1',
  kind: 'Container',
  namespace: '',
  name: 'shop',
  container: 'c-1',
};
const TABLE: PathTable = pathTableOf([
  { paths: ['/usr/lib/libssl.so.3', '/etc/ssl/openssl.cnf'], owner: { packages: ['ssl'], isCoarse: false } },
  { paths: ['/app/node_modules/pad/'], owner: { packages: ['pad'], isCoarse: false } },
  { paths: ['/srv/app.jar'], owner: { packages: ['outer', 'inner'], isCoarse: true } },
]);

const setUp = (seen = new SeenPaths()) => {
  const now = { ms: 1_000_000, watching: true, lost: 0, present: new Set(['', 'c-1']) };
  const reports: PackageUseReport[] = [];
  const begun = { times: 0 };
  const uses = new PackageUse(
    {
      clock: {
        wallMs: () => now.ms,
        bootUs: () => now.ms * 1000,
        after: () => () => undefined,
        every: () => () => undefined,
      },
      isWatching: () => now.watching,
      lostTotal: () => now.lost,
      present: () => now.present,
      onReport: (report) => reports.push(report),
      onWatching: () => {
        begun.times += 1;
      },
    },
    seen,
  );
  const open = (path: string, isExecutable = false, workload = SHOP): void =>
    uses.take({ workload, path, isExecutable, atMs: now.ms });
  /** What is told now, and nothing of before. */
  const told = (): PackageUseReport[] => {
    reports.length = 0;
    uses.tell();
    return [...reports];
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(told().flatMap(({ packages }) => packages.map(({ purl, state }) => [purl, state])));
  return { now, uses, open, told, states, begun };
};

describe('use of packages', () => {
  it('tells three states: code, another file, nothing', () => {
    const { uses, open, states } = setUp();
    uses.learn(SHOP, TABLE);
    open('/etc/ssl/openssl.cnf');
    open('/app/node_modules/pad/index.js');
    expect(states()).toEqual({ ssl: 'touched', pad: 'loaded', outer: 'not-seen', inner: 'not-seen' });
  });

  it('then tells changes only, and a stronger use only', () => {
    const { uses, open, states } = setUp();
    uses.learn(SHOP, TABLE);
    states();
    open('/usr/lib/libssl.so.3');
    expect(states()).toEqual({ ssl: 'loaded' });
    open('/etc/ssl/openssl.cnf');
    open('/usr/lib/libssl.so.3');
    expect(states()).toEqual({});
  });

  it('tells a use again when it is much newer than the one that was told', () => {
    const { uses, open, told, now } = setUp();
    uses.learn(SHOP, TABLE);
    open('/usr/lib/libssl.so.3');
    told();
    now.ms += 3600_000;
    open('/etc/ssl/openssl.cnf');
    expect(told()[0]?.packages).toEqual([{ purl: 'ssl', state: 'loaded', lastSeenAtMs: now.ms }]);
  });

  it('says that a jar in a jar is known as far as the outer one', () => {
    const { uses, open, told } = setUp();
    uses.learn(SHOP, TABLE);
    told();
    open('/srv/app.jar');
    expect(told()[0]?.packages.map(({ purl, coarse }) => [purl, coarse])).toEqual([
      ['outer', true],
      ['inner', true],
    ]);
  });

  it('finds what was opened before the packages were known', () => {
    const { uses, open, told } = setUp();
    open('/usr/lib/libssl.so.3');
    expect(told().flatMap(({ packages }) => packages)).toEqual([]);
    uses.learn(SHOP, TABLE);
    expect(told()[0]?.packages.find(({ purl }) => purl === 'ssl')?.state).toBe('loaded');
  });

  it('keeps what a container opened when its workload turns out to be another', () => {
    const { uses, open, states } = setUp();
    open('/usr/lib/libssl.so.3');
    uses.learn({ ...SHOP, workload: 'w-2', name: 'named-later' }, TABLE);
    expect(states()).toMatchObject({ ssl: 'loaded' });
  });

  it('says nothing of being watched while nobody watches, so that nothing is "not seen"', () => {
    const { uses, told, now } = setUp();
    now.watching = false;
    uses.learn(SHOP, TABLE);
    expect(told().map((one) => one.watchedSinceMs)).toEqual([undefined]);
    now.watching = true;
    now.ms += 5000;
    expect(told()).toMatchObject([{ watchedSinceMs: 1_005_000, complete: false, packages: [] }]);
    now.watching = false;
    expect(told()[0]).not.toHaveProperty('watchedSinceMs');
  });

  it('looks for what is open already whenever watching begins', () => {
    const { told, now, begun } = setUp();
    told();
    now.watching = false;
    told();
    now.watching = true;
    told();
    expect(begun.times).toBe(2);
  });

  it('begins the time of watching anew when events were lost, and says so now and then', () => {
    const { uses, told, now } = setUp();
    uses.learn(SHOP, TABLE);
    expect(told()[0]?.watchedSinceMs).toBe(1_000_000);
    now.ms += 60_000;
    now.lost = 3;
    expect(told()).toMatchObject([{ watchedSinceMs: 1_060_000, packages: [] }]);
    now.ms += 1000;
    now.lost = 4;
    expect(told()).toEqual([]);
    now.ms += 60_000;
    now.lost = 5;
    expect(told()[0]?.watchedSinceMs).toBe(now.ms);
  });

  it('begins it anew when paths were given up before their packages were known', () => {
    const { uses, open, told, now } = setUp(new SeenPaths(10));
    for (let at = 0; at < 20; at += 1) open(`/f${at}`);
    now.ms += 7000;
    uses.learn(SHOP, TABLE);
    expect(told()[0]?.watchedSinceMs).toBe(1_007_000);
  });

  it('cuts long lists into parts of which the first begins the list', () => {
    const { uses, told } = setUp();
    const owners = Array.from({ length: 2500 }, (_, at) => ({
      paths: [`/p/${at}`],
      owner: { packages: [`p${at}`], isCoarse: false },
    }));
    uses.learn(SHOP, pathTableOf(owners));
    expect(told().map(({ complete, packages }) => [complete, packages.length])).toEqual([
      [true, 1000],
      [false, 1000],
      [false, 500],
    ]);
  });

  it('joins the containers of a workload, and keeps what an ended one used', () => {
    const { uses, open, states, now } = setUp();
    const second = { ...SHOP, container: 'c-2' };
    now.present.add('c-2');
    uses.learn(SHOP, TABLE);
    uses.learn(second, TABLE);
    open('/usr/lib/libssl.so.3', false, second);
    expect(states()).toMatchObject({ ssl: 'loaded', pad: 'not-seen' });
    now.present.delete('c-2');
    uses.tell();
    uses.learn(SHOP, TABLE);
    expect(states()).toMatchObject({ ssl: 'loaded' });
  });

  it('says of running workloads that nothing is known after a start', () => {
    const { uses, told, now } = setUp();
    now.watching = false;
    uses.announce([SHOP]);
    expect(told()).toMatchObject([{ subject: { workload: 'w-1' }, complete: false, packages: [] }]);
  });
});

describe('many workloads', () => {
  it('keeps those that run and the newest of those that ended', () => {
    const { uses, now, told } = setUp();
    for (let at = 0; at < 500; at += 1) {
      const container = `c${at}`;
      now.present = new Set(['', container]);
      uses.learn({ ...SHOP, workload: `w${at}`, container }, TABLE);
      uses.tell();
    }
    now.watching = false;
    const workloads = told().map(({ subject }) => subject.workload);
    expect(workloads).toHaveLength(201);
    expect([workloads[0], workloads.at(-1)]).toEqual(['w299', 'w499']);
  });
});
