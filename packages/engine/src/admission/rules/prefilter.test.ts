// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { EMPTY_CONTEXT, Evaluation } from '../index.ts';
import { compileAdmissionCondition } from './compile-condition.ts';
import type { Needs } from './need.ts';
import { prefilter } from './prefilter.ts';
import { SharedNodes } from './settings.ts';

/** What a rule needs that asks for one class of priority. */
function needsClass(value: string): Needs {
  const condition = { field: 'pod.priorityClassName', operator: 'equals', value } as const;
  const node = compileAdmissionCondition(condition, { parameters: {}, shared: new SharedNodes() });
  if (!node.ok) throw new Error(node.error.detail);
  return node.value.needs;
}

const podOf = (priorityClassName: unknown): Evaluation =>
  new Evaluation(
    {
      operation: 'CREATE',
      group: '',
      resource: 'pods',
      subResource: '',
      kind: 'Pod',
      namespace: 'shop',
      name: 'web',
      object: { spec: { containers: [], priorityClassName } },
    },
    EMPTY_CONTEXT,
    { nowMs: 0 },
  );

describe('prefilter', () => {
  it('gives rules in their order, also those that share what they need with later ones', () => {
    const shared = needsClass('class-40');
    // Of 100 rules: some are always asked, some ask the very same, so that words of 32 bits begin and end in between.
    const needs = Array.from({ length: 100 }, (_, at): Needs => {
      if (at === 31 || at === 64) return undefined;
      return at % 33 === 0 ? shared : needsClass(`class-${at}`);
    });
    const { candidates } = prefilter(needs);
    expect(candidates(podOf('class-40'))).toEqual([0, 31, 33, 40, 64, 66, 99]);
    expect(candidates(podOf('class-32'))).toEqual([31, 32, 64]);
    expect(candidates(podOf('class-98'))).toEqual([31, 64, 98]);
    // Nothing of the object before is left.
    expect(candidates(podOf('none'))).toEqual([31, 64]);
    // What has a wrong type may be anything.
    expect(candidates(podOf(7))).toHaveLength(100);
  });

  it('tells texts apart whose lengths differ by what a word has bits', () => {
    const short = 'a'.repeat(31);
    const long = 'a'.repeat(63);
    const { candidates } = prefilter([short, long, ''].map(needsClass));
    expect(candidates(podOf(short))).toEqual([0]);
    expect(candidates(podOf(long))).toEqual([1]);
    expect(candidates(podOf('a'.repeat(95)))).toEqual([]);
    expect(candidates(podOf('a'.repeat(32)))).toEqual([]);
    expect(candidates(podOf(''))).toEqual([2]);
  });
});
