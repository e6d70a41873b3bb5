// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, it } from 'vitest';
import { STORE_CASES } from './cases.ts';
import { openStoreInPlace, openTestStore } from './test-store.ts';

describe.each([
  ['the SQLite store', openTestStore],
  ['the SQLite store without threads', openStoreInPlace],
])('%s', (_what, open) => {
  it.each(STORE_CASES)('$name', async ({ run }) => {
    const test = await open();
    try {
      await run(test);
    } finally {
      await test.remove();
    }
  });
});
