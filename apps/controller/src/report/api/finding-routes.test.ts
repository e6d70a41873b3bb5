// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { DEFAULT_TENANT, LOCAL_CLUSTER, tenantScope } from '@bartizan/contracts';
import { aFinding, good, openStoreInPlace } from '@bartizan/testkit/store';
import { expect, it } from 'vitest';
import { Turnstile } from '../../turnstile.ts';
import { ANONYMOUS } from '../access/caller.ts';
import { findingHandlers } from './finding-routes.ts';

const SCOPE = tenantScope(LOCAL_CLUSTER, DEFAULT_TENANT);

it('groups of more findings than are read at once say that their total is a lower bound', async () => {
  const test = await openStoreInPlace();
  try {
    const findings = ['a', 'b', 'c'].map((id) => aFinding({ id, groupKey: id }));
    good(await test.store.findings.put(SCOPE, findings));
    const parts = {
      store: test.store,
      clock: test.clock,
      publish: () => undefined,
      findingTurnstile: new Turnstile(),
    };
    const ask = async (groupedMax: number) => {
      const answer = await findingHandlers(parts, groupedMax)['finding.groups'].run({
        caller: ANONYMOUS,
        scope: SCOPE,
        origin: { address: '', traceId: '' },
        ...{ params: {}, query: {}, body: undefined },
      });
      return answer.ok ? answer.value.body : answer.error;
    };
    expect(await ask(2)).toMatchObject({ total: 2, isTotalLowerBound: true });
    expect(await ask(3)).toMatchObject({ total: 3 });
    expect(await ask(3)).not.toHaveProperty('isTotalLowerBound');
  } finally {
    await test.remove();
  }
});
