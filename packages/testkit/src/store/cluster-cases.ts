// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { type FilterTerm, type Scope, systemScope, tenantScope } from '@bartizan/contracts';
import { codeOf, good, type StoreCase, term, where } from './case.ts';
import { aNode, aSecurityEvent, aWorkload, workloadRef } from './records.ts';

const OURS = tenantScope('local', 'default');
const EAST = tenantScope('east', 'default');
const SYSTEM = systemScope('case table');
const not = (filter: FilterTerm): FilterTerm => ({ ...filter, negated: true });

/** Promises of filters that name the cluster, as the scope of the console does. */
export const CLUSTER_CASES: readonly StoreCase[] = [
  {
    name: 'narrows records to a cluster, alone and with a namespace, and never past the scope',
    run: async ({ store }) => {
      good(await store.workloads.put(OURS, [aWorkload(), aWorkload({ id: 'w-2', namespace: 'shop' })]));
      good(await store.workloads.put(EAST, [aWorkload({ id: 'w-3', cluster: 'east', namespace: 'shop' })]));
      const ask = async (scope: Scope, ...filter: FilterTerm[]): Promise<string[]> =>
        good(await store.workloads.list(scope, where(...filter)))
          .items.map(({ id }) => id)
          .sort();
      assert.deepEqual(await ask(SYSTEM, term('cluster', 'east')), ['w-3']);
      assert.deepEqual(await ask(SYSTEM, term('cluster', 'EAST', 'north')), ['w-3']);
      assert.deepEqual(await ask(SYSTEM, not(term('cluster', 'ea*'))), ['w-1', 'w-2']);
      assert.deepEqual(await ask(OURS, term('cluster', 'local')), ['w-1', 'w-2']);
      assert.deepEqual(await ask(OURS, term('cluster', 'local'), term('namespace', 'shop')), ['w-2']);
      assert.deepEqual(await ask(OURS, term('cluster', 'east')), []);
      const counts = good(await store.workloads.countBy(OURS, 'namespace', where(term('cluster', 'local'))));
      assert.deepEqual([...counts.values()], [1, 1]);
      good(await store.nodes.put(OURS, [aNode()]));
      assert.equal(good(await store.nodes.list(OURS, where(term('cluster', 'local')))).items.length, 1);
      assert.equal(
        codeOf(await store.nodes.list(OURS, where({ ...term('cluster', '1'), operator: 'greater-than' }))),
        'E_FILTER',
      );
    },
  },
  {
    name: 'narrows events and their histogram to the cluster of their producer',
    run: async ({ store }) => {
      const shop = { ...workloadRef('w-2'), namespace: 'shop' };
      good(await store.events.append(OURS, [aSecurityEvent(1), aSecurityEvent(2, { workload: shop })]));
      good(await store.events.append(EAST, [aSecurityEvent(3, { cluster: 'east', workload: shop })]));
      const ask = async (scope: Scope, ...filter: FilterTerm[]): Promise<number[]> =>
        good(await store.events.list(scope, 'security', where(...filter))).items.map(
          ({ sequence }) => sequence,
        );
      assert.deepEqual(await ask(SYSTEM, term('cluster', 'east')), [3]);
      assert.deepEqual(await ask(SYSTEM, not(term('cluster', 'EAST'))), [2, 1]);
      assert.deepEqual(await ask(OURS, term('cluster', 'local')), [2, 1]);
      assert.deepEqual(await ask(OURS, term('cluster', 'local'), term('namespace', 'shop')), [2]);
      assert.deepEqual(await ask(OURS, term('cluster', 'east')), []);
      const buckets = good(
        await store.events.histogram(OURS, 'security', {
          ...where(term('cluster', 'local'), term('namespace', 'shop')),
          intervalMs: 60_000,
        }),
      );
      assert.deepEqual(buckets, [{ atMs: 960_000, counts: { critical: 1 } }]);
    },
  },
];
