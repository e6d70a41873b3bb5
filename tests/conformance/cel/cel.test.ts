// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  CelError,
  compileCel,
  Double,
  ENCODERS,
  environmentOf,
  equals,
  MATH,
  OPTIONALS,
  readType,
  STRINGS,
  sameType,
  typeName,
  type Value,
} from '@bartizan/engine/cel';
import { describe, expect, it } from 'vitest';
import { report } from '../outside.ts';
import {
  allCases,
  type Case,
  declaredFunctions,
  declaredVariables,
  isAboutMessages,
  type Json,
  readValue,
  typeText,
} from './cases.ts';

const LIBRARIES = [STRINGS, MATH, ENCODERS, OPTIONALS];

/** Reasons, each with the cases it holds for. */
interface Misses {
  readonly doesNotApply: Readonly<Record<string, readonly string[]>>;
  readonly missed: Readonly<Record<string, string>>;
}
const MISSES = JSON.parse(readFileSync(join(import.meta.dirname, 'misses.json'), 'utf8')) as Misses;

/** The same value of the same type; NaN is NaN here, and 1 is not 1.0. */
function isSame(found: Value, wanted: Value): boolean {
  if (found instanceof Double && wanted instanceof Double && Number.isNaN(found.value))
    return Number.isNaN(wanted.value);
  return typeName(found) === typeName(wanted) && equals(found, wanted);
}

/** What is wrong with our answer to a case; undefined when it is right. */
function faultOf(one: Case): string | undefined {
  const environment = environmentOf({
    container: one.container,
    libraries: [...LIBRARIES, declaredFunctions(one)],
    variables: declaredVariables(one),
  });
  const compiled = compileCel(one.expr, { environment, unchecked: one.disableCheck });
  if (!compiled.ok) return one.failing ? undefined : compiled.error.detail;
  const program = compiled.value;
  if (one.deducedType !== undefined && !sameType(program.type, readType(typeText(one.deducedType))))
    return `type ${JSON.stringify(program.type)}`;
  if (one.checkOnly) return undefined;
  const bindings = Object.fromEntries(
    Object.entries(one.bindings).map(([name, bound]) => [name, readValue(bound['value'] as Json)]),
  );
  const value = program.value(bindings);
  if (value instanceof CelError) return one.failing ? undefined : `error: ${value.message}`;
  if (one.failing) return `no error but ${typeName(value)}`;
  const wanted = one.value === undefined ? true : readValue(one.value);
  return isSame(value, wanted) ? undefined : `${typeName(value)} ${String(value)}`;
}

const safeFault = (one: Case): string | undefined => {
  try {
    return faultOf(one);
  } catch (fault) {
    return `threw ${String(fault)}`;
  }
};

describe('the conformance suite of CEL', () => {
  it('passes wherever it is not about protocol buffer messages', () => {
    const cases = allCases();
    const apply = cases.filter((one) => !isAboutMessages(one));
    const failed = apply.flatMap((one) => {
      const fault = safeFault(one);
      return fault === undefined ? [] : [{ id: one.id, line: `${one.id}: ${one.expr} -> ${fault}` }];
    });
    process.stdout.write(failed.map(({ line }) => `cel, missed: ${line}\n`).join(''));
    process.stdout.write(`cel: ${cases.length - apply.length} cases are about messages and do not apply\n`);
    report('cel', apply.length - failed.length, apply.length);
    expect(failed.map(({ id }) => id).sort()).toEqual(Object.keys(MISSES.missed).sort());
  });

  it('lists every case that does not apply, with its reason', () => {
    const listed = Object.values(MISSES.doesNotApply).flat();
    expect([...listed].sort()).toEqual(
      allCases()
        .filter(isAboutMessages)
        .map((one) => one.id)
        .sort(),
    );
  });
});
