// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type CheckResult,
  err,
  type Facts,
  type FactType,
  type FactValue,
  type Failure,
  failure,
  type Lifecycle,
  ok,
  type PostureCheck,
  type PostureFactDefinition,
  type PostureSubject,
  type Result,
  type WorkloadRef,
} from '@bartizan/contracts';
import { type CompiledCondition, compileCondition } from '../expression/index.ts';
import { placeholders, renderMessage, showValue } from '../runtime/message.ts';
import { deriveFacts } from './lifecycle.ts';

/** What is known of one host or container. */
export interface PostureInput {
  readonly cluster: string;
  readonly tenant: string;
  readonly subject: WorkloadRef;
  /** What the facts are of, where the reference does not say it: an image has no kind of workload. */
  readonly of?: PostureSubject;
  readonly facts: Facts;
  /** Facts that could not be read, with the reason. */
  readonly unknown: Readonly<Record<string, string>>;
  /** Table of support windows; without it, checks of age are unknown. */
  readonly lifecycle?: Lifecycle;
}

/** A check that can be asked. */
export interface CompiledCheck {
  readonly check: PostureCheck;
  readonly appliesWhen: CompiledCondition | undefined;
  readonly pass: CompiledCondition;
}
type ContentFailure = Failure<'E_CONTENT'>;

/** Types of facts by name, for one set of definitions. */
export const postureFactTypes = (facts: readonly PostureFactDefinition[]): ReadonlyMap<string, FactType> =>
  new Map(facts.map((fact) => [fact.name, fact.type]));

function strayNames(check: PostureCheck, compiled: Omit<CompiledCheck, 'check'>): string[] {
  const needs = new Set(check.needs);
  const used = [...compiled.pass.fields, ...(compiled.appliesWhen?.fields ?? [])];
  const shown = [check.failure.en, check.failure.ja, ...check.evidence].flatMap(placeholders);
  return [...used, ...shown].filter((name) => !needs.has(name));
}

/** Compiles a check. E_CONTENT: a condition is wrong, or it uses a fact it does not list under `needs`. */
export function compileCheck(
  check: PostureCheck,
  types?: ReadonlyMap<string, FactType>,
): Result<CompiledCheck, ContentFailure> {
  const refuse = (detail: string): Result<never, ContentFailure> =>
    err(failure('E_CONTENT', `${check.id}: ${detail}`));
  const pass = compileCondition(check.pass, types);
  if (!pass.ok) return refuse(`pass: ${pass.error.detail}`);
  const applies = check.appliesWhen === undefined ? undefined : compileCondition(check.appliesWhen, types);
  if (applies !== undefined && !applies.ok) return refuse(`appliesWhen: ${applies.error.detail}`);
  const compiled = { check, appliesWhen: applies?.value, pass: pass.value };
  const stray = strayNames(check, compiled)[0];
  return stray === undefined ? ok(compiled) : refuse(`uses ${stray}, which is not listed under needs`);
}

/** Compiled form of checks that came as data; kept by identity, so that content compiles once. */
const compiledChecks = new WeakMap<PostureCheck, CompiledCheck | undefined>();
function compiledOf(check: PostureCheck): CompiledCheck | undefined {
  if (!compiledChecks.has(check)) {
    const compiled = compileCheck(check);
    compiledChecks.set(check, compiled.ok ? compiled.value : undefined);
  }
  return compiledChecks.get(check);
}

const DETAIL_MAX = 64;
/** Evidence lines: the template filled; a list fact also shows its items, one line each. */
function evidenceOf(check: PostureCheck, facts: Facts): string[] {
  const lines = check.evidence.map((template) => renderMessage({ en: template, ja: template }, facts).en);
  const lists = check.needs.flatMap((name): readonly string[] => {
    const value: FactValue | undefined = facts[name];
    return Array.isArray(value) ? value : [];
  });
  return [...lines, ...lists.map((item) => showValue(item))].slice(0, DETAIL_MAX);
}

interface Verdict {
  readonly outcome: CheckResult['outcome'];
  readonly evidence: readonly string[];
}

function verdictOf(check: PostureCheck, facts: Facts, unknown: PostureInput['unknown']): Verdict {
  const compiled = compiledOf(check);
  if (compiled === undefined) return { outcome: 'unknown', evidence: ['the check cannot be compiled'] };
  const { appliesWhen, pass } = compiled;
  const lacking = (names: readonly string[]): string[] => names.filter((name) => facts[name] === undefined);
  const why = (names: readonly string[]): string[] =>
    names.map((name) => `${name}: ${unknown[name] ?? 'not collected'}`);
  if (appliesWhen !== undefined) {
    const missing = lacking(appliesWhen.fields);
    if (missing.length > 0) return { outcome: 'unknown', evidence: why(missing) };
    if (!appliesWhen.test(facts)) return { outcome: 'not-applicable', evidence: [] };
  }
  const missing = lacking(check.needs);
  if (missing.length > 0) return { outcome: 'unknown', evidence: why(missing) };
  return { outcome: pass.test(facts) ? 'pass' : 'fail', evidence: evidenceOf(check, facts) };
}

/** Whether a check is asked of this kind of subject. */
export const asksOf = (check: PostureCheck, subject: WorkloadRef): boolean =>
  check.subjects.includes(subject.kind === 'Host' ? 'Host' : 'Container');

/**
 * Evaluates checks on one subject. A fact that is missing makes the outcome `unknown` with the reason as evidence; it
 * never passes. Checks of another kind of subject are left out.
 */
export function evaluateChecks(
  checks: readonly PostureCheck[],
  input: PostureInput,
  nowMs: number,
): CheckResult[] {
  const facts = deriveFacts(input.facts, input.lifecycle, nowMs);
  return checks
    .filter((check) =>
      input.of === undefined ? asksOf(check, input.subject) : check.subjects.includes(input.of),
    )
    .map((check) => {
      const { outcome, evidence } = verdictOf(check, facts, input.unknown);
      return {
        check: check.id,
        cluster: input.cluster,
        tenant: input.tenant,
        subject: input.subject,
        outcome,
        severity: check.severity,
        title: outcome === 'fail' ? renderMessage(check.failure, facts, 512) : check.title,
        evidence: [...evidence],
        fix: {
          state: 'configuration' as const,
          action: check.fix.action,
          ...(check.fix.command === undefined ? {} : { command: check.fix.command }),
        },
        owasp: check.owasp,
        checkedAtMs: nowMs,
      };
    });
}
