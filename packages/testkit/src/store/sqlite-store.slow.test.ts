// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, it } from 'vitest';
import { STORE_CASES } from './cases.ts';
import { openTestStore } from './test-store.ts';

describe('the SQLite store', () => {
  it.each(STORE_CASES)('$name', async ({ run }) => {
    const test = await openTestStore();
    try {
      await run(test);
    } finally {
      await test.remove();
    }
  });
});
