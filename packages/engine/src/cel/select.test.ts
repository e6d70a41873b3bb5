// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { READERS } from './field-reader.ts';
import { compileCel, DYN, environmentOf, librariesOf, type Value } from './index.ts';

const environment = environmentOf({ variables: { object: DYN }, libraries: librariesOf(37) });
const EXAMPLES = [
  'dyn(1.5)',
  'dyn(1u)',
  "dyn(b'x')",
  'dyn([1])',
  'dyn({1: 2})',
  "dyn(timestamp('2026-01-01T00:00:00Z'))",
  "dyn(duration('1s'))",
  'dyn(type(1))',
  "dyn(quantity('1'))",
  "dyn(ip('1.2.3.4'))",
  "dyn(cidr('1.2.3.4/8'))",
  "dyn(url('https://a.example/'))",
  "dyn(semver('1.2.3'))",
  'dyn(format.dns1123Label())',
];
const run = (source: string): Value => {
  const program = compileCel(source, { environment });
  if (!program.ok) throw new Error(program.error.detail);
  return program.value.value({ object: null });
};

describe('fields with a reader of their own', () => {
  it.each(EXAMPLES)('are no fields of %s', (source) => {
    const value = run(source) as object;
    expect(typeof value).toBe('object');
    for (const [field, read] of Object.entries(READERS)) {
      expect(field in value, field).toBe(false);
      expect(read({ [field]: 'x' }), field).toBe('x');
    }
  });

  it('are the fields of an optional only through its value', () => {
    expect(run('optional.of({"spec": 1}).spec.value()')).toBe(1);
    expect(run('has(optional.none().spec)')).toBe(false);
    expect(run('has({"spec": null}.spec)')).toBe(true);
  });
});

/** Each path as one closure, and the same from the closures of its parts: nothing is known of what dyn() gives. */
const PATHS: readonly (readonly [string, string])[] = [
  ['object.spec.ports', 'dyn(object.spec).ports'],
  ['has(object.spec.ports)', 'has(dyn(object.spec).ports)'],
  ['[object].map(c, c.spec.ports)', '[object].map(c, dyn(c.spec).ports)'],
  ['[object].map(c, has(c.spec.ports))', '[object].map(c, has(dyn(c.spec).ports))'],
  ['[object].map(c, c.spec)', '[object].map(c, dyn(c).spec)'],
  ['[object].map(c, has(c.spec))', '[object].map(c, has(dyn(c).spec))'],
];
const OBJECTS: readonly unknown[] = [
  ...[0, 1.5, 'x', true, null, [], [1], {}, { ports: null }, { ports: 0 }].map((spec) => ({ spec })),
  ...[1.5, 2 ** 60, 'x', false, [1], { a: 1 }].map((ports) => ({ spec: { ports } })),
  {},
  [],
  'text',
  7,
  null,
];

describe('paths in one closure', () => {
  it.each(PATHS)('%s gives what its parts give, at the same cost', (whole, parts) => {
    const told = OBJECTS.flatMap((object) => {
      const [one, other] = [whole, parts].map((source) => {
        const program = compileCel(source, { environment });
        if (!program.ok) throw new Error(program.error.detail);
        return program.value.evaluate({ object: object as Value });
      });
      expect(one?.value, JSON.stringify(object)).toEqual(other?.value);
      const more = (other?.cost ?? 0) - (one?.cost ?? 0);
      // dyn() is not called with an error, and costs nothing then.
      return JSON.stringify(object).includes('spec') ? [more] : [];
    });
    expect(new Set(told)).toEqual(new Set([1]));
  });
});
