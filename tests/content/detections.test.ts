// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DetectionRule, parser } from '@bartizan/contracts';
import { compileRules, judge } from '@bartizan/engine';
import { describe, expect, it } from 'vitest';
import { ROOT, readText } from '../architecture/repository.ts';

const parse = parser(DetectionRule);
const files = readdirSync(join(ROOT, 'content/detections')).filter((name) => name.endsWith('.json'));
const rules = files.map((name): [string, DetectionRule] => {
  const parsed = parse(JSON.parse(readText(`content/detections/${name}`)));
  if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.error)}`);
  return [name, parsed.value];
});

/** Whether a rule alone raises an alert on the facts of one example. */
function matches(rule: DetectionRule, example: DetectionRule['tests']['mustMatch'][number]): boolean {
  const set = compileRules([rule]);
  if (!set.ok) throw new Error(set.error.detail);
  const { trigger, facts } = example;
  return (
    judge(set.value, { trigger, facts, inContainer: facts['container.present'] === true }).decision
      .verdict === 'alert'
  );
}

describe('detection rules', () => {
  it('are at least a dozen and have unique ids', () => {
    expect(rules.length).toBeGreaterThanOrEqual(12);
    expect(new Set(rules.map(([, rule]) => rule.id)).size).toBe(rules.length);
  });

  it.each(rules)('%s is named after its id and matches exactly its examples', (name, rule) => {
    expect(name).toBe(`${rule.id}.json`);
    expect(rule.tests.mustMatch.length).toBeGreaterThan(0);
    expect(rule.tests.mustNotMatch.length).toBeGreaterThan(0);
    expect(
      rule.tests.mustMatch.filter((example) => !matches(rule, example)).map((example) => example.name),
    ).toEqual([]);
    expect(
      rule.tests.mustNotMatch.filter((example) => matches(rule, example)).map((example) => example.name),
    ).toEqual([]);
  });

  it.each(rules)('%s does not match its examples once its condition is turned round', (_name, rule) => {
    const reversed = { ...rule, condition: { not: rule.condition } };
    expect(rule.tests.mustMatch.some((example) => matches(reversed, example))).toBe(false);
  });

  it.each(rules)('%s speaks both languages', (_name, rule) => {
    for (const part of [rule.title, rule.description, rule.message, rule.fix]) {
      expect(part.en).not.toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
      expect(part.ja).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/u);
    }
  });

  it.each(rules)('%s has benign examples that no rule calls critical', (_name, rule) => {
    const all = compileRules(rules.map(([, one]) => one));
    if (!all.ok) throw new Error(all.error.detail);
    for (const { trigger, facts, name } of rule.tests.mustNotMatch) {
      const { all: matched } = judge(all.value, {
        trigger,
        facts,
        inContainer: facts['container.present'] === true,
      });
      expect(
        matched.filter((one) => one.severity === 'critical').map((one) => one.id),
        name,
      ).toEqual([]);
    }
  });
});
