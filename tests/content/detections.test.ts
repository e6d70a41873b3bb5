// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Condition, DetectionRule, type FieldCondition, parser } from '@bartizan/contracts';
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

/** Names that are links, with the program that the kernel tells instead (Debian, RHEL, UBI and Amazon Linux minimal, Alpine). */
const TARGETS: Readonly<Record<string, readonly string[]>> = {
  awk: ['mawk', 'gawk', 'original-awk'],
  cat: ['coreutils'],
  csh: ['bsd-csh', 'tcsh'],
  ksh: ['ksh93', 'mksh'],
  nc: ['nc.openbsd', 'nc.traditional', 'ncat'],
  strings: ['x86_64-linux-gnu-strings'],
};

/** Comparisons of the name of the program by which a rule finds something. */
function namesAsked(condition: Condition): FieldCondition[] {
  if ('all' in condition) return condition.all.flatMap(namesAsked);
  if ('any' in condition) return condition.any.flatMap(namesAsked);
  return 'not' in condition || condition.field !== 'process.name' ? [] : [condition];
}

/** What is told of these links that the rule does not ask for, though it asks for the link. */
function deadLinks(rule: DetectionRule): string[] {
  const [trigger] = rule.triggers;
  if (trigger === undefined) throw new Error(`${rule.id} has no trigger`);
  const facts = { 'container.present': rule.scope !== 'host' };
  return namesAsked(rule.condition).flatMap((condition) => {
    const asks = (name: string): boolean =>
      matches({ ...rule, condition }, { name, trigger, facts: { ...facts, 'process.name': name } });
    return Object.entries(TARGETS).flatMap(([link, targets]) =>
      asks(link) ? targets.filter((target) => !asks(target)) : [],
    );
  });
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

  it.each(rules)('%s asks for what the kernel tells of a program that is called by a link', (_name, rule) => {
    expect(deadLinks(rule)).toEqual([]);
  });

  it('that ask for a link alone are found', () => {
    const [, rule] = rules.find(([name]) => name === 'runtime.shell-in-container.json') ?? [];
    if (rule === undefined) throw new Error('no such rule');
    const condition: Condition = { field: 'process.name', operator: 'in', value: ['sh', 'ksh'] };
    expect(deadLinks({ ...rule, condition })).toEqual(['ksh93', 'mksh']);
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
