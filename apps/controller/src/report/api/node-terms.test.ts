// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import {
  aFinding,
  aNode,
  aSecurityEvent,
  aWorkload,
  good,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FindingLedger } from '../../decide/finding-ledger.ts';
import { Turnstile } from '../../turnstile.ts';
import { ANONYMOUS } from '../access/caller.ts';
import { LiveHub } from '../live/hub.ts';
import { eventHandlers } from './event-routes.ts';
import { findingHandlers } from './finding-routes.ts';
import { toQuery } from './list-query.ts';
import { mapHandlers } from './map-routes.ts';
import { withNodeIds } from './node-terms.ts';
import { WorkloadSummaries } from './workload-summaries.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
let test: TestStore;
beforeAll(async () => {
  test = await openStoreInPlace();
  good(
    await test.store.nodes.put(SCOPE, [
      aNode({ id: 'n-3', name: 'worker-3' }),
      aNode({ id: 'n-4', name: 'worker-4' }),
    ]),
  );
});
afterAll(() => test?.remove());

const termsOf = async (filter: string) => {
  const query = await withNodeIds(test.store, SCOPE, toQuery({ filter }));
  return query.ok ? query.value.filter : query.error;
};
const node = (negated: boolean, ...values: string[]) => ({ field: 'node', operator: 'in', values, negated });

describe('a filter that names nodes', () => {
  it('means all nodes of that name, and ids as before', async () => {
    expect(await termsOf('node:worker-3')).toEqual([node(false, 'worker-3', 'n-3')]);
    expect(await termsOf('node:n-4')).toEqual([node(false, 'n-4')]);
    expect(await termsOf('-node:worker-*')).toEqual([node(true, 'worker-*', 'n-3', 'n-4')]);
    expect(await termsOf('severity:high')).toMatchObject([{ field: 'severity' }]);
  });
  it('is refused where more nodes have such a name than a filter holds', async () => {
    const many = Array.from({ length: 70 }, (_, at) => aNode({ id: `n-many-${at}`, name: `many-${at}` }));
    good(await test.store.nodes.put(SCOPE, many));
    expect(await termsOf('node:many-*')).toMatchObject({ code: 'E_FILTER' });
  });
  it('narrows events and findings by the name that pages show', async () => {
    const occurredAtMs = test.clock.nowMs() - 1000;
    good(
      await test.store.events.append(SCOPE, [
        aSecurityEvent(1, { id: 'n-3:boot-1:security:1', node: 'n-3', occurredAtMs }),
        aSecurityEvent(2, { id: 'n-4:boot-1:security:2', node: 'n-4', occurredAtMs }),
      ]),
    );
    good(await test.store.findings.put(SCOPE, [aFinding({ id: 'f-3', node: 'n-3' })]));
    good(await test.store.workloads.put(SCOPE, [aWorkload({ nodes: ['n-3'] })]));
    const summaries = new WorkloadSummaries(test.store, test.clock);
    const given = (filter: string) => ({
      ...{ caller: ANONYMOUS, scope: SCOPE, origin: { address: '', traceId: '' } },
      ...{ params: {}, query: { filter }, body: undefined },
    });
    const live = new LiveHub(test.clock, () => Promise.resolve(true));
    live.close();
    const events = eventHandlers({ ...test, live });
    const listed = await events['event.list'].run(given('node:worker-3'));
    expect(listed).toMatchObject({ ok: true, value: { body: { items: [{ node: 'n-3' }] } } });
    const counted = await events['event.histogram'].run(given('node:worker-3'));
    expect(counted).toMatchObject({ ok: true, value: { body: { buckets: [expect.anything()] } } });
    const findingTurnstile = new Turnstile();
    const keeper = new FindingLedger(test.store, test.clock, findingTurnstile);
    const findings = findingHandlers({ ...test, findingTurnstile, publish: () => undefined, keeper });
    expect(await findings['finding.list'].run(given('node:worker-3'))).toMatchObject({
      value: { body: { items: [{ id: 'f-3' }] } },
    });
    expect(await mapHandlers({ ...test, summaries })['map.show'].run(given('node:worker-3'))).toMatchObject({
      value: { body: { workloads: 1 } },
    });
    expect(await mapHandlers({ ...test, summaries })['map.show'].run(given('node:worker-4'))).toMatchObject({
      value: { body: { workloads: 0 } },
    });
  });
});
