// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import type { ComplianceRun } from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { sealEvidence } from '@bartizan/engine/compliance';
import { good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ComplianceDesk, readSentBundle } from './compliance-desk.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const loaded = loadBenchmarks(resolve(import.meta.dirname, '../../../../../content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const { benchmarks } = loaded.value;
const [benchmark] = benchmarks;
const [check] = benchmark?.checks ?? [];
if (benchmark === undefined || check === undefined) throw new Error('no benchmark');

let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());

const runOf = (node: string, at: number, status: 'pass' | 'fail'): ComplianceRun => ({
  ...OWNER,
  id: `run-${node}-${at}`,
  at,
  nodes: [{ node, name: node, managed: false, roles: [] }],
  benchmarks: [],
  counts: { pass: 0, fail: 0, unknown: 0, manual: 0, notApplicable: 0 },
  evidence: [],
  results: [
    {
      ...{ benchmark: benchmark.id, check: check.id, node, status, evidence: [] },
      reason: { en: 'seen', ja: '確認済み' },
    },
  ],
});

it('counts the node whose only run is older than a thousand runs of others', async () => {
  const runs = Array.from({ length: 34 }, (_, node) =>
    Array.from({ length: 30 }, (_, at) => runOf(`n-${node}`, 2000 + 100 * at + node, 'pass')),
  ).flat();
  good(await test.store.complianceRuns.put(SCOPE, [...runs, runOf('n-34', 1000, 'fail')]));
  const desk = new ComplianceDesk({ ...test, benchmarks });
  const newest = await desk.newest(SCOPE);
  if (!newest.ok) throw new Error(newest.error.detail);
  expect(newest.value).toHaveLength(35);
  expect(newest.value.filter(({ at }) => at >= 2000 + 100 * 29)).toHaveLength(34);
  const rows = await desk.checks(SCOPE);
  expect(rows.ok && rows.value).toMatchObject([{ check: check.id, pass: 34, fail: 1 }]);
});

it('finds every node where there are more than one count tells', async () => {
  const runs = Array.from({ length: 10_001 }, (_, node) => runOf(`n-${node}`, 1000 + node, 'pass'));
  const older = runs.slice(0, 20).map((run) => ({ ...run, id: `${run.id}-old`, at: 1 }));
  good(await test.store.complianceRuns.put(SCOPE, [...runs, ...older]));
  const newest = await new ComplianceDesk({ ...test, benchmarks }).newest(SCOPE);
  if (!newest.ok) throw new Error(newest.error.detail);
  expect(newest.value).toHaveLength(10_001);
  expect(newest.value.every(({ at }) => at >= 1000)).toBe(true);
}, 60_000);

const DAY_MS = 24 * 3600_000;
/** A bundle as it is sent. */
function sentOf(node: string, collectedAt: number): Buffer {
  const evidence = sealEvidence(
    [{ collector: 'version', subject: 'kubelet', origin: 'file', state: 'known', value: 'v1.34.1' }],
    collectedAt,
    node,
  );
  const content = { node, name: node, collectedAt, evidence };
  const bundle = { format: 'bartizan.compliance-bundle/1', sha256: contentHash(content), content };
  return Buffer.from(JSON.stringify(bundle));
}

it('refuses evidence that lies ahead of the clock, and dates what is ahead by less than clocks differ', () => {
  const nowMs = test.clock.nowMs();
  expect(readSentBundle(sentOf('n-1', nowMs + 365 * DAY_MS), nowMs)).toMatchObject({
    ok: false,
    error: { code: 'E_COMPLIANCE_BUNDLE', detail: expect.stringContaining('2027-01-02T03:04:05') },
  });
  const near = readSentBundle(sentOf('n-1', nowMs + 60_000), nowMs);
  expect(near.ok && near.value.content.evidence.map(({ collectedAt }) => collectedAt)).toEqual([nowMs]);
});

it('keeps and counts what is judged now where runs that lie ahead were kept before', async () => {
  const nowMs = test.clock.nowMs();
  const ahead = Array.from({ length: 30 }, (_, at) => runOf('n-1', nowMs + 365 * DAY_MS + at, 'pass'));
  good(await test.store.complianceRuns.put(SCOPE, [...ahead, runOf('n-2', nowMs + DAY_MS, 'pass')]));
  const desk = new ComplianceDesk({ ...test, benchmarks });
  const bundle = readSentBundle(sentOf('n-1', nowMs), nowMs);
  if (!bundle.ok) throw new Error(bundle.error.detail);
  const run = await desk.take(SCOPE, OWNER, bundle.value);
  if (!run.ok) throw new Error(run.error.detail);
  const kept = await test.store.complianceRuns.get(SCOPE, run.value.id);
  expect(kept).toMatchObject({ ok: true, value: { at: nowMs } });
  const newest = await desk.newest(SCOPE);
  expect(newest.ok && newest.value.map(({ id }) => id)).toEqual([run.value.id]);
});
