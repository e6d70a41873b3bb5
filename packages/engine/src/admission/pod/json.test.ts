// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sameJson } from './json.ts';

/** Few keys and few values, so that two of them are often nearly the same; some keys every object inherits. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, 0, 1, '', 'a', true),
    fc.array(tie('value'), { maxLength: 2 }),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('value')), {
        maxLength: 3,
        selector: ([key]) => key,
      })
      .map((members) => Object.fromEntries(members)),
  ),
}));

/** The same text for what says the same: members in order of their keys. */
function ordered(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(ordered).join()}]`;
  if (typeof json !== 'object' || json === null) return JSON.stringify(json);
  const members = Object.entries(json).map(([key, of]) => `${JSON.stringify(key)}:${ordered(of)}`);
  return `{${members.sort().join()}}`;
}

const parsed = (text: string): unknown => JSON.parse(text) as unknown;

describe('sameJson', () => {
  it('tells JSON apart as its texts do, in any order of members', () => {
    let same = 0;
    fc.assert(
      fc.property(value, value, (one, two) => {
        const isSame = ordered(one) === ordered(two);
        if (isSame) same += 1;
        expect(sameJson(one, two)).toBe(isSame);
        expect(sameJson(two, one)).toBe(isSame);
        expect(sameJson(one, parsed(JSON.stringify(one)))).toBe(true);
      }),
      { seed: 20261130, numRuns: 2_000 },
    );
    expect(same).toBeGreaterThan(0);
  });

  it.each([
    ['{"__proto__":{}}', '{}'],
    ['{"__proto__":{}}', '{"a":1}'],
    ['{"constructor":null}', '{"a":null}'],
    ['{"a":1}', '{"a":1,"b":1}'],
    ['[]', '{}'],
    ['{"0":1}', '[1]'],
  ])('%s is not %s', (one, two) => {
    expect(sameJson(parsed(one), parsed(two))).toBe(false);
    expect(sameJson(parsed(two), parsed(one))).toBe(false);
  });
});
