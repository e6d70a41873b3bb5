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
