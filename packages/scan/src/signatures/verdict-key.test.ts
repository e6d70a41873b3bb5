// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type VerdictConditions, verdictKey } from './verdict-key.ts';

const HOUR_MS = 3_600_000;
const base: VerdictConditions = {
  artifactDigest: 'sha256:aa',
  policyRevision: 'p1',
  trustDigests: ['t1', 't2'],
  signatureDigests: ['s1'],
  verifierRevision: 1,
  nowMs: 100 * HOUR_MS,
  boundariesMs: [50 * HOUR_MS, 101 * HOUR_MS],
};
const key = verdictKey(base);

describe('the key of a kept verdict', () => {
  it.each<[string, Partial<VerdictConditions>]>([
    ['the artifact', { artifactDigest: 'sha256:ab' }],
    ['the policy', { policyRevision: 'p2' }],
    ['a trust root', { trustDigests: ['t1', 't3'] }],
    ['one trust root less', { trustDigests: ['t1'] }],
    ['a new signature', { signatureDigests: ['s1', 's2'] }],
    ['no signature', { signatureDigests: [] }],
    ['the verifier', { verifierRevision: 2 }],
    ['a boundary that has passed', { nowMs: 101 * HOUR_MS + 1 }],
    ['a clock that went back over a boundary', { nowMs: 50 * HOUR_MS }],
    ['another boundary', { boundariesMs: [50 * HOUR_MS, 102 * HOUR_MS] }],
    ['six hours', { nowMs: 102 * HOUR_MS }],
    ['texts that only meet differently', { artifactDigest: 'sha256:aap1', policyRevision: '' }],
    [
      'a digest that moved from one list to the other',
      { trustDigests: ['t1'], signatureDigests: ['s1', 't2'] },
    ],
  ])('is another one after a change of %s', (_what, change) => {
    expect(verdictKey({ ...base, ...change })).not.toBe(key);
  });

  it('is the same for the same conditions, whatever the order, and within the span', () => {
    expect(
      verdictKey({ ...base, trustDigests: ['t2', 't1'], boundariesMs: [...base.boundariesMs].reverse() }),
    ).toBe(key);
    expect(verdictKey({ ...base, nowMs: base.nowMs + 1 })).toBe(key);
  });

  it('is equal only where every condition is', () => {
    const conditions = fc.record({
      artifactDigest: fc.constantFrom('a', 'b', 'a","b'),
      policyRevision: fc.constantFrom('p', 'q', ''),
      trustDigests: fc.subarray(['t', 'u']),
      signatureDigests: fc.subarray(['s', 't']),
      verifierRevision: fc.constantFrom(1, 2),
      nowMs: fc.constantFrom(0, 1),
      boundariesMs: fc.subarray([0, 5]),
    });
    const sense = (one: VerdictConditions): string =>
      JSON.stringify({ ...one, nowMs: one.boundariesMs.includes(0) ? one.nowMs : 0 });
    fc.assert(
      fc.property(conditions, conditions, (one, two) => {
        expect(verdictKey(one) === verdictKey(two)).toBe(sense(one) === sense(two));
      }),
      { seed: 2, numRuns: 3000 },
    );
  });
});
