// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { resolve } from 'node:path';
import { loadBenchmarks } from '@bartizan/adapters/content';
import {
  DEFAULT_TENANT,
  err,
  failure,
  LOCAL_CLUSTER,
  type NodeEvidence,
  tenantScope,
} from '@bartizan/contracts';
import type { ComplianceRun, ExampleEvidence } from '@bartizan/contracts/compliance';
import { ASKED_KINDS, sealEvidence } from '@bartizan/engine/compliance';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../ports.ts';
import type { ObjectChange } from '../admission/cluster-audit.ts';
import { ClusterPolicies } from './cluster-policies.ts';
import { ComplianceDesk } from './compliance-desk.ts';
import { NodeReports } from './node-reports.ts';

const OWNER = { cluster: LOCAL_CLUSTER, tenant: DEFAULT_TENANT };
const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const NOW = 1_700_000_000_000;
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: vi.fn(), error: quiet };
const loaded = loadBenchmarks(resolve(import.meta.dirname, '../../../../../content'));
if (!loaded.ok) throw new Error(loaded.error.detail);
const { benchmarks } = loaded.value;
/** On a busy machine. */
const within = <T>(check: () => T | Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000 });
const PRIVILEGED = '5.2.2';

let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());
vi.setConfig({ testTimeout: 60_000 });

function watched(clock: Clock = { nowMs: () => NOW }) {
  const conditions = new Map<string, string>(ASKED_KINDS.map((kind) => [kind, 'synced']));
  const changed = vi.fn();
  const policies: ClusterPolicies = new ClusterPolicies({
    conditionOf: (kind) => conditions.get(kind),
    onChange: () => {
      changed();
      reports.clusterChanged();
    },
  });
  const desk = new ComplianceDesk({ store: test.store, clock, benchmarks });
  const take = vi.fn(desk.take.bind(desk));
  const parts = { desk: { take }, clock, log, owner: OWNER, quietMs: 5 };
  const reports: NodeReports = new NodeReports({ ...parts, answers: () => policies.answers() });
  return { conditions, changed, policies, reports, take };
}
const pod = (name: string, privileged: boolean, more: object = {}): ObjectChange => ({
  ...{ group: '', version: 'v1', kind: 'Pod', resource: 'pods', namespace: 'shop', name },
  object: {
    metadata: { name, namespace: 'shop' },
    spec: { containers: [{ name: 'c', securityContext: { privileged }, ...more }] },
  },
});
const report = (...components: readonly string[]): NodeEvidence => reportAt(NOW, ...components);
function reportAt(at: number, ...components: readonly string[]): NodeEvidence {
  const evidence = components.flatMap((subject): ExampleEvidence[] => [
    { collector: 'process', subject: subject as 'kubelet', origin: 'flag', state: 'known', value: ['--x'] },
    { collector: 'version', subject: 'kubelet', origin: 'file', state: 'known', value: 'v1.34.1' },
  ]);
  return { type: 'node-evidence', name: 'm', evidence: sealEvidence(evidence, at), collectedAtMs: at };
}
const runsOf = async (node: string): Promise<readonly ComplianceRun[]> => {
  const filter = [{ field: 'node', operator: 'in', values: [node], negated: false } as const];
  const page = await test.store.complianceRuns.list(SCOPE, { filter, limit: 50 });
  if (!page.ok) throw new Error(page.error.detail);
  return page.value.items;
};
const saidOf = async (node: string, check = PRIVILEGED): Promise<string | undefined> =>
  (await runsOf(node))[0]?.results.find((one) => one.check === check)?.status;

describe('what benchmarks ask of a watched cluster', () => {
  it('is judged with a node of the control plane, and again when the cluster changes', async () => {
    const { policies, reports } = watched();
    policies.take(pod('web', false));
    await reports.report({ ...OWNER, node: 'n-1' }, report('kubelet'));
    expect(await saidOf('n-1')).toBe('pass');
    await reports.report({ ...OWNER, node: 'n-2' }, report('kubelet', 'kube-apiserver'));
    expect(await saidOf('n-2')).toBe('pass');
    await reports.report({ ...OWNER, node: 'n-3' }, report('kubelet'));
    expect(await saidOf('n-3')).toBe('unknown');
    policies.take(pod('bad', true));
    await within(async () => expect(await saidOf('n-2')).toBe('fail'));
    const [run] = await runsOf('n-2');
    const result = run?.results.find(({ check }) => check === PRIVILEGED);
    expect(result).not.toHaveProperty('node');
    expect(result?.reason.en).toBe('1 in the cluster: shop/bad');
    expect(run?.evidence.find(({ id }) => id === result?.evidence[0])?.value).toEqual({
      count: 1,
      found: ['shop/bad'],
    });
    policies.take({ ...pod('bad', true), object: undefined });
    await within(async () => expect(await saidOf('n-2')).toBe('pass'));
    // Changes of the cluster do not push out the runs of the node.
    expect(await runsOf('n-2')).toHaveLength(1);
    await reports.close();
  });

  it('is unknown where a kind may not be read, and not asked while the cluster is read for the first time', async () => {
    const { conditions, policies, reports } = watched();
    policies.take(pod('bad', true));
    conditions.set('Pod', 'unknown');
    await reports.report({ ...OWNER, node: 'n-1' }, report('kubelet'));
    expect(policies.answers()).toEqual([]);
    expect(await saidOf('n-1')).toBe('unknown');
    conditions.set('Pod', 'forbidden');
    reports.clusterChanged();
    await within(async () => expect(await saidOf('n-1', '5.1.3')).toBe('pass'));
    expect(await saidOf('n-1')).toBe('unknown');
    await reports.close();
  });

  it('keeps nothing of a pod that nobody asks about, and judges nothing again when only that changes', async () => {
    const { changed, policies, reports, take } = watched();
    await reports.report({ ...OWNER, node: 'n-1' }, report('kubelet'));
    policies.take(pod('web', false, { env: [{ name: 'A', value: 'canary' }], image: 'a:1' }));
    await within(() => expect(take).toHaveBeenCalledTimes(2));
    policies.take(pod('web', false, { env: [{ name: 'A', value: 'other' }], image: 'a:2' }));
    expect(changed).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(await runsOf('n-1'))).not.toContain('canary');
    await reports.close();
  });

  it('belongs to the tenant whose cluster is watched, and is tried again when it could not be kept', async () => {
    const { policies, reports, take } = watched();
    policies.take(pod('bad', true));
    await reports.report({ cluster: LOCAL_CLUSTER, tenant: 'other', node: 'n-9' }, report('kubelet'));
    expect(take.mock.lastCall?.[3]).toEqual([]);
    await reports.report({ ...OWNER, node: 'n-1' }, report('kubelet'));
    take.mockResolvedValueOnce(err(failure('E_STORE_FULL', 'full')));
    policies.take({ ...pod('bad', true), object: undefined });
    await within(async () => expect(await saidOf('n-1')).toBe('pass'));
    expect(log.warn).toHaveBeenCalledTimes(1);
    await reports.close();
  });
});

it('dates evidence of an agent whose clock is ahead by the clock here, so that what is told later counts', async () => {
  let nowMs = NOW;
  const { reports } = watched({ nowMs: () => nowMs });
  const agent = { ...OWNER, node: 'n-1' };
  await reports.report(agent, reportAt(NOW + 365 * 24 * 3600_000, 'kubelet'));
  expect((await runsOf('n-1')).map(({ at }) => at)).toEqual([NOW]);
  nowMs += 1000;
  await reports.report(agent, reportAt(nowMs, 'kubelet', 'kube-proxy'));
  const runs = await runsOf('n-1');
  expect(runs.map(({ at }) => at)).toEqual([NOW + 1000, NOW]);
  expect(runs[0]?.evidence.some(({ subject }) => subject === 'kube-proxy')).toBe(true);
  await reports.close();
});
