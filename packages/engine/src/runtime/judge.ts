// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Decision, DetectionRule, Facts, NearMiss, Reason, Trigger } from '@bartizan/contracts';
import type { CompiledRule, RuleSet } from './rule-set.ts';

/** One happening to be judged. */
export interface Happening {
  readonly trigger: Trigger;
  readonly facts: Facts;
  readonly inContainer: boolean;
  /** Where the verdict takes effect; `agent` unless said otherwise. */
  readonly enforcementPoint?: Decision['enforcementPoint'];
}
/** The verdict on one happening. */
export interface Judgement {
  /** `alert` when a rule matched, else `allow`. `elapsedUs` is 0: who has a clock sets it. */
  readonly decision: Decision;
  /** The worst rule that matched. */
  readonly matched: DetectionRule | undefined;
  /** All rules that matched, worst first. */
  readonly all: readonly DetectionRule[];
}

const REASONS_MAX = 32;
const NEAREST_MAX = 3;
const NOTHING: readonly CompiledRule[] = [];

const inScope = (scope: DetectionRule['scope'], inContainer: boolean): boolean =>
  scope === 'any' || (scope === 'container') === inContainer;

function reasonOf({ rule, revision, condition }: CompiledRule, facts: Facts): Reason {
  return {
    rule: rule.id,
    revision,
    title: rule.title,
    comparisons: [...condition.explain(facts).comparisons],
  };
}

/** Rules that were asked and did not match but of which at least one comparison held: nearest first, at most three. */
export function nearestMisses(rules: RuleSet, { trigger, facts, inContainer }: Happening): NearMiss[] {
  const misses: { readonly held: number; readonly miss: NearMiss }[] = [];
  for (const { rule, condition } of rules.byTrigger.get(trigger) ?? NOTHING) {
    if (!inScope(rule.scope, inContainer)) continue;
    const { held, comparisons, firstDiffered } = condition.explain(facts);
    if (held || firstDiffered === undefined || comparisons.length === 0) continue;
    misses.push({
      held: comparisons.length,
      miss: { rule: rule.id, title: rule.title, differed: firstDiffered },
    });
  }
  return misses
    .sort((one, two) => two.held - one.held)
    .slice(0, NEAREST_MAX)
    .map(({ miss }) => miss);
}

/**
 * Judges one happening by all rules of its trigger. Nearest misses are computed when a rule matched; for what is
 * allowed ask `nearestMisses`. Pure: the same rules and facts give the same judgement.
 */
export function judge(rules: RuleSet, happening: Happening): Judgement {
  const { trigger, facts, inContainer, enforcementPoint = 'agent' } = happening;
  const matched: CompiledRule[] = [];
  for (const compiled of rules.byTrigger.get(trigger) ?? NOTHING)
    if (inScope(compiled.rule.scope, inContainer) && compiled.condition.test(facts)) matched.push(compiled);
  const hit = matched.length > 0;
  return {
    decision: {
      verdict: hit ? 'alert' : 'allow',
      reasons: matched.slice(0, REASONS_MAX).map((compiled) => reasonOf(compiled, facts)),
      nearest: hit ? nearestMisses(rules, happening) : [],
      enforcementPoint,
      elapsedUs: 0,
    },
    matched: matched[0]?.rule,
    all: matched.map(({ rule }) => rule),
  };
}
