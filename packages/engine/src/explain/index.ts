// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * Plain words, in both languages, for what a rule asks and why a decision came out.
 * In: rules, conditions, decisions. Out: sentences and steps. Serves all controls.
 */
export { explainComparison, explainCondition, type Sentence } from './condition.ts';
export { type DecisionExplanation, type ExplanationStep, explainDecision, explainRule } from './decision.ts';
