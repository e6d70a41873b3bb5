// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { ok, tenantScope } from '@bartizan/contracts';
import {
  aContainer,
  aWorkload,
  good,
  OWNER,
  openStoreInPlace,
  type TestStore,
} from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTAINER_KEPT_MS, ContainerRetention } from './container-retention.ts';

const SCOPE = tenantScope(OWNER.cluster, OWNER.tenant);
const OTHER = tenantScope('other', 'theirs');

let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());

const sweep = () => new ContainerRetention(test).sweep();
const left = async (scope = SCOPE) =>
  good(await test.store.containers.list(scope, { filter: [], limit: 9 })).items.map(({ id }) => id);

describe('containers that ended', () => {
  it('are removed after 30 days, of every owner; their workload and what runs stay', async () => {
    const endedAtMs = test.clock.value;
    const ended = { state: 'exited', endedAtMs } as const;
    good(await test.store.workloads.put(SCOPE, [aWorkload()]));
    good(
      await test.store.containers.put(SCOPE, [
        aContainer({ id: 'c-old', ...ended }),
        aContainer({ id: 'c-later', ...ended, endedAtMs: endedAtMs + 60_000 }),
        aContainer({ id: 'c-runs', startedAtMs: 1 }),
        // Started again: an end that is over says nothing.
        aContainer({ id: 'c-again', endedAtMs: 1 }),
      ]),
    );
    good(
      await test.store.containers.put(OTHER, [
        aContainer({ id: 'c-theirs', cluster: 'other', tenant: 'theirs', ...ended }),
      ]),
    );
    test.clock.value += CONTAINER_KEPT_MS;
    expect(await sweep()).toEqual(ok(0));
    test.clock.value += 1000;
    expect(await sweep()).toEqual(ok(2));
    expect((await left()).toSorted()).toEqual(['c-again', 'c-later', 'c-runs']);
    expect(await left(OTHER)).toEqual([]);
    expect(good(await test.store.workloads.get(SCOPE, 'w-1'))).toBeDefined();
  });

  it('are removed 2000 in a round, that others do not wait for all of them', async () => {
    const ended = { state: 'exited', endedAtMs: test.clock.value } as const;
    for (const part of ['a', 'b', 'c'])
      good(
        await test.store.containers.put(
          SCOPE,
          Array.from({ length: 800 }, (_none, at) => aContainer({ id: `c-${part}${at}`, ...ended })),
        ),
      );
    test.clock.value += CONTAINER_KEPT_MS + 1000;
    expect(await sweep()).toEqual(ok(2000));
    expect(await sweep()).toEqual(ok(400));
    expect(await left()).toEqual([]);
  });
});
