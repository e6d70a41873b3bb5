// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DetectionRule, Failure, Result, Trigger } from '@bartizan/contracts';
import { TRIGGERS } from '@bartizan/contracts/detection-rule';
import { err, failure, ok } from '@bartizan/contracts/result';
import { severityRank } from '@bartizan/contracts/severity-order';
import { type CompiledCondition, compileCondition } from '../expression/index.ts';
import { contentHash } from '../revision/index.ts';
import { placeholders } from './message.ts';
import { factTypes } from './vocabulary.ts';

/** A rule that can be asked. */
export interface CompiledRule {
  readonly rule: DetectionRule;
  readonly revision: string;
  readonly condition: CompiledCondition;
}
/** Rules in force: worst first, so that the first match is the one to show. */
export interface RuleSet {
  /** Content hash over all rules; the order in which they were given does not matter. */
  readonly revision: string;
  readonly rules: readonly CompiledRule[];
  readonly byTrigger: ReadonlyMap<Trigger, readonly CompiledRule[]>;
}
type RuleFailure = Failure<'E_RULE'>;

/** Revision of one rule: its content hash. */
export const ruleRevision = (rule: DetectionRule): string => contentHash(rule);

const RULES_MAX = 5000;

/** Compiles one rule. E_RULE names the rule and what is wrong with it. */
export function compileRule(rule: DetectionRule): Result<CompiledRule, RuleFailure> {
  const types = factTypes(rule.triggers);
  const condition = compileCondition(rule.condition, types);
  if (!condition.ok) return err(failure('E_RULE', `${rule.id}: ${condition.error.detail}`));
  if (rule.triggers.length === 0) return err(failure('E_RULE', `${rule.id}: no trigger`));
  for (const name of [...placeholders(rule.message.en), ...placeholders(rule.message.ja)])
    if (!types.has(name))
      return err(failure('E_RULE', `${rule.id}: the message names ${name}, which is no fact`));
  return ok({ rule, revision: ruleRevision(rule), condition: condition.value });
}

const worstFirst = (one: CompiledRule, two: CompiledRule): number =>
  severityRank(one.rule.severity) - severityRank(two.rule.severity) || (one.rule.id < two.rule.id ? -1 : 1);

function join(rules: readonly CompiledRule[]): RuleSet {
  const sorted = rules.toSorted(worstFirst);
  const byTrigger = new Map(
    TRIGGERS.map((trigger) => [trigger, sorted.filter(({ rule }) => rule.triggers.includes(trigger))]),
  );
  const revisions = sorted.map(({ rule, revision }) => [rule.id, revision]);
  revisions.sort(([one = ''], [two = '']) => (one < two ? -1 : 1));
  return { revision: contentHash(revisions), rules: sorted, byTrigger };
}

/** Rules that were compiled and those that were refused, each with its reason. */
export interface RuleCompilation {
  readonly set: RuleSet;
  readonly refused: readonly { readonly id: string; readonly failure: RuleFailure }[];
}

/** Compiles what can be compiled: one bad rule never disarms the others; the caller shows `refused`. */
export function compileRulesLeniently(rules: readonly DetectionRule[]): RuleCompilation {
  const compiled = new Map<string, CompiledRule>();
  const refused: { readonly id: string; readonly failure: RuleFailure }[] = [];
  for (const rule of rules) {
    const outcome: Result<CompiledRule, RuleFailure> = compiled.has(rule.id)
      ? err(failure('E_RULE', `${rule.id}: two rules have this id`))
      : compiled.size >= RULES_MAX
        ? err(failure('E_RULE', `${rule.id}: more than ${RULES_MAX} rules`))
        : compileRule(rule);
    if (outcome.ok) compiled.set(rule.id, outcome.value);
    else refused.push({ id: rule.id, failure: outcome.error });
  }
  return { set: join([...compiled.values()]), refused };
}

/** Compiles rules; the first bad one is the error. */
export function compileRules(rules: readonly DetectionRule[]): Result<RuleSet, RuleFailure> {
  const { set, refused } = compileRulesLeniently(rules);
  const first = refused[0];
  return first === undefined ? ok(set) : err(first.failure);
}
