// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { aWorkload, openTestStore, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WorkloadSummaries } from './workload-summaries.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

let test: TestStore;
beforeAll(async () => {
  test = await openTestStore();
  const scan = { distribution: 'debian 12', distributionName: 'Debian GNU/Linux 12', matchedWith: '' };
  const stored = await test.store.scans.put(SCOPE, {
    ...scan,
    workload: 'w-scanned',
    scan: 'scan-1',
    packages: [],
    coverage: [],
    incomplete: [],
    scannedAtMs: 1234,
  });
  expect(stored.ok).toBe(true);
});
afterAll(() => test?.remove());

it('a workload says when it was scanned; one that never was says nothing, so that no count reads as none', async () => {
  const summaries = new WorkloadSummaries(test.store, test.clock);
  const workloads = ['w-never', 'w-scanned'].map((id) => aWorkload({ id }));
  const told = await summaries.of(SCOPE, workloads);
  expect(told).toMatchObject({ ok: true, value: [{ openFindings: {} }, { scannedAtMs: 1234 }] });
  expect(told.ok && Object.keys(told.value[0] ?? {})).not.toContain('scannedAtMs');
});
