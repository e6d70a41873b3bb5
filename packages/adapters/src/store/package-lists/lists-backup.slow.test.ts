// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { closeSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantScope } from '@bartizan/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { restoreBackup } from '../backup/restore-backup.ts';
import { openSqliteStore } from '../sqlite-store.ts';

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

describe('a backup', () => {
  it('holds the lists, and what is restored is searched and joined as before', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'bartizan-lists-'));
    folders.push(folder);
    const clock = { nowMs: () => 1 };
    const opened = await openSqliteStore({ dataDir: join(folder, 'data'), clock });
    if (!opened.ok) throw new Error(opened.error.detail);
    const image = {
      workload: 'sha256:aa',
      of: 'image' as const,
      scan: 's',
      distribution: 'debian 12',
      distributionName: 'Debian',
      packages: [aPackage('bash'), { ...aPackage('curl'), layer: 'sha256:l2' }],
      coverage: [],
      incomplete: [],
      scannedAtMs: 7,
      matchedWith: 'pack',
    };
    const put = await opened.value.scans.put(OURS, image);
    const saved = await opened.value.backup('a passphrase of the test');
    await opened.value.close();
    if (!put.ok || !saved.ok) throw new Error('neither put nor saved');
    writeFileSync(join(folder, 'x.backup'), readFileSync(saved.value.file));
    closeSync(saved.value.file);
    saved.value.remove();
    const restored = restoreBackup({
      path: join(folder, 'x.backup'),
      passphrase: 'a passphrase of the test',
      dataDir: join(folder, 'restored'),
    });
    expect(await restored).toMatchObject({ ok: true });
    const again = await openSqliteStore({ dataDir: join(folder, 'restored'), clock });
    if (!again.ok) throw new Error(again.error.detail);
    try {
      expect(await again.value.scans.ofWorkload(OURS, 'sha256:aa')).toEqual({ ok: true, value: image });
      const change = { packages: [{ ecosystem: 'Debian:12', name: 'curl' }], ecosystems: [] };
      expect(await again.value.packages.affected(OURS, change)).toMatchObject({
        value: [{ subject: 'sha256:aa' }],
      });
    } finally {
      await again.value.close();
    }
  }, 120_000);
});
