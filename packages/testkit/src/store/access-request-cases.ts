// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { type FilterTerm, tenantScope } from '@bartizan/contracts';
import { anAccessRequest } from './access-request-records.ts';
import { all, good, type StoreCase, term, where } from './case.ts';

const OURS = tenantScope('local', 'default');

/** Promises of the repository of requests for access, beside those of every repository. */
export const ACCESS_REQUEST_CASES: readonly StoreCase[] = [
  {
    name: 'finds access requests by state, subject, role, verb, who asked and when they end',
    run: async ({ store }) => {
      const { role: _role, ...byRules } = anAccessRequest({ id: 'a-2', state: 'active', expiresAtMs: 5 });
      const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods/log'] }];
      good(await store.accessRequests.put(OURS, [anAccessRequest(), { ...byRules, rules }]));
      const ask = async (...filter: FilterTerm[]) =>
        good(await store.accessRequests.list(OURS, where(...filter))).items.map(({ id }) => id);
      assert.deepEqual(await ask(term('state', 'active', 'failed')), ['a-2']);
      assert.deepEqual(await ask(term('role', 'ClusterRole/view')), ['a-1']);
      assert.deepEqual(await ask(term('verb', 'get'), term('resource', 'pods/log')), ['a-2']);
      assert.equal((await ask(term('subject', 'ServiceAccount/shop/worker'))).length, 2);
      assert.equal((await ask(term('askedBy', 'aiko'), term('', 'incident'))).length, 2);
      const sort = { field: 'expiresAtMs', descending: true };
      const page = good(await store.accessRequests.list(OURS, all({ sort })));
      assert.equal(page.items[0]?.id, 'a-2');
    },
  },
];
