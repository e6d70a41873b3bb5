// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, ok, tenantScope } from '@bartizan/contracts';
import { aProcessEvent, aWorkload, good, openStoreInPlace } from '@bartizan/testkit/store';
import { expect, it } from 'vitest';
import { ANONYMOUS } from '../access/caller.ts';
import { workloadActivityHandlers } from './workload-activity-routes.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

it('processes of more events than are read at once say that their total is a lower bound', async () => {
  const test = await openStoreInPlace();
  try {
    good(await test.store.workloads.put(SCOPE, [aWorkload()]));
    good(
      await test.store.events.append(
        SCOPE,
        [1, 2, 3].map((sequence) => aProcessEvent(sequence)),
      ),
    );
    const parts = { ...test, usesOf: () => Promise.resolve(ok(new Map())) };
    const ask = async (foldedMax: number) => {
      const answer = await workloadActivityHandlers(parts, foldedMax)['workload.processes'].run({
        ...{ caller: ANONYMOUS, scope: SCOPE, origin: { address: '', traceId: '' } },
        ...{ params: { id: aWorkload().id }, query: {}, body: undefined },
      });
      return answer.ok ? answer.value.body : answer.error;
    };
    expect(await ask(2)).toMatchObject({ isTotalLowerBound: true });
    expect(await ask(3)).toMatchObject({ items: [expect.anything()] });
    expect(await ask(3)).not.toHaveProperty('isTotalLowerBound');
  } finally {
    await test.remove();
  }
});
