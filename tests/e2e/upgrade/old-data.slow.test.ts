// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tenantScope } from '@bartizan/contracts';
import { all, good, OWNER, where } from '@bartizan/testkit/store';
import { afterEach, describe, expect, it } from 'vitest';
import { openSample, unpackData } from './sample-data.ts';

const TESTDATA = join(import.meta.dirname, 'testdata');
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const folder = mkdtempSync(join(tmpdir(), 'bartizan-old-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('data of a released schema', () => {
  it.each(readdirSync(TESTDATA))('%s opens with this version, with all that was in it', async (schema) => {
    const dataDir = join(folder, schema);
    unpackData(join(TESTDATA, schema), dataDir);
    const opened = await openSample(dataDir);
    if (!opened.ok) throw new Error(`${opened.error.code}: ${opened.error.detail}`);
    const store = opened.value;
    try {
      const list = good(await store.scans.ofWorkload(SCOPE, 'w-1'));
      expect(list?.packages.map(({ name }) => name)).toEqual(['bash', 'openssl', 'zlib1g']);
      expect(list).toMatchObject({ scan: 's-1', distribution: 'debian 12', matchedWith: 'pack-1' });
      // What came over is searched and joined like what is stored now.
      const found = good(
        await store.packages.list(
          SCOPE,
          where({ field: 'name', operator: 'in', values: ['openssl'], negated: false }),
        ),
      );
      expect(found.items).toMatchObject([{ images: 0, workloads: 1 }]);
      const change = { packages: [{ ecosystem: 'Debian:12', name: 'zlib1g' }], ecosystems: [] };
      expect(good(await store.packages.affected(SCOPE, change))).toMatchObject([
        { subject: 'w-1', of: 'workload' },
      ]);
      expect(good(await store.workloads.list(SCOPE, all())).items).toHaveLength(2);
      expect(good(await store.findings.list(SCOPE, all())).items).toHaveLength(1);
      expect(good(await store.audit.verify(SCOPE)).intact).toBe(true);
      expect(good(await store.events.list(SCOPE, 'flow', all())).items).toHaveLength(2);
    } finally {
      await store.close();
    }
  });
});
