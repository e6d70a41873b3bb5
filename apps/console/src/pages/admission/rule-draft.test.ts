// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule } from '@bartizan/contracts';
import { compileAdmissionPolicyLeniently } from '@bartizan/engine/admission';
import { describe, expect, it } from 'vitest';
import { readDocument } from './document.ts';
import { examplesOf, firstText, replaces, versionOf } from './rule-draft.ts';

it('names the version of a rule by its text, and whether it is asked', () => {
  expect([true, false].map((enabled) => versionOf({ revision: 'a1', enabled }))).toEqual(['a1', 'a1-off']);
});

describe('a rule of one’s own', () => {
  it('starts as an example that can be read, with what it must and must not match', () => {
    const read = readDocument(firstText(undefined, false));
    expect(read.ok).toBe(true);
    const examples = examplesOf(read.ok ? read.value : undefined);
    expect(examples.map(({ name, nameJa, mustViolate }) => [name, nameJa, mustViolate])).toEqual([
      ['another registry', 'ほかのレジストリ', true],
      ['our registry', '自社のレジストリ', false],
    ]);
  });
  it('starts as an example that the engine takes', () => {
    const read = readDocument(firstText(undefined, false));
    const rules = [(read.ok ? read.value : undefined) as AdmissionRule];
    expect(compileAdmissionPolicyLeniently({ rules, bindings: [], exceptions: [] }).refused).toEqual([]);
  });
  it('made from one of the product gets an id of its own', () => {
    const rule = { id: 'admission.host-pid' } as never;
    expect(firstText(rule, false)).toContain('id: custom.host-pid');
    expect(firstText(rule, true)).toContain('id: admission.host-pid');
  });
  it('replaces what was there only under its own id: another id makes a new rule, which undo removes', () => {
    const own = { id: 'custom.a' } as AdmissionRule;
    expect([replaces(own, 'custom.a'), replaces(own, 'custom.b'), replaces(undefined, 'custom.a')]).toEqual([
      true,
      false,
      false,
    ]);
  });
  it('keeps examples that a trial cannot ask for the controller', () => {
    const tests = { mustViolate: [{ name: 'exec', object: {}, subResource: 'exec' }], mustPass: 'no list' };
    expect(examplesOf({ tests }).map(({ isLater }) => isLater)).toEqual([true]);
  });
  it.each([undefined, null, 7, [], { tests: [] }])('has no examples when it is %j', (value) => {
    expect(examplesOf(value)).toEqual([]);
  });
});
