// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import assert from 'node:assert/strict';
import { exactly, type FilterTerm, tenantScope } from '@bartizan/contracts';
import { good, type StoreCase, where } from './case.ts';
import { aWorkload } from './records.ts';

const OURS = tenantScope('local', 'default');

/** Promises of filters whose values come from records. */
export const EXACT_CASES: readonly StoreCase[] = [
  {
    name: 'takes a value of a record as it is when asked exactly',
    run: async ({ store }) => {
      const odd = ['*****', 'a*', 'x'.repeat(600)];
      good(
        await store.workloads.put(
          OURS,
          ['ab', ...odd].map((name, at) =>
            aWorkload({ id: `w-${at}`, name, labels: { is: name.slice(0, 9) } }),
          ),
        ),
      );
      const ask = async (filter: FilterTerm): Promise<string[]> =>
        good(await store.workloads.list(OURS, where(filter))).items.map(({ name }) => name);
      for (const name of odd) assert.deepEqual(await ask(exactly('name', name)), [name]);
      assert.deepEqual((await ask(exactly('name', 'ab', '*****'))).sort(), ['*****', 'ab']);
      assert.deepEqual(await ask(exactly('label', 'is=*****')), ['*****']);
      assert.deepEqual(await ask(exactly('', 'is=a*')), ['a*']);
      assert.equal((await ask(exactly('running', String(aWorkload().running)))).length, 4);
    },
  },
];
