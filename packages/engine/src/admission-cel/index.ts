// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/**
 * CEL inside the conditions of rules. In: an expression. Out: what a rule asks of a request: true, false, or unknown
 * with the reason, never an exception. Costs are those of the API server, for an expression and for a decision.
 */

import type { FactValue } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { type CelCompiler, type Evaluation, once, type Reading, unknown } from '../admission/index.ts';
import {
  BOOL,
  CelError,
  compileCel,
  EXPRESSION_COST_MAX,
  KUBERNETES_MINORS,
  type Program,
  type Value,
} from '../cel/index.ts';
import { bindingsOf } from './bindings.ts';
import { ruleEnvironment } from './environment.ts';

/** What all expressions of one decision may cost together, as for one binding of a policy of the API server. */
export const DECISION_COST_MAX = 10_000_000;
const DETAIL_MAX = 300;

interface Budget {
  spent: number;
}

function ask(program: Program, root: Evaluation, params: Readonly<Record<string, FactValue>>): Reading {
  const budget = once(root, 'cel-budget', (): Budget => ({ spent: 0 }));
  const left = DECISION_COST_MAX - budget.spent;
  if (left <= 0) return unknown('the CEL expressions of this decision cost more than they may together');
  const base = once(root, 'cel-bindings', () => bindingsOf(root));
  // A list of a parameter is never written to: the value is handed on as it is.
  const bindings = { ...base, params: params as Readonly<Record<string, Value>> };
  const { value, cost, effort } = program.evaluate(bindings, Math.min(left, EXPRESSION_COST_MAX));
  budget.spent += Math.max(cost, effort);
  if (typeof value === 'boolean') return value;
  if (value instanceof CelError) return unknown(`the CEL expression: ${value.message}`.slice(0, DETAIL_MAX));
  return unknown('the CEL expression gave something else than true or false');
}

/**
 * Compiles expressions of rules, with the functions that an API server of a minor version knows; without one, with all
 * that we know. Each answer is worked out once a decision.
 */
export const ruleCelCompiler =
  (minor: number = KUBERNETES_MINORS.last): CelCompiler =>
  (source) => {
    const compiled = compileCel(source, { environment: ruleEnvironment(minor), expected: BOOL });
    if (!compiled.ok) {
      const why = compiled.error.detail.slice(0, DETAIL_MAX);
      return err(failure('E_CEL', `the CEL expression cannot be used with Kubernetes 1.${minor}: ${why}`));
    }
    const program = compiled.value;
    const answers = new WeakMap<Evaluation, Map<Readonly<Record<string, FactValue>>, Reading>>();
    return ok({
      evaluate: (root, parameters) => {
        const kept = answers.get(root) ?? new Map<Readonly<Record<string, FactValue>>, Reading>();
        if (kept.has(parameters)) return kept.get(parameters);
        const reading = ask(program, root, parameters);
        kept.set(parameters, reading);
        answers.set(root, kept);
        return reading;
      },
    });
  };

/** Minor version of Kubernetes 1 in a version as API servers tell it (`v1.37.2`); undefined for another text. */
export function kubernetesMinor(version: string): number | undefined {
  const [, minor] = /^v?1\.(\d{1,3})(?:\D|$)/.exec(version) ?? [];
  return minor === undefined ? undefined : Number(minor);
}
