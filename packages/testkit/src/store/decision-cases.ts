// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { type FilterTerm, tenantScope } from '@bartizan/contracts';
import { anAdmissionDecision } from './admission-records.ts';
import { good, type StoreCase, term, where } from './case.ts';

const OURS = tenantScope('local', 'default');

/** Decisions that stand for several requests. */
export const DECISION_CASES: readonly StoreCase[] = [
  {
    name: 'finds a decision by each of the requests it stands for',
    run: async ({ store }) => {
      const repeats = ['b', 'c'].map((one) => ({
        requestUid: `uid-of-${one}`,
        name: `web-${one}`,
        atMs: 2000,
        elapsedUs: 7,
      }));
      const folded = anAdmissionDecision({ id: 'd-folded', name: 'web-a', requestUid: 'uid-of-a', repeats });
      const single = anAdmissionDecision({ id: 'd-single', name: 'web-d', requestUid: 'uid-of-d' });
      good(await store.admissionDecisions.put(OURS, [folded, single]));
      const found = async (filter: FilterTerm): Promise<string[]> =>
        good(await store.admissionDecisions.list(OURS, where(filter))).items.map(({ id }) => id);
      for (const one of ['a', 'b', 'c']) {
        assert.deepEqual(await found(term('name', `web-${one}`)), ['d-folded'], one);
        assert.deepEqual(await found(term('', `web-${one}`)), ['d-folded'], one);
        assert.deepEqual(await found(term('', `uid-of-${one}`)), ['d-folded'], one);
      }
      assert.deepEqual(await found(term('name', 'web-d')), ['d-single']);
      assert.deepEqual(await found(term('name', 'web-')), []);
      assert.deepEqual((await found(term('name', 'web-*'))).toSorted(), ['d-folded', 'd-single']);
      assert.deepEqual(good(await store.admissionDecisions.get(OURS, 'd-folded')), folded);
    },
  },
];
