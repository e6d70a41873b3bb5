// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { readVex } from './read-vex.ts';

const read = (document: unknown) => {
  const result = readVex(Buffer.from(JSON.stringify(document)));
  if (!result.ok) throw new Error(result.error.detail);
  return result.value;
};

describe('documents with too many statements', () => {
  it('say how much of them is not read', { timeout: 60_000 }, () => {
    const count = 200_002;
    const many = <T>(value: T): T[] => Array.from({ length: count }, () => value);
    const nested = (depth: number): object => (depth === 0 ? {} : { components: [nested(depth - 1)] });
    const said = [
      read({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        statements: many({ vulnerability: 'CVE-2026-1', products: ['pkg:npm/a'], status: 'fixed' }),
      }),
      read({
        document: { csaf_version: '2.0' },
        product_tree: { full_product_names: [{ product_id: 'a', name: 'a' }] },
        vulnerabilities: [{ cve: 'CVE-2026-1', product_status: { fixed: many('a') } }],
      }),
      read({
        bomFormat: 'CycloneDX',
        vulnerabilities: many({ id: 'x', analysis: { state: 'resolved' }, affects: [{ ref: 'a' }] }),
        components: [nested(66)],
      }),
    ].map(({ statements, unusable }) => [statements.length, unusable.length, unusable[0]]);
    expect(said).toEqual([
      [200_000, 1, '2 more statements are not read: at most 200000 are'],
      [200_000, 1, '2 more statements are not read: at most 200000 are'],
      [200_000, 2, '2 more vulnerabilities are not read: at most 200000 are'],
    ]);
  });
});
