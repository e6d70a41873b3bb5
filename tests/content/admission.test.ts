// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AdmissionRule, type AdmissionViolation, parser } from '@bartizan/contracts';
import {
  type AdmissionRuleSet,
  type AdmissionVerdict,
  applyPatch,
  compileAdmissionPolicy,
  judgeAdmission,
} from '@bartizan/engine/admission';
import { describe, expect, it } from 'vitest';
import { ROOT, readText } from '../architecture/repository.ts';
import { type Example, exampleContext, exampleRequest } from './admission-request.ts';

const NOW_MS = 1_790_000_000_000;
const parse = parser(AdmissionRule);
const rules = readdirSync(join(ROOT, 'content/admission'))
  .filter((name) => name.endsWith('.json'))
  .map((name): [string, AdmissionRule] => {
    const parsed = parse(JSON.parse(readText(`content/admission/${name}`)));
    if (!parsed.ok) throw new Error(`${name}: ${JSON.stringify(parsed.error)}`);
    return [name, parsed.value];
  });

function setOf(list: readonly AdmissionRule[]): AdmissionRuleSet {
  const set = compileAdmissionPolicy({ rules: list });
  if (!set.ok) throw new Error(set.error.detail);
  return set.value;
}
const compiled = new WeakMap<AdmissionRule, AdmissionRuleSet>();
function alone(rule: AdmissionRule): AdmissionRuleSet {
  const set = compiled.get(rule) ?? setOf([rule]);
  compiled.set(rule, set);
  return set;
}

/** The verdict of one rule alone on one example, at the first stage it is asked in that knows requests. */
function judge(rule: AdmissionRule, example: Example): AdmissionVerdict {
  const stage = rule.stages.includes('admission') ? 'admission' : (rule.stages[0] ?? 'ci');
  return judgeAdmission(alone(rule), exampleRequest(rule, example), exampleContext(example), NOW_MS, stage);
}
const statesOf = (rule: AdmissionRule, example: Example): AdmissionViolation['state'][] =>
  judge(rule, example).violations.map(({ state }) => state);

const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/u;

describe('admission rules', () => {
  it('are at least sixty, named after their ids, and none enforces by itself', () => {
    expect(rules.length).toBeGreaterThanOrEqual(60);
    expect(new Set(rules.map(([, rule]) => rule.id)).size).toBe(rules.length);
    expect(rules.filter(([name, rule]) => name !== `${rule.id}.json`)).toEqual([]);
    expect(rules.filter(([, rule]) => rule.mode === 'enforce').map(([name]) => name)).toEqual([]);
    setOf(rules.map(([, rule]) => rule));
  });

  it.each(rules)('%s finds all its bad examples and none of the good ones', (_name, rule) => {
    const { mustViolate, mustPass } = rule.tests;
    expect(mustViolate.length).toBeGreaterThanOrEqual(1);
    expect(mustPass.length).toBeGreaterThanOrEqual(1);
    expect(
      mustViolate.filter((example) => !statesOf(rule, example).includes('violated')).map(({ name }) => name),
      'not seen',
    ).toEqual([]);
    expect(
      mustPass.filter((example) => statesOf(rule, example).length > 0).map(({ name }) => name),
      'seen for nothing',
    ).toEqual([]);
  });

  it.each(rules)('%s names its examples in both languages, and tells them apart in either', (_name, rule) => {
    for (const examples of [rule.tests.mustViolate, rule.tests.mustPass]) {
      const names = examples.map(({ name }) => name);
      const own = examples.map(({ nameJa = '' }) => nameJa);
      expect(own.filter((one) => one === '')).toEqual([]);
      // Names of kinds and roles are the same in every language; whatever is a sentence is none of them.
      expect(own.filter((one, at) => one === names[at] && /[a-z] [a-z]/u.test(one))).toEqual([]);
      expect(new Set(own).size).toBe(new Set(names).size);
    }
  });

  it.each(rules)('%s says the contrary once its condition is turned round', (_name, rule) => {
    const reversed = { ...rule, condition: { not: rule.condition } };
    expect(
      rule.tests.mustViolate.filter((example) => statesOf(reversed, example).includes('violated')),
    ).toEqual([]);
  });

  it.each(rules.filter(([, rule]) => rule.fix?.patch !== undefined))(
    '%s is satisfied by its own patch',
    (_name, rule) => {
      for (const example of rule.tests.mustViolate) {
        const { violations } = judge(rule, example);
        const repaired = applyPatch(
          example.object,
          violations.flatMap(({ patch }) => patch),
        );
        expect(
          statesOf(rule, { ...example, object: repaired }),
          `${example.name}: ${JSON.stringify(violations.map(({ patch }) => patch))}`,
        ).toEqual([]);
      }
    },
  );

  it.each(rules)('%s speaks both languages and leaves no placeholder empty', (_name, rule) => {
    for (const part of [rule.title, rule.description, rule.message, rule.fix?.action]) {
      expect(part?.en ?? '').not.toMatch(japanese);
      expect(part?.ja ?? '').toMatch(japanese);
    }
    for (const example of rule.tests.mustViolate)
      for (const { message } of judge(rule, example).violations) {
        expect(message.en, example.name).not.toMatch(/[{}]|\(not set\)/);
        expect(message.ja, example.name).not.toMatch(/[{}]|（未設定）/);
      }
  });

  it.each(rules.filter(([, rule]) => rule.match.resources.includes('workloads')))(
    '%s says nothing about a careful deployment but what needs facts that are not there',
    (_name, rule) => {
      const deployment = careful('a careful deployment');
      expect(statesOf(rule, deployment).filter((state) => state === 'violated')).toEqual([]);
    },
  );
});

/** An example that several rules have: it violates nothing. */
function careful(name: string): Example {
  const found = rules
    .find(([file]) => file === 'admission.read-only-root.json')?.[1]
    .tests.mustPass.find((example) => example.name === name);
  if (found === undefined) throw new Error(`no example is named ${name}`);
  return found;
}
