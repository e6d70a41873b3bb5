// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { systemScope, tenantScope } from '@bartizan/contracts';
import { openStoreInPlace, type TestStore } from '@bartizan/testkit/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalSystemScope } from './system-scope-journal.ts';

const quiet = () => undefined;
let test: TestStore;
beforeEach(async () => {
  test = await openStoreInPlace();
});
afterEach(() => test.remove());

describe('the journal of the system scope', () => {
  it('records each purpose once, and never the scope of a tenant', async () => {
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const store = journalSystemScope(test.store, test.clock, log);
    const query = { filter: [], limit: 1 };
    for (let times = 0; times < 3; times += 1) {
      await store.nodes.list(systemScope('count nodes'), query);
      await store.users.list(systemScope('look for users'), query);
      await store.nodes.list(tenantScope('local', 'default'), query);
    }
    const records = async () => {
      const list = await test.store.audit.list(systemScope('test'), { filter: [], limit: 100 });
      return list.ok
        ? list.value.items.map(({ actor, action, actorKind }) => [actor, action, actorKind])
        : [];
    };
    await expect.poll(records).toHaveLength(2);
    expect(await records()).toEqual(
      expect.arrayContaining([
        ['count nodes', 'system-scope.use', 'system'],
        ['look for users', 'system-scope.use', 'system'],
      ]),
    );
  });

  it('leaves the store what it is', async () => {
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const store = journalSystemScope(test.store, test.clock, log);
    expect(store.state().state).toBe('ok');
    expect(store.retention).toEqual(test.store.retention);
  });
});
