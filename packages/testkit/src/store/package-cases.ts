// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import type { ListName, ScanRecord, Store } from '@bartizan/adapters/store';
import { type Package, systemScope, tenantScope } from '@bartizan/contracts';
import { all, codeOf, good, type StoreCase, term, where } from './case.ts';

const OURS = tenantScope('local', 'default');
const THEIRS = tenantScope('local', 'other');
const SYSTEM = systemScope('test');

const aPackage = (name: string, changes: Partial<Package> = {}): Package => ({
  name,
  version: '1.0',
  ecosystem: 'Debian:12',
  purl: `pkg:deb/debian/${name}@${changes.version ?? '1.0'}`,
  cataloger: 'dpkg',
  locations: ['/var/lib/dpkg/status'],
  ...changes,
});

const aList = (
  workload: string,
  packages: readonly Package[],
  changes: Partial<ScanRecord> = {},
): ScanRecord => ({
  workload,
  scan: `scan of ${workload}`,
  distribution: 'debian 12',
  distributionName: 'Debian GNU/Linux 12',
  packages,
  coverage: [],
  incomplete: [],
  scannedAtMs: 1000,
  matchedWith: '',
  ...changes,
});

const BASE = [
  aPackage('libc6', { layer: 'sha256:base', sourceName: 'glibc' }),
  aPackage('zlib1g', { layer: 'sha256:base' }),
];
const LOG4J = aPackage('org.apache.logging.log4j:log4j-core', {
  ecosystem: 'Maven',
  version: '2.14.1',
  purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
  layer: 'sha256:app',
});
const IMAGE = 'sha256:11';

/** Two images on one base, and a workload with a newer library. */
async function fill(store: Store): Promise<void> {
  good(await store.scans.put(OURS, aList(IMAGE, [...BASE, LOG4J], { of: 'image', catalogueVersion: '7' })));
  good(await store.scans.put(OURS, aList('sha256:22', BASE, { of: 'image' })));
  good(await store.scans.put(OURS, aList('w-1', [aPackage('zlib1g', { version: '1.1' }), LOG4J])));
}
const subjects = (lists: readonly ListName[]): string[] => lists.map(({ subject }) => subject).sort();
const change = (ecosystem: string, name: string) => ({ packages: [{ ecosystem, name }], ecosystems: [] });

/** Package lists, and the search and join over all of them. */
export const PACKAGE_CASES: readonly StoreCase[] = [
  {
    name: 'gives a list back as it was, layer by layer, with what was seen in use',
    run: async ({ store }) => {
      const used = { ...LOG4J, use: { state: 'loaded' as const, observedMs: 5, lastSeenAtMs: 3 } };
      const list = aList(IMAGE, [...BASE, used], { of: 'image', catalogueVersion: '7' });
      good(await store.scans.put(OURS, list));
      assert.deepEqual(good(await store.scans.ofWorkload(OURS, IMAGE)), list);
      const later = aList(IMAGE, [used, ...BASE], { of: 'image', matchedWith: 'p', matchedAtMs: 9 });
      good(await store.scans.put(OURS, later));
      assert.deepEqual(good(await store.scans.ofWorkload(OURS, IMAGE)), later);
    },
  },
  {
    name: 'keeps lists of images apart from those of workloads',
    run: async ({ store }) => {
      await fill(store);
      assert.deepEqual(good(await store.scans.workloads(OURS)), ['w-1']);
      assert.equal(good(await store.scans.countPackages(OURS)), 2);
      const states = good(await store.scans.states(OURS, [IMAGE, 'w-1', 'nobody']));
      assert.deepEqual(states.map(({ of, packages }) => [of, packages]).sort(), [
        ['image', 3],
        ['workload', 2],
      ]);
      assert.deepEqual(good(await store.scans.states(THEIRS, [IMAGE])), []);
    },
  },
  {
    name: 'finds a package over all lists and counts where it is',
    run: async ({ store }) => {
      await fill(store);
      const found = good(await store.packages.list(OURS, where(term('', 'log4j-core'))));
      assert.deepEqual(
        found.items.map(({ key, images, workloads }) => [key.version, images, workloads]),
        [['2.14.1', 1, 1]],
      );
      const zlib = good(await store.packages.list(OURS, where(term('name', 'zlib*'))));
      assert.deepEqual(
        zlib.items.map(({ key, images, workloads }) => [key.version, images, workloads]).sort(),
        [
          ['1.0', 2, 0],
          ['1.1', 0, 1],
        ],
      );
      const first = good(await store.packages.list(OURS, all({ limit: 3 })));
      const rest = good(await store.packages.list(OURS, all({ limit: 3, cursor: first.next ?? '' })));
      assert.deepEqual([first.items.length, rest.items.length, first.total, rest.next], [3, 1, 4, undefined]);
      assert.equal(codeOf(await store.packages.list(OURS, where(term('nope', 'x')))), 'E_FILTER');
      assert.equal(good(await store.packages.list(THEIRS, all())).items.length, 0);
    },
  },
  {
    name: 'says where a package is, with or without its version, page by page',
    run: async ({ store }) => {
      await fill(store);
      const any = good(await store.packages.places(OURS, 'pkg:deb/debian/zlib1g', { limit: 10 }));
      assert.deepEqual(any.items.map((item) => [item.of, item.subject, item.package.version]).sort(), [
        ['image', IMAGE, '1.0'],
        ['image', 'sha256:22', '1.0'],
        ['workload', 'w-1', '1.1'],
      ]);
      const old = 'pkg:deb/debian/zlib1g@1.0';
      const first = good(await store.packages.places(OURS, old, { limit: 1 }));
      const second = good(await store.packages.places(OURS, old, { limit: 1, cursor: first.next ?? '' }));
      assert.deepEqual(
        [first.total, first.items.length, second.items.length, second.next],
        [2, 1, 1, undefined],
      );
      assert.equal(first.items[0]?.package.layer, 'sha256:base');
      assert.equal(
        codeOf(await store.packages.places(OURS, 'pkg:x/y', { limit: 1, cursor: first.next ?? '' })),
        'E_CURSOR',
      );
      assert.deepEqual(good(await store.packages.places(THEIRS, old, { limit: 10 })).items, []);
      assert.deepEqual(
        good(await store.packages.places(OURS, 'pkg:deb/debian/zlib%', { limit: 10 })).items,
        [],
      );
    },
  },
  {
    name: 'joins changed advisories with lists by name, source name and ecosystem, and reads each tenant for itself',
    run: async ({ store }) => {
      await fill(store);
      good(await store.scans.put(THEIRS, aList('sha256:33', BASE, { of: 'image' })));
      const affected = async (asked: Parameters<Store['packages']['affected']>[1], scope = OURS) =>
        subjects(good(await store.packages.affected(scope, asked)));
      assert.deepEqual(await affected(change('Debian:12', 'zlib1g')), [IMAGE, 'sha256:22', 'w-1']);
      assert.deepEqual(await affected(change('Debian:12', 'glibc')), [IMAGE, 'sha256:22']);
      assert.deepEqual(await affected(change('Debian:11', 'glibc')), []);
      assert.deepEqual(await affected({ packages: [], ecosystems: ['Maven'] }), [IMAGE, 'w-1']);
      assert.deepEqual(await affected(change('Debian:12', 'glibc'), THEIRS), ['sha256:33']);
      assert.deepEqual(await affected(change('Debian:12', 'Glibc'), SYSTEM), [
        IMAGE,
        'sha256:22',
        'sha256:33',
      ]);
    },
  },
  {
    name: 'forgets what a list no longer has, at once in searches and wholly when collected',
    run: async ({ store }) => {
      await fill(store);
      assert.equal(good(await store.packages.list(OURS, all())).total, 4);
      good(await store.scans.put(OURS, aList('w-1', [aPackage('zlib1g', { version: '1.2' })])));
      good(await store.scans.remove(OURS, IMAGE));
      const gone = good(
        await store.packages.affected(OURS, change('Maven', 'org.apache.logging.log4j:log4j-core')),
      );
      assert.deepEqual(gone, []);
      assert.deepEqual(good(await store.packages.collect(SYSTEM)), { packages: 2, sets: 2 });
      assert.deepEqual(good(await store.packages.collect(SYSTEM)), { packages: 0, sets: 0 });
      const left = good(await store.packages.list(OURS, all()));
      assert.deepEqual(left.items.map(({ key }) => `${key.name} ${key.version}`).sort(), [
        'libc6 1.0',
        'zlib1g 1.0',
        'zlib1g 1.2',
      ]);
      good(await store.scans.put(OURS, aList(IMAGE, [...BASE, LOG4J], { of: 'image' })));
      assert.equal(good(await store.scans.ofWorkload(OURS, IMAGE))?.packages.length, 3);
    },
  },
  {
    name: 'carries lists over to another pack, but for those that have to be judged again',
    run: async ({ store }) => {
      await fill(store);
      good(await store.scans.put(OURS, aList('w-2', BASE, { matchedWith: 'older' })));
      for (const subject of [IMAGE, 'sha256:22', 'w-1'])
        good(await store.scans.markMatched(OURS, subject, { matchedWith: 'a', atMs: 5 }));
      const but = good(await store.packages.affected(SYSTEM, change('Debian:12', 'glibc')));
      const mark = { from: 'a', to: 'b', atMs: 77, but };
      assert.equal(good(await store.scans.carryMatched(THEIRS, mark)), 0);
      assert.equal(good(await store.scans.carryMatched(SYSTEM, mark)), 1);
      assert.deepEqual(subjects(good(await store.scans.unmatched(OURS, 'b'))), [IMAGE, 'sha256:22', 'w-2']);
      const carried = good(await store.scans.ofWorkload(OURS, 'w-1'));
      assert.deepEqual([carried?.matchedWith, carried?.matchedAtMs], ['b', 77]);
      assert.deepEqual(good(await store.scans.unmatched(THEIRS, 'b')), []);
    },
  },
];
