// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import type { ImageFacts, Unknown } from '@bartizan/engine/admission';
import { describe, expect, it } from 'vitest';
import { imageVerdicts } from './image-verdicts.ts';

const digest = (at: number): string => `sha256:${createHash('sha256').update(String(at)).digest('hex')}`;
const many = (count: number): [string, ImageFacts][] =>
  Array.from({ length: count }, (_, at) => [
    digest(at),
    { scanned: true, scannedAtMs: at, signed: at % 2 === 0 },
  ]);
const unsigned = {
  policy: 'unsigned',
  judge: (facts: ImageFacts | Unknown) => 'unknown' in facts || facts.signed === false,
};
const everything = { policy: 'everything', judge: () => true };

describe('verdicts on images', () => {
  it('name what is refused, and by whom; what passes is not there', async () => {
    const made = await imageVerdicts(
      [...many(2), ['no digest', { scanned: true }]],
      [unsigned, everything],
      0,
    );
    expect(made).toMatchObject({
      shards: [{ [digest(0)]: ['everything'], [digest(1)]: ['everything', 'unsigned'] }],
      refused: 2,
      overflow: 0,
    });
    expect([...made.counts]).toEqual(
      expect.arrayContaining([
        ['everything', 2],
        ['unsigned', 1],
      ]),
    );
  });

  it('judge also what nobody knows, as the closure does', async () => {
    const { refused } = await imageVerdicts([[digest(1), { unknown: 'being scanned' }]], [unsigned], 0);
    expect(refused).toBe(1);
  });

  it('are spread over more objects when there are many, each below its limit and each digest in one', async () => {
    const limit = 20_000;
    const { shards, refused, overflow } = await imageVerdicts(many(800), [everything], 0, limit);
    expect([shards.length, refused, overflow]).toEqual([4, 800, 0]);
    expect(new Set(shards.flatMap((shard) => Object.keys(shard))).size).toBe(800);
    for (const shard of shards) expect(JSON.stringify(shard).length).toBeLessThan(1.5 * limit);
  });

  it('leave out the oldest when there is no room for all, and count them', async () => {
    const { shards, overflow } = await imageVerdicts(many(4000), [everything], 0, 20_000);
    const kept = shards.flatMap((shard) => Object.keys(shard));
    expect(overflow).toBe(4000 - kept.length);
    expect(overflow).toBeGreaterThan(1000);
    expect(kept).toContain(digest(3999));
    expect(kept).not.toContain(digest(0));
    for (const shard of shards) expect(JSON.stringify(shard).length).toBeLessThan(2 * 20_000);
  });
});
