// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import {
  aFinding,
  aSecurityEvent,
  aWorkload,
  good,
  openStoreInPlace,
  type TestStore,
  workloadRef,
} from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WorkloadSummaries } from './workload-summaries.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

let test: TestStore;
beforeAll(async () => {
  test = await openStoreInPlace();
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

describe('with more subjects than one count holds', () => {
  const MANY = 10_000;
  const now = () => ({ occurredAtMs: test.clock.nowMs() - 1000 });

  beforeAll(async () => {
    const last = workloadRef('w-last', 'last');
    // All others have more of them, also images: what is cut is the smallest count.
    const findings = Array.from({ length: MANY }, (_, index) =>
      ['a', 'b'].map((name) =>
        aFinding({
          id: `f-${index}${name}`,
          severity: 'critical',
          subject: workloadRef(index % 2 === 0 ? `w-${index}` : `sha256:${index}`, 'web'),
        }),
      ),
    ).flat();
    good(await test.store.findings.put(SCOPE, findings));
    good(
      await test.store.findings.put(SCOPE, [
        aFinding({ id: 'f-last', severity: 'critical', subject: last }),
        aFinding({ id: 'f-fixed', severity: 'critical', state: 'fixed', subject: last }),
      ]),
    );
    const events = Array.from({ length: 2 * MANY }, (_, index) =>
      aSecurityEvent(index + 1, { ...now(), workload: workloadRef(`w-${index % MANY}`, 'web') }),
    );
    const own = aSecurityEvent(2 * MANY + 1, { ...now(), workload: last });
    for (const part of [events, [own]]) good(await test.store.events.append(SCOPE, part));
  });

  it('the workload with the fewest findings and events still shows them', async () => {
    const summaries = new WorkloadSummaries(test.store, test.clock);
    const told = await summaries.of(
      SCOPE,
      ['w-last', 'w-2'].map((id) => aWorkload({ id })),
    );
    expect(told).toMatchObject({
      ok: true,
      value: [
        { openFindings: { critical: '1' }, events24h: 1 },
        { openFindings: { critical: '2' }, events24h: 2 },
      ],
    });
  });
});
