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

  it('does not hold the message that a table came in', () => {
    const { hashes, places, ...rest } = table('/a');
    const message = new ArrayBuffer(1024 * 1024);
    const inMessage = {
      ...rest,
      hashes: new Float64Array(message, 0, hashes.length),
      places: new Uint32Array(message, 512, places.length),
    };
    inMessage.hashes.set(hashes);
    inMessage.places.set(places);
    const kept = new TablePool().share(inMessage);
    expect([kept.hashes.buffer.byteLength, kept.places.buffer.byteLength]).toEqual([8, 4]);
    expect([[...kept.hashes], [...kept.places]]).toEqual([[...hashes], [...places]]);
  });
});
