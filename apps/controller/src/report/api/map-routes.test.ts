// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  DEFAULT_TENANT,
  LOCAL_CLUSTER,
  type QueryOf,
  type ResponseOf,
  tenantScope,
} from '@bartizan/contracts';
import { aFlow, aWorkload, good, openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../access/caller.ts';
import { mapHandlers } from './map-routes.ts';
import { WorkloadSummaries } from './workload-summaries.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);
const HOUR_MS = 3_600_000;
/** More than have a mark of their own. */
const USUAL = 60;

let test: TestStore;
let nowMs: number;
beforeAll(async () => {
  test = await openStoreInPlace();
  nowMs = test.clock.nowMs();
  good(await test.store.workloads.put(SCOPE, [aWorkload()]));
  const calls = (occurredAtMs: number, from: number) =>
    Array.from({ length: USUAL }, (_, at) =>
      aFlow(from + at, {
        ...{ occurredAtMs, remoteAddress: `198.51.100.${at + 1}`, connections: 100 - at },
      }),
    );
  good(
    await test.store.events.append(SCOPE, [
      ...calls(nowMs - 3 * HOUR_MS, 1),
      ...calls(nowMs - HOUR_MS, 101),
      aFlow(999, { occurredAtMs: nowMs - HOUR_MS, remoteAddress: '203.0.113.66' }),
    ]),
  );
});
afterAll(() => test?.remove());

const ask = async (query: QueryOf<'map.show'>, flowsMax?: number) => {
  const parts = { ...test, summaries: new WorkloadSummaries(test.store, test.clock) };
  const answer = await mapHandlers(parts, flowsMax)['map.show'].run({
    ...{ caller: ANONYMOUS, scope: SCOPE, origin: { address: '', traceId: '' } },
    ...{ params: {}, query, body: undefined },
  });
  if (!answer.ok) throw new Error(answer.error.detail ?? answer.error.code);
  return answer.value.body as ResponseOf<'map.show'>;
};
const outside = ({ nodes }: ResponseOf<'map.show'>): string[] =>
  nodes.flatMap(({ kind, id }) => (kind === 'external' ? [id] : [])).sort();

describe('a map that is held against another time', () => {
  it('names what only one of them has, and the same addresses in both', async () => {
    const now = { from: nowMs - 2 * HOUR_MS, to: nowMs };
    const then = { from: nowMs - 4 * HOUR_MS, to: nowMs - 2 * HOUR_MS };
    expect(outside(await ask(now))).not.toContain('external:203.0.113.66');
    const after = outside(await ask({ ...now, otherFrom: then.from, otherTo: then.to }));
    const before = outside(await ask({ ...then, otherFrom: now.from, otherTo: now.to }));
    expect(after).toContain('external:203.0.113.66');
    expect(after.filter((id) => id !== 'external:203.0.113.66')).toEqual(before);
  });
  it('says that connections were left out, in either time', async () => {
    const now = { from: nowMs - 2 * HOUR_MS, to: nowMs };
    const idle = { from: nowMs - 9 * HOUR_MS, to: nowMs - 8 * HOUR_MS };
    expect(await ask(now)).not.toHaveProperty('isCut');
    expect(await ask(now, USUAL)).toHaveProperty('isCut', true);
    expect(await ask(idle, USUAL)).not.toHaveProperty('isCut');
    expect(await ask({ ...idle, otherFrom: now.from, otherTo: now.to }, USUAL)).toHaveProperty('isCut', true);
  });
});
