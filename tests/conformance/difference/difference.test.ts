// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { describe, expect, it } from 'vitest';
import { builtInRules, violatedRules } from '../admission-pack.ts';
import { report } from '../outside.ts';
import { BAD, CAREFUL, GOOD } from './pods.ts';

const rules = builtInRules();
/** JSON as it comes over the wire: what is undefined is not there. */
const wired = (object: unknown): unknown => JSON.parse(JSON.stringify(object));
const said = (object: unknown): Set<string> =>
  new Set(violatedRules(rules, [wired(object)]).map(({ rule }) => rule));
const usual = said(CAREFUL);
const extraOf = (object: unknown): string[] => [...said(object)].filter((rule) => !usual.has(rule));

describe('what our rules say of a pod beyond what they say of a careful one', () => {
  it('is something on every bad pod', () => {
    const unseen = BAD.filter(([, object]) => extraOf(object).length === 0).map(([name]) => name);
    report('difference-seen', BAD.length - unseen.length, BAD.length);
    expect(unseen).toEqual([]);
  });

  it('is nothing on every good pod', () => {
    const alarmed = GOOD.map(([name, object]) => [name, ...extraOf(object)]).filter(
      ({ length }) => length > 1,
    );
    report('difference-quiet', GOOD.length - alarmed.length, GOOD.length);
    expect(alarmed).toEqual([]);
  });

  it('starts from a careful pod of which they say little', () => {
    expect([...usual]).toEqual(['admission.user-namespace']);
  });
});
