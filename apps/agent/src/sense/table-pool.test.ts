// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { pathTableOf } from '@bartizan/scan';
import { describe, expect, it } from 'vitest';
import { TablePool } from './table-pool.ts';

const table = (path: string, purl = 'p') =>
  pathTableOf([{ paths: [path], owner: { packages: [purl], isCoarse: false } }]);

describe('a pool of tables', () => {
  it('gives the same table for the same content, and another for any other', () => {
    const pool = new TablePool();
    const first = pool.share(table('/a'));
    expect(pool.share(table('/a'))).toBe(first);
    expect(pool.share(table('/b'))).not.toBe(first);
    expect(pool.share(table('/a', 'other'))).not.toBe(first);
  });
});
