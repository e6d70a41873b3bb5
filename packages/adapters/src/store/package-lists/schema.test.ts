// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantScope } from '@bartizan/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { Database } from '../sqlite/database.ts';
import { CORE_MIGRATIONS, migrate } from '../sqlite/migrations.ts';
import { openSqliteStore } from '../sqlite-store.ts';
import { PackageIndex } from './package-index.ts';
import { PACKAGE_LISTS } from './schema.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const OURS = tenantScope('local', 'default');
const aPackage = (name: string) => ({
  name,
  version: '1',
  ecosystem: 'Debian:12',
  purl: `pkg:deb/debian/${name}@1`,
  cataloger: 'dpkg',
  locations: [],
});

describe('lists of before', () => {
  it('come over with their packages, coverage and the pack they were matched with', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-lists-'));
    folders.push(folder);
    const database = new Database(join(folder, 'core.db'));
    const before = CORE_MIGRATIONS.slice(0, CORE_MIGRATIONS.indexOf(PACKAGE_LISTS));
    expect(migrate(database, before).ok).toBe(true);
    const scan = {
      scan: 's',
      distribution: 'debian 12',
      distributionName: 'Debian',
      coverage: [{ ecosystem: 'Debian:12', state: 'covered', packages: 2, withoutData: 0 }],
      incomplete: ['a file'],
      scannedAtMs: 7,
    };
    for (const [workload, names] of [
      ['w-1', ['bash', 'zlib1g']],
      ['w-2', ['bash']],
    ] as const) {
      const doc = { ...scan, workload, packages: names.map(aPackage) };
      database.run(
        `INSERT INTO scans(cluster,tenant,workload,matched_with,doc,package_count) VALUES('local','default',?,'pack',?,?)`,
        [workload, JSON.stringify(doc), names.length],
      );
    }
    database.close();

    const opened = await openSqliteStore({ dataDir: folder, clock: { nowMs: () => 1 } });
    if (!opened.ok) throw new Error(opened.error.detail);
    try {
      const { scans, packages } = opened.value;
      expect(await scans.ofWorkload(OURS, 'w-1')).toEqual({
        ok: true,
        value: { ...scan, workload: 'w-1', matchedWith: 'pack', packages: ['bash', 'zlib1g'].map(aPackage) },
      });
      expect(await scans.countPackages(OURS)).toEqual({ ok: true, value: 3 });
      const change = { packages: [{ ecosystem: 'Debian:12', name: 'bash' }], ecosystems: [] };
      const affected = await packages.affected(OURS, change);
      expect(affected.ok && affected.value.map(({ subject }) => subject).sort()).toEqual(['w-1', 'w-2']);
      // What is stored next gets ids of its own.
      const put = await scans.put(OURS, {
        ...scan,
        coverage: [],
        workload: 'w-3',
        packages: [aPackage('acl')],
        matchedWith: '',
      });
      expect(put.ok).toBe(true);
      expect(await packages.list(OURS, { filter: [], limit: 10 })).toMatchObject({
        ok: true,
        value: { total: 3 },
      });
    } finally {
      await opened.value.close();
    }
  });
});

describe('the index over all lists', () => {
  it('follows what is stored, replaced and removed, and is made anew when too much of it is gone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-index-'));
    folders.push(folder);
    const database = new Database(join(folder, 'core.db'));
    migrate(database, CORE_MIGRATIONS);
    const blob = (...ids: number[]) => new Uint8Array(Uint32Array.from(ids).buffer);
    const set = (id: number, ...keys: number[]) =>
      database.run(`INSERT INTO package_sets VALUES(?,'c','t',?,?,x'00')`, [id, blob(id), blob(...keys)]);
    const list = (id: number, ...sets: number[]) =>
      database.run(`INSERT OR REPLACE INTO package_lists VALUES(?,'c','t',?,1,?,x'00',1,1,'',NULL)`, [
        id,
        `s-${id}`,
        blob(...sets),
      ]);
    const index = new PackageIndex(database);
    expect(index.listsWith([1])).toEqual([]);
    set(1, 10, 11);
    set(2, 11, 12);
    list(1, 1);
    list(2, 1, 2);
    expect([index.listsWith([10]), index.listsWith([12]), index.listsWith([13])]).toEqual([[1, 2], [2], []]);
    expect(index.spreadOf([11, 12, 99])).toEqual([
      { images: 2, workloads: 0 },
      { images: 1, workloads: 0 },
      { images: 0, workloads: 0 },
    ]);
    database.run('DELETE FROM package_lists WHERE id=1');
    list(3, 2);
    expect(index.listsWith([11])).toEqual([2, 3]);
    expect(index.setsWith([11])).toEqual([
      { list: 2, sets: [1, 2] },
      { list: 3, sets: [2] },
    ]);
    database.run('DELETE FROM package_lists WHERE id=2');
    expect(index.orphans()).toEqual({ sets: [1], keys: [10] });
    database.transaction(() => {
      for (let id = 4; id < 3004; id += 1) list(id, 2);
    });
    expect(index.listsWith([12])).toHaveLength(3001);
    const full = index.bytes;
    database.run('DELETE FROM package_lists WHERE id>3');
    expect(index.listsWith([12])).toEqual([3]);
    expect(index.listsWith([12])).toEqual([3]);
    expect(index.bytes).toBeLessThan(full);
    database.close();
  });
});
