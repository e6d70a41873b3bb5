// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import { DEFAULT_TENANT, type Finding, LOCAL_CLUSTER } from '@bartizan/contracts';
import type {
  ComplianceBundle,
  ComplianceCheckRow,
  ComplianceRun,
  ComplianceRunRow,
} from '@bartizan/contracts/compliance';
import { contentHash } from '@bartizan/engine';
import { sealEvidence } from '@bartizan/engine/compliance';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComplianceDesk } from '../../decide/compliance/compliance-desk.ts';
import { NodeReports } from '../../decide/compliance/node-reports.ts';
import { type ApiStage, buildApiStage } from '../../testing/api-stage.ts';

let test: TestStore;
let stage: ApiStage;
let sender = '';
let reader = '';

beforeAll(async () => {
  test = await openStoreInPlace();
  const loaded = loadBenchmarks(resolve(import.meta.dirname, '../../../../../content'));
  if (!loaded.ok) throw new Error(loaded.error.detail);
  stage = await buildApiStage(test.store, test.clock, { benchmarks: loaded.value.benchmarks });
  sender = await stage.keyOf('ci');
  reader = await stage.keyOf('security-reader');
});
afterAll(async () => {
  await stage.report.server.close();
  await test.remove();
});

/** A bundle of a node whose kubelet has one setting. */
function bundleOf(node: string, isAnonymous: boolean, at: number): ComplianceBundle {
  const path = '/var/lib/kubelet/config.yaml';
  const lines = ['authentication:', '  anonymous:', `    enabled: ${isAnonymous}`];
  const evidence = sealEvidence(
    [
      {
        collector: 'process',
        subject: 'kubelet',
        origin: 'flag',
        state: 'known',
        value: [`--config=${path}`],
      },
      { collector: 'version', subject: 'kubelet', origin: 'file', state: 'known', value: '1.33.1' },
      { collector: 'host', subject: 'distribution', origin: 'file', state: 'known', value: 'kubeadm' },
      {
        collector: 'config',
        subject: 'kubelet',
        path,
        origin: 'file',
        state: 'known',
        value: { 'authentication.anonymous.enabled': isAnonymous, '#lines': lines, '#first-line': 1 },
      },
    ],
    at,
    node,
  );
  const content = { node, name: node, collectedAt: at, evidence };
  return { format: 'bartizan.compliance-bundle/1', sha256: contentHash(content), content };
}

async function send(bundle: unknown, token = sender) {
  const answer = await stage.report.server.inject({
    method: 'POST',
    url: '/api/v1/compliance/runs',
    headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${token}` },
    payload: Buffer.from(JSON.stringify(bundle)),
  });
  return {
    status: answer.statusCode,
    body: JSON.parse(answer.payload) as ComplianceRunRow & { code?: string },
  };
}
const get = async <T>(path: string): Promise<T> =>
  JSON.parse((await stage.ask({ path: `compliance/${path}`, token: reader })).text) as T;

describe('runs of benchmarks', () => {
  it('are made of bundles, kept once, and told with results, evidence and a fix that was judged again', async () => {
    const bundle = bundleOf('node-a', true, 1_700_000_000_000);
    const sent = await send(bundle);
    expect(sent.status).toBe(201);
    expect(sent.body).toMatchObject({
      bundleOf: bundle.sha256,
      benchmarks: expect.arrayContaining([expect.objectContaining({ id: 'cis-kubernetes-1.12' })]),
    });
    expect((await send(bundle)).body.id).toBe(sent.body.id);
    expect((await get<{ items: unknown[] }>('runs')).items).toHaveLength(1);
    const run = await get<ComplianceRun>(`runs/${sent.body.id}`);
    const failed = run.results.find(
      ({ check, benchmark }) => check === '4.2.1' && benchmark === 'cis-kubernetes-1.12',
    );
    expect(failed).toMatchObject({ status: 'fail', node: 'node-a' });
    expect(failed?.fix).toContain('-    enabled: true\n+    enabled: false\n');
    expect(failed?.usedInstead).toBeUndefined();
    expect(run.results.filter(({ status }) => status === 'unknown').length).toBeGreaterThan(60);
  });

  it('count the newest run of each node', async () => {
    await send(bundleOf('node-b', true, 1_700_000_000_000));
    await send(bundleOf('node-b', false, 1_700_000_100_000));
    const { items } = await get<{ items: ComplianceCheckRow[] }>('checks?filter=check:4.2.1');
    expect(items.find(({ benchmark }) => benchmark === 'cis-kubernetes-1.12')).toMatchObject({
      pass: 1,
      fail: 1,
    });
  });

  it('make findings of what failed, which the newest run of the node closes', async () => {
    const statesOf = async (): Promise<string[]> => {
      const filter = encodeURIComponent('check:benchmark.kubernetes.kubelet-anonymous');
      const told = await stage.ask({ path: `findings?filter=${filter}`, token: reader });
      const { items } = JSON.parse(told.text) as { items: Finding[] };
      return items.filter(({ node }) => node === 'node-f').map(({ state }) => state);
    };
    await send(bundleOf('node-f', true, 1_700_000_000_000));
    expect(await statesOf()).toEqual(['open']);
    await send(bundleOf('node-f', false, 1_700_000_100_000));
    expect(await statesOf()).toEqual(['fixed']);
    // Evidence of the future would be the newest for a year.
    const ahead = await send(bundleOf('node-f', false, test.clock.nowMs() + 365 * 24 * 3600_000));
    expect(ahead).toMatchObject({ status: 400, body: { code: 'E_COMPLIANCE_BUNDLE' } });
    await send(bundleOf('node-f', true, test.clock.nowMs()));
    expect(await statesOf()).toEqual(['open']);
  });

  it('are not made of a bundle that was changed on its way, nor of anything else, nor without permission', async () => {
    const bundle = bundleOf('node-c', true, 1_700_000_000_000);
    const changed = structuredClone(bundle);
    changed.content.name = 'other';
    for (const bad of [changed, { ...bundle, format: 'x' }, [], 'text'])
      expect(await send(bad)).toMatchObject({ status: 400, body: { code: 'E_COMPLIANCE_BUNDLE' } });
    expect((await send(bundle, reader)).status).toBe(403);
    expect((await stage.ask({ path: 'compliance/runs/none', token: reader })).status).toBe(404);
  });

  it('are made of what an agent reports of its own node: another node and changed evidence are not believed', async () => {
    const loaded = loadBenchmarks(resolve(import.meta.dirname, '../../../../../content'));
    if (!loaded.ok) throw new Error(loaded.error.detail);
    const desk = new ComplianceDesk({ ...test, benchmarks: loaded.value.benchmarks });
    const { evidence } = bundleOf('victim', false, 1_700_000_200_000).content;
    const forged = evidence.map((one) => (one.collector === 'version' ? { ...one, value: '9.9' } : one));
    const agent = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT, node: 'node-d' };
    const report = {
      type: 'node-evidence',
      name: 'd',
      evidence: forged,
      collectedAtMs: 1_700_000_200_000,
    } as const;
    const quiet = () => undefined;
    const reports = new NodeReports({
      ...{ desk, clock: { nowMs: () => 1_700_000_200_000 }, answers: () => [] },
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      owner: { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT },
    });
    expect(await reports.report(agent, report)).toMatchObject({ ok: true });
    const { items } = await get<{ items: ComplianceRunRow[] }>('runs?filter=node:node-d');
    const run = await get<ComplianceRun>(`runs/${items[0]?.id ?? ''}`);
    expect(run.nodes).toMatchObject([{ node: 'node-d', name: 'd' }]);
    expect(run.evidence.map(({ node }) => node)).toEqual(['node-d', 'node-d', 'node-d']);
    expect(run.results.find(({ check }) => check === '4.2.1')?.status).toBe('pass');
  });
});
