// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadBenchmarks, loadContent } from '@bartizan/adapters/content';
import {
  type CheckResult,
  DEFAULT_TENANT,
  type Finding,
  LOCAL_CLUSTER,
  tenantScope,
} from '@bartizan/contracts';
import type { ComplianceBundle, ExampleEvidence } from '@bartizan/contracts/compliance';
import { contentHash, scorecard } from '@bartizan/engine';
import { sealEvidence } from '@bartizan/engine/compliance';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { FindingLedger } from '../finding-ledger.ts';
import { PostureJudge } from '../posture-judge.ts';
import { BenchmarkFindings } from './benchmark-findings.ts';
import { ComplianceDesk } from './compliance-desk.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const CONTENT = resolve(import.meta.dirname, '../../../../../content');
const loaded = loadBenchmarks(CONTENT);
const content = loadContent(CONTENT);
if (!loaded.ok || !content.ok) throw new Error('no content');
const { benchmarks } = loaded.value;
const { controls } = content.value;

const ANONYMOUS = 'benchmark.kubernetes.kubelet-anonymous';
const PRIVILEGED = 'benchmark.kubernetes.privileged-pods';

let test: TestStore;
let at = 1_700_000_000_000;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());
vi.setConfig({ testTimeout: 60_000 });

function stage() {
  const published = vi.fn();
  const parts = { store: test.store, clock: { nowMs: () => at }, publish: published };
  const findings = new FindingLedger(test.store, parts.clock, new Turnstile());
  const judge = new BenchmarkFindings({ ...parts, findings, benchmarks, controls });
  const desk = new ComplianceDesk({ ...parts, benchmarks, judge });
  const posture = new PostureJudge({ ...parts, findings, checks: () => [], lifecycle: () => undefined });
  return { desk, published, posture };
}
/** What a kubelet with a file says; `undefined`: the file cannot be read. */
const kubelet = (anonymous: boolean | undefined): ExampleEvidence[] => [
  { collector: 'process', subject: 'kubelet', origin: 'flag', state: 'known', value: ['--config=/k.yaml'] },
  { collector: 'version', subject: 'kubelet', origin: 'file', state: 'known', value: 'v1.34.1' },
  {
    ...{ collector: 'config', subject: 'kubelet', path: '/k.yaml', origin: 'file' },
    ...(anonymous === undefined
      ? { state: 'unreadable', reason: 'permission' }
      : {
          state: 'known',
          value: {
            'authentication.anonymous.enabled': anonymous,
            '#lines': ['authentication:', '  anonymous:', `    enabled: ${anonymous}`],
          },
        }),
  },
];
const pods = (...found: string[]): ExampleEvidence => ({
  ...{ collector: 'object', subject: 'privileged-pods', origin: 'api', state: 'known' },
  value: { count: found.length, found },
});
const bundle = (node: string, evidence: readonly ExampleEvidence[], collectedAt = at): ComplianceBundle => {
  const sealed = sealEvidence(evidence, collectedAt);
  const value = { node, name: `${node}-name`, collectedAt, evidence: sealed };
  return { format: 'bartizan.compliance-bundle/1', sha256: contentHash(value), content: value };
};
async function findingsOf(check: string): Promise<readonly Finding[]> {
  const filter = [{ field: 'check', operator: 'in', values: [check], negated: false } as const];
  const page = await test.store.findings.list(SCOPE, { filter, limit: 50 });
  if (!page.ok) throw new Error(page.error.detail);
  return page.value.items;
}
async function checks(): Promise<readonly CheckResult[]> {
  const page = await test.store.checks.list(SCOPE, { filter: [], limit: 1000 });
  if (!page.ok) throw new Error(page.error.detail);
  return page.value.items;
}
const outcomesOf = async (check: string): Promise<string[]> =>
  (await checks()).filter((one) => one.check === check).map(({ outcome }) => outcome);

describe('failed checks of benchmarks', () => {
  it('are findings with evidence, fix and items of both editions, and are closed by a run that passes', async () => {
    const { desk, published } = stage();
    expect((await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)))).ok).toBe(true);
    const [finding] = await findingsOf(ANONYMOUS);
    expect(finding).toMatchObject({
      kind: 'posture',
      state: 'open',
      node: 'n-1',
      subject: { kind: 'Host', name: 'n-1-name' },
      owasp: { 2022: ['K09'], 2025: ['K06'] },
      evidence: expect.arrayContaining(['config kubelet /k.yaml']),
      groupKey: `check:${ANONYMOUS}`,
    });
    expect(finding?.severity).not.toBe('unknown');
    expect(finding?.title.en).toMatch(/^Not met: /);
    expect(finding?.title.ja).toMatch(/^未達：/);
    expect(finding?.why[0]?.detail).toMatchObject({ en: expect.stringContaining('4.2.1') });
    expect(finding?.fix.action.en).toContain('authentication.anonymous.enabled');
    expect(finding?.fix.command).toContain('+    enabled: false');
    expect(await outcomesOf(ANONYMOUS)).toEqual(['fail']);
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(false)));
    expect((await findingsOf(ANONYMOUS)).map(({ state }) => state)).toEqual(['fixed']);
    expect(await outcomesOf(ANONYMOUS)).toEqual(['pass']);
    expect(published).toHaveBeenCalledTimes(3);
  });

  it('stay open while nothing can be told, and are then no pass', async () => {
    const { desk } = stage();
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)));
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(undefined)));
    expect((await findingsOf(ANONYMOUS)).map(({ state }) => state)).toEqual(['open']);
    expect(await outcomesOf(ANONYMOUS)).toEqual(['unknown']);
  });

  it('go by the newest run of a node, whichever comes last', async () => {
    const { desk } = stage();
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(false)));
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true), at - 60_000));
    expect(await findingsOf(ANONYMOUS)).toEqual([]);
    expect(await outcomesOf(ANONYMOUS)).toEqual(['pass']);
  });

  it('are written only when something came out otherwise, and forgotten with the program', async () => {
    const { desk, published } = stage();
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)));
    const times = published.mock.calls.length;
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)));
    expect(published).toHaveBeenCalledTimes(times);
    at += 1000;
    await desk.take(
      SCOPE,
      OWNER,
      bundle('n-1', [{ collector: 'host', subject: 'os', origin: 'file', state: 'known', value: 'debian' }]),
    );
    expect(await outcomesOf(ANONYMOUS)).toEqual([]);
    expect((await findingsOf(ANONYMOUS)).map(({ state }) => state)).toEqual(['fixed']);
  });

  it('of the cluster are one finding, which runs of nodes that do not know it leave alone', async () => {
    const { desk } = stage();
    const told = sealEvidence([pods('shop/bad')], at);
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(false)));
    expect(await outcomesOf(PRIVILEGED)).toEqual(['unknown']);
    await desk.take(SCOPE, OWNER, bundle('n-2', kubelet(false)), told);
    await desk.take(SCOPE, OWNER, bundle('n-3', kubelet(false)));
    const [finding, ...more] = await findingsOf(PRIVILEGED);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      state: 'open',
      subject: { kind: 'KubernetesObject', name: 'Cluster' },
      owasp: { 2022: ['K01'], 2025: ['K01'] },
    });
    expect(finding).not.toHaveProperty('node');
    expect(finding?.why[0]?.detail).toMatchObject({ en: expect.stringContaining('shop/bad') });
    expect(await outcomesOf(PRIVILEGED)).toEqual(['fail']);
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-2', kubelet(false)), sealEvidence([pods()], at));
    expect((await findingsOf(PRIVILEGED)).map(({ state }) => state)).toEqual(['fixed']);
    // The node that knew the cluster knows it no more: nothing of it is a pass.
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-2', kubelet(false)));
    expect(await outcomesOf(PRIVILEGED)).toEqual(['unknown']);
  });

  it('are left alone by what is judged of the host itself', async () => {
    const { desk, posture } = stage();
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)));
    const [finding] = await findingsOf(ANONYMOUS);
    if (finding === undefined) throw new Error('no finding');
    const told = { type: 'posture-facts', subject: finding.subject, facts: {}, unknown: {} } as const;
    const judged = await posture.judge(OWNER, { ...told, collectedAtMs: at } as Parameters<
      typeof posture.judge
    >[1]);
    expect(judged.ok).toBe(true);
    expect((await findingsOf(ANONYMOUS)).map(({ state }) => state)).toEqual(['open']);
  });

  it('move the score of cluster components, and what is unknown moves only its coverage', async () => {
    const { desk } = stage();
    const row = async () => {
      const known = await checks();
      const rows = scorecard({
        ...{ controls, checks: known, findings: await findingsOf(ANONYMOUS), scanned: [] },
        ...{ eventCounts: new Map(), history: new Map() },
      });
      return rows.find(({ control }) => control === 'k09-cluster-components');
    };
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(false)));
    const good = await row();
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(true)));
    const bad = await row();
    at += 1000;
    await desk.take(SCOPE, OWNER, bundle('n-1', kubelet(undefined)));
    const unknown = await row();
    expect(bad?.failed).toBe((good?.failed ?? 0) + 1);
    expect(bad?.passed).toBe((good?.passed ?? 0) - 1);
    expect(bad?.coverage).toBe(good?.coverage);
    expect(Object.values(bad?.openFindings ?? {})).toEqual(['1']);
    expect(unknown?.coverage).toBeLessThan(good?.coverage ?? 0);
    expect(unknown?.passed).toBeLessThan(good?.passed ?? 0);
  });
});
