// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { workloadIdOf } from '@bartizan/adapters/kube';
import { tenantScope, type Workload, type WorkloadRef } from '@bartizan/contracts';
import { aContainer, aNode, aWorkload, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from '../turnstile.ts';
import { SubjectGuard } from './subject-guard.ts';

const OWNER = { cluster: 'local', tenant: 'default' };
const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const agent = (node: string) => ({ ...OWNER, node, serial: '1', notAfterMs: Number.MAX_SAFE_INTEGER });
const HOST: WorkloadRef = { workload: 'w-host', kind: 'Host', namespace: '', name: 'h' };
const host = (nodes: string[]): Workload => aWorkload({ id: 'w-host', ...HOST_NAME, nodes });
const HOST_NAME = { kind: 'Host', namespace: '', name: 'h' } as const;
const inContainer = (container: string, changes: Partial<WorkloadRef> = {}): WorkloadRef => ({
  ...{ workload: 'w-1', kind: 'Deployment', namespace: 'web', name: 'shop', container },
  ...changes,
});
let test: TestStore;
let guard: SubjectGuard;
beforeEach(async () => {
  test = await openStoreInPlace();
  guard = new SubjectGuard({
    ...{ store: test.store, clock: test.clock, workloadTurnstile: new Turnstile() },
  });
});
afterEach(() => test.remove());

const may = async (node: string, subject: WorkloadRef): Promise<boolean> => {
  const checked = await guard.check(agent(node), subject);
  if (!checked.ok) expect(checked.error.code).toBe('E_NODE_MISMATCH');
  return checked.ok;
};

describe('who may report a subject', () => {
  it('is the node of a host, and any node while nobody knows the host', async () => {
    expect(await may('n-1', HOST)).toBe(true);
    await test.store.workloads.put(SCOPE, [host(['n-1'])]);
    await test.store.nodes.put(SCOPE, [aNode({ id: 'n-1', lastSeenAtMs: test.clock.value })]);
    expect(await may('n-1', HOST)).toBe(true);
    expect(await may('n-2', HOST)).toBe(false);
    expect(await may('n-2', { ...HOST, kind: 'Deployment' })).toBe(false);
    expect(await may('n-2', { ...HOST, container: 'c-own' })).toBe(false);
  });

  it('is the node of a host that is only named', async () => {
    const named = workloadIdOf(OWNER.cluster, HOST_NAME);
    await test.store.workloads.put(SCOPE, [{ ...host(['n-1']), id: named }]);
    await test.store.nodes.put(SCOPE, [aNode({ id: 'n-1', lastSeenAtMs: test.clock.value })]);
    expect(await guard.checkNamed(agent('n-1'), 'h')).toMatchObject({ ok: true });
    expect(await guard.checkNamed(agent('n-2'), 'h')).toMatchObject({ error: { code: 'E_NODE_MISMATCH' } });
    expect(await guard.checkNamed(agent('n-2'), 'another')).toMatchObject({ ok: true });
  });

  it('is the node of a machine that was set up anew, once the one before was silent for long', async () => {
    await test.store.workloads.put(SCOPE, [host(['n-1'])]);
    await test.store.nodes.put(SCOPE, [aNode({ id: 'n-1', lastSeenAtMs: test.clock.value })]);
    test.clock.value += 14 * 60_000;
    expect(await may('n-2', HOST)).toBe(false);
    test.clock.value += 60_000;
    expect(await may('n-2', HOST)).toBe(true);
    expect(await test.store.workloads.get(SCOPE, 'w-host')).toMatchObject({ value: { nodes: ['n-2'] } });
  });

  it('is the node that a container runs on, to whichever workload it was put', async () => {
    await test.store.workloads.put(SCOPE, [aWorkload({ nodes: ['n-1', 'n-2'] })]);
    await test.store.containers.put(SCOPE, [
      aContainer({ id: 'c-1', node: 'n-1' }),
      aContainer({ id: 'c-2', node: 'n-2', workload: 'w-of-its-pod' }),
    ]);
    expect(await may('n-1', inContainer('c-1'))).toBe(true);
    expect(await may('n-2', inContainer('c-1'))).toBe(false);
    expect(await may('n-2', inContainer('c-2'))).toBe(true);
  });

  it('is, for a container that is not known, a node whose word reaches no other one', async () => {
    expect(await may('n-1', inContainer('c-new'))).toBe(true);
    await test.store.workloads.put(SCOPE, [aWorkload({ nodes: ['n-1'] })]);
    expect(await may('n-1', inContainer('c-new'))).toBe(true);
    expect(await may('n-2', inContainer('c-new'))).toBe(false);
    await test.store.workloads.put(SCOPE, [aWorkload({ nodes: ['n-1', 'n-2'] })]);
    expect(await may('n-1', inContainer('c-new'))).toBe(false);
  });

  it('is no node where nothing runs: an image, an object, a group without a container', async () => {
    expect(await may('n-1', { ...HOST, kind: 'Image' })).toBe(false);
    expect(await may('n-1', inContainer('c-1', { kind: 'KubernetesObject' }))).toBe(false);
    const { container: _none, ...group } = inContainer('c-1');
    expect(await may('n-1', group)).toBe(false);
  });
});
