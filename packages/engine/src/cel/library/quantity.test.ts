// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { CelError, compileCel, environmentOf, KUBERNETES_MINORS, librariesOf, type Value } from '../index.ts';

const ENVIRONMENT = environmentOf({ libraries: librariesOf(KUBERNETES_MINORS.last) });
const run = (source: string): Value => {
  const program = compileCel(source, { environment: ENVIRONMENT });
  if (!program.ok) throw new Error(program.error.detail);
  return program.value.value({});
};

describe('amounts of resources', () => {
  it.each<[string, number | bigint]>([
    ['1e3', 1000],
    ['1k', 1000],
    ['0.5k', 500],
    ['1Gi', 1_073_741_824],
    ['1.Gi', 1_073_741_824],
    ['10Ti', 10_995_116_277_760],
    ['99999Gi', 107_373_108_658_176],
    ['0', 0],
    ['00', 0],
    ['-5', -5],
    ['0000000000000000000001', 1],
    ['999999999999999999', 999_999_999_999_999_999n],
    ['9E', 9_000_000_000_000_000_000n],
  ])('are integers where Kubernetes says so: %s', (text, value) => {
    expect(run(`quantity("${text}").isInteger()`)).toBe(true);
    expect(run(`quantity("${text}").asInteger()`)).toBe(value);
  });

  it.each(['1000m', '1.0', '0.5Gi', '1.5Gi', '100Ti', '1Pi', '0Pi', '1000000000000000000', '10E', '1e99'])(
    'are none where it holds them in another form, whole or not: %s',
    (text) => {
      expect(run(`quantity("${text}").isInteger()`)).toBe(false);
      expect(run(`quantity("${text}").asInteger()`)).toBeInstanceOf(CelError);
    },
  );

  it.each<[string, boolean]>([
    ['quantity("1").add(1)', true],
    ['quantity("1Gi").add(quantity("1k"))', true],
    ['quantity("1").sub(quantity("2"))', true],
    // The unit of a sum is the finer one, whatever comes out.
    ['quantity("500m").add(quantity("500m"))', false],
    ['quantity("1").add(quantity("1000m"))', false],
    ['quantity("1").add(quantity("0m"))', true],
    ['quantity("0m").add(quantity("1"))', true],
    ['quantity("1").add(quantity("1.5Gi"))', false],
    ['quantity("9E").add(quantity("9E"))', false],
  ])('keep their form in sums: %s', (source, whole) => {
    expect(run(`${source}.isInteger()`)).toBe(whole);
  });

  it.each([
    'quantity("16Ei") == quantity("9Ei") && quantity("-16Ei") == quantity("-9Ei")',
    'quantity("8Ei").isLessThan(quantity("16E")) && quantity("7Ei").isLessThan(quantity("8Ei"))',
    'quantity("1000m") == quantity("1") && quantity("1.5Gi") == quantity("1536Mi")',
    'quantity("500m").add(quantity("500m")) == quantity("1")',
    'quantity("-0.5").add(1) == quantity("500m") && quantity("0.1n") == quantity("1n")',
  ])('compare by value: %s', (source) => {
    expect(run(source)).toBe(true);
  });
});
