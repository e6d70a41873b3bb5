// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type InventoryRecord, ok, tenantScope } from '@bartizan/contracts';
import {
  aContainer,
  aWorkload,
  good,
  OWNER,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Change } from '../ports.ts';
import { Turnstile } from '../turnstile.ts';
import { Inventory } from './inventory.ts';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const ignore = (): void => undefined;
const fine = () => Promise.resolve(ok(undefined));

let test: TestStore;
let changes: Change[] = [];
let watched: string[] = [];
let inventory: Inventory;
beforeEach(async () => {
  test = await openStoreInPlace();
  changes = [];
  watched = [];
  const { store, clock } = test;
  inventory = new Inventory({
    ...{ store, clock, nodeTurnstile: new Turnstile(), workloadTurnstile: new Turnstile() },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    publish: (change) => void changes.push(change),
    onNodeStored: ignore,
    isWatched: (workload) => watched.includes(workload),
    judges: {
      ...{ onScan: ignore, onFacts: fine, onUse: fine, onSecrets: fine, onEnvironment: fine },
      ...{ onEvidence: fine, onAudit: fine, onContainer: fine },
    },
  });
});
afterEach(() => test.remove());

let sequence = 0;
async function report(node: string, ...records: InventoryRecord[]): Promise<void> {
  const agent = { ...OWNER, node, serial: '1', notAfterMs: Number.MAX_SAFE_INTEGER };
  const placed = records.map((record) => ({ bootId: 'boot-1', sequence: ++sequence, record }));
  expect(await inventory.take(agent, placed)).toEqual(ok({ rejected: 0 }));
}
const runs = (workload: string, container: string, node = 'n-1'): InventoryRecord[] => [
  {
    type: 'workload',
    workload: aWorkload({ id: workload, kind: 'Container', namespace: '', name: workload, nodes: [node] }),
  },
  { type: 'container', container: aContainer({ id: container, workload, node, state: 'running' }) },
];
const snapshot = (...containers: string[]): InventoryRecord => ({
  type: 'container-snapshot',
  containers,
  atMs: 1_800_000_000_000,
});
const running = async (workload: string) => good(await test.store.workloads.get(SCOPE, workload))?.running;
const state = async (container: string) => good(await test.store.containers.get(SCOPE, container))?.state;

describe('a snapshot of what runs on a node', () => {
  it('ends the workload whose containers ended while nobody looked, and tells of it', async () => {
    await report('n-1', ...runs('w-web', 'c-web'), ...runs('w-db', 'c-db'));
    changes = [];
    await report('n-1', snapshot('c-db'));
    expect([await state('c-web'), await running('w-web')]).toEqual(['exited', 0]);
    expect([await state('c-db'), await running('w-db')]).toEqual(['running', 1]);
    expect(changes.map(({ data }) => data)).toContainEqual({ id: 'w-web' });
  });

  it('keeps what runs in a container whose state its runtime does not tell, until it is named no more', async () => {
    const [workload] = runs('w-web', 'c-web');
    const container = aContainer({ id: 'c-web', workload: 'w-web', node: 'n-1', state: 'unknown' });
    if (workload !== undefined) await report('n-1', workload, { type: 'container', container });
    await report('n-1', snapshot('c-web'));
    expect([await state('c-web'), await running('w-web')]).toEqual(['unknown', 1]);
    await report('n-1', snapshot());
    expect([await state('c-web'), await running('w-web')]).toEqual(['exited', 0]);
  });

  it('leaves a workload that runs in such a container of another node', async () => {
    await report('n-1', ...runs('w-web', 'c-1'));
    const [workload] = runs('w-web', 'c-2', 'n-2');
    const container = aContainer({ id: 'c-2', workload: 'w-web', node: 'n-2', state: 'unknown' });
    if (workload !== undefined) await report('n-2', workload, { type: 'container', container });
    await report('n-1', snapshot());
    expect(await running('w-web')).toBe(1);
  });

  it('ends a workload, too, whose containers were known to have ended before', async () => {
    const [workload] = runs('w-web', 'c-web');
    if (workload !== undefined) await report('n-1', workload);
    await report('n-1', snapshot());
    expect(await running('w-web')).toBe(0);
  });

  it('leaves what runs on another node of the same name, and what only runs there', async () => {
    await report('n-1', ...runs('w-web', 'c-1'));
    await report('n-2', ...runs('w-web', 'c-2', 'n-2'), ...runs('w-db', 'c-db', 'n-2'));
    await report('n-1', snapshot());
    expect([await running('w-web'), await running('w-db')]).toEqual([1, 1]);
    await report('n-2', snapshot('c-db'));
    expect([await running('w-web'), await running('w-db')]).toEqual([0, 1]);
  });

  it('says nothing of hosts, nor of what the cluster itself tells of', async () => {
    const host = aWorkload({ id: 'w-host', kind: 'Host', namespace: '', name: 'h', nodes: ['n-1'] });
    await report('n-1', { type: 'workload', workload: host }, ...runs('w-web', 'c-web'));
    watched = ['w-web'];
    await report('n-1', snapshot());
    expect([await running('w-host'), await running('w-web')]).toEqual([1, 1]);
  });
});
