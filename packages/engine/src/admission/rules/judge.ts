// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionMode,
  AdmissionStage,
  AdmissionViolation,
  Comparison,
  Decision,
  LocalText,
  Reason,
  Verdict,
} from '@bartizan/contracts';
import { canBeOfBefore } from '../fields/about.ts';
import { Evaluation } from '../pod/evaluation.ts';
import { sameJson } from '../pod/json.ts';
import type { PodPlace } from '../pod/pod-paths.ts';
import type { AdmissionContext, AdmissionRequest } from '../request.ts';
import type { Variant } from './compile-rule.ts';
import type { CompiledException } from './exceptions.ts';
import { type Found, FoundViolation } from './found-violation.ts';
import { namespaceLabelsHold } from './match.ts';
import type { Witness } from './node.ts';
import type { AdmissionRuleSet, PlannedRule } from './rule-set.ts';
import { NO, PERHAPS, YES } from './three-valued.ts';
import { actualOf, type ViolatingPlace } from './violation.ts';

/** The verdict on one request, with everything that says why. */
export interface AdmissionVerdict {
  /** `elapsedUs` is 0: who has a clock sets it. */
  readonly decision: Decision;
  /** Whether the request may pass. Undecided is for the failure policy of who asked, hence not allowed here. */
  readonly allowed: boolean;
  readonly violations: readonly AdmissionViolation[];
  /** Sentences for the user who asked. */
  readonly warnings: readonly LocalText[];
  /** For the audit log of the API server. */
  readonly auditAnnotations: Readonly<Record<string, string>>;
  /** Field paths where the object has a type that Kubernetes does not allow. */
  readonly malformed: readonly string[];
  /** The rule of effect allow that ended judging. */
  readonly allowedBy?: string;
  /** Revision of the rule set. */
  readonly revision: string;
  /** Whether there are more violations than are listed. */
  readonly truncated: boolean;
}

const VIOLATIONS_MAX = 512;
const COMPARISONS_MAX = 64;
const REASONS_MAX = 32;

interface Progress {
  readonly set: AdmissionRuleSet;
  now: Evaluation;
  /** The object before, for UPDATE. */
  before: Evaluation | undefined;
  readonly exceptions: readonly CompiledException[];
  readonly violations: FoundViolation[];
  /** Undefined when nobody asks for them. */
  readonly reasons: Reason[] | undefined;
  readonly malformed: Set<string>;
  /** Another pod of the same object was judged before: what was said of the object is not said again. */
  isAgain: boolean;
  verdict: Exclude<Verdict, 'undecided'>;
  truncated: boolean;
}

const worse = (one: Progress['verdict'], two: Progress['verdict']): Progress['verdict'] =>
  one === 'deny' || two === 'deny' ? 'deny' : one === 'alert' || two === 'alert' ? 'alert' : 'allow';

function comparisonsOf(witnesses: readonly Witness[]): Comparison[] {
  const comparisons: Comparison[] = [];
  for (const witness of witnesses) {
    const { condition, held } = witness;
    if (condition === undefined) continue;
    if (comparisons.length >= COMPARISONS_MAX) break;
    const { field, operator, value } = condition;
    const expected = value ?? true;
    const actual = actualOf(witness);
    comparisons.push(
      actual === undefined
        ? { field, operator, expected, held }
        : { field, operator, expected, held, actual },
    );
  }
  return comparisons;
}

/** Whether an update leaves all that the rule looks at as it was, so that a violation is one of before. */
function isOfBefore({ variant: { node }, compiled }: Found, { now, before }: Progress): boolean {
  if (before === undefined || !canBeOfBefore(node.about)) return false;
  // The labels of the match are looked at too: the rule was not about the object without them.
  if (compiled.request.fits(before) === NO) return false;
  const [one, two]: [unknown[], unknown[]] = [[], []];
  node.trace(now, one);
  node.trace(before, two);
  return sameJson(one, two);
}

/** The exception that covers a place: of several the one that lasts longest. */
const exceptionFor = (
  exceptions: readonly CompiledException[],
  rule: string,
  place: ViolatingPlace,
): string | undefined =>
  exceptions.length === 0
    ? undefined
    : exceptions.find(({ coversRule, coversItem }) => coversRule(rule) && coversItem(place.item))?.exception
        .id;

/** What a violation means for the request. */
function consequence(found: Found): Progress['verdict'] {
  const { compiled, mode, answer } = found;
  if (answer === YES) return mode === 'enforce' ? 'deny' : 'alert';
  const { whenUnknown } = compiled.rule;
  if (whenUnknown === 'deny') return mode === 'enforce' ? 'deny' : 'alert';
  return whenUnknown;
}

const isSaid = ({ violations }: Progress, id: string, { path }: ViolatingPlace): boolean =>
  violations.some(({ rule, path: said }) => rule.id === id && said === path);

function record(found: Found, progress: Progress): void {
  const { compiled, variant, answer, asked } = found;
  const { rule } = compiled;
  const { reasons } = progress;
  const { witnesses, places } = variant.telling.of(progress.now, asked);
  let open = false;
  for (const place of places) {
    const exception = exceptionFor(progress.exceptions, rule.id, place);
    if (exception === undefined) open = true;
    if (progress.isAgain && isSaid(progress, rule.id, place)) continue;
    if (progress.violations.length < VIOLATIONS_MAX)
      progress.violations.push(new FoundViolation(found, place, exception));
    else progress.truncated = true;
  }
  if (!open) return;
  progress.verdict = worse(progress.verdict, consequence(found));
  if (reasons === undefined || reasons.length >= REASONS_MAX) return;
  if (progress.isAgain && reasons.some((one) => one.rule === rule.id)) return;
  if (answer === YES || rule.whenUnknown !== 'allow')
    reasons.push({
      rule: rule.id,
      revision: compiled.revision,
      title: rule.title,
      comparisons: comparisonsOf(witnesses),
    });
}

/** The way a rule is in force for this request; labels of the namespace that nobody knows never switch a rule off. */
function variantFor({ variants }: PlannedRule, evaluation: Evaluation): Variant | undefined {
  for (const variant of variants) {
    if (!variant.namespaces(evaluation.request.namespace)) continue;
    if (variant.namespaceLabels === undefined) return variant;
    const fits = namespaceLabelsHold(variant.namespaceLabels, evaluation);
    if (fits === YES || (fits === PERHAPS && variant.mode !== 'off')) return variant;
  }
  return undefined;
}

/** Asks one rule; undefined when it is not in force here or its condition does not hold. */
function answerOf(planned: PlannedRule, now: Evaluation): Found | undefined {
  const { compiled } = planned;
  if (!compiled.namespaces(now.request.namespace)) return undefined;
  const variant = variantFor(planned, now);
  if (variant === undefined || variant.mode === 'off') return undefined;
  const fits = compiled.request.fits(now);
  if (fits === NO) return undefined;
  const asked = variant.node.ask(now);
  if (asked === NO) return undefined;
  return { compiled, variant, mode: variant.mode, asked, answer: fits === PERHAPS ? PERHAPS : asked };
}

const endsJudging = ({ compiled, mode, answer }: Found): boolean =>
  compiled.rule.effect === 'allow' && answer === YES && mode === 'enforce';

/** Asks one rule; true when it allows the request and so ends judging. */
function askRule(planned: PlannedRule, progress: Progress): boolean {
  const found = answerOf(planned, progress.now);
  if (found === undefined) return false;
  if (found.compiled.rule.effect === 'allow') return endsJudging(found);
  if (progress.now.stepsLeft <= 0) return false;
  record(isOfBefore(found, progress) ? { ...found, mode: 'audit' } : found, progress);
  return false;
}

const NONE: readonly string[] = [];
const ANNOTATION_MAX = 8192;
const STATES = ['violated', 'unknown', 'excepted'] as const;

function annotationsOf({ set, violations }: Progress, allowedBy: string | undefined): Record<string, string> {
  const annotations: Record<string, string> = { revision: set.revision };
  if (violations.length > 0) {
    for (const state of STATES) {
      const rules = new Set<string>();
      for (const violation of violations) if (violation.state === state) rules.add(violation.rule.id);
      if (rules.size > 0) annotations[state] = [...rules].join(',').slice(0, ANNOTATION_MAX);
    }
  }
  if (allowedBy !== undefined) annotations['allowed-by'] = allowedBy;
  return annotations;
}

interface Asked {
  readonly set: AdmissionRuleSet;
  readonly request: AdmissionRequest;
  readonly context: AdmissionContext;
  readonly nowMs: number;
  readonly stage: AdmissionStage;
}

/** Begins with one pod of the object; without a place with the first, which nearly always is the only one. */
function evaluationsOf({ set, request, context, nowMs }: Asked, place?: PodPlace) {
  const options = { nowMs, podPaths: set.podPaths, ...(place === undefined ? {} : { place }) };
  const now = new Evaluation(request, context, options);
  now.answers = set.answers();
  const hasBefore = request.operation === 'UPDATE' && request.oldObject !== undefined;
  const before = hasBefore ? new Evaluation(request, context, { ...options, old: true }) : undefined;
  return { now, before };
}

function start(asked: Asked, reasons: Reason[] | undefined): Progress {
  const { set, request, nowMs } = asked;
  const exceptions =
    set.exceptions.length === 0
      ? set.exceptions
      : set.exceptions
          .filter(({ exception, coversRequest }) => exception.expiresAtMs > nowMs && coversRequest(request))
          .sort((one, two) => two.exception.expiresAtMs - one.exception.expiresAtMs);
  return {
    ...{ set, ...evaluationsOf(asked), exceptions, violations: [], reasons, malformed: new Set<string>() },
    ...{ isAgain: false, verdict: 'allow', truncated: false },
  };
}

/** Goes on to another pod of the same object, with what is left of the budget. */
function moveTo(place: PodPlace, progress: Progress, asked: Asked): void {
  const { stepsLeft, malformed } = progress.now;
  for (const path of malformed) progress.malformed.add(path);
  Object.assign(progress, evaluationsOf(asked, place));
  progress.now.stepsLeft = stepsLeft;
  progress.isAgain = true;
}

/** Asks all rules; gives the one that allows the request and so ended judging. */
function askAll(progress: Progress, stage: AdmissionStage): string | undefined {
  const { rules, filter } = progress.set.dispatch(progress.now.request, stage);
  for (const at of filter.candidates(progress.now)) {
    const planned = rules[at];
    if (planned === undefined) continue;
    if (askRule(planned, progress)) return planned.compiled.rule.id;
    if (progress.now.stepsLeft <= 0) break;
  }
  return undefined;
}

/** Asks all rules of every pod of the object; gives the rule that allows it, where each of them is allowed. */
function askPods(progress: Progress, asked: Asked): string | undefined {
  const { places, isCut } = progress.now.places;
  let allowedBy = askAll(progress, asked.stage);
  for (const place of places.slice(1)) {
    if (progress.now.stepsLeft <= 0) break;
    moveTo(place, progress, asked);
    const allows = askAll(progress, asked.stage);
    if (allows === undefined) allowedBy = undefined;
  }
  // Nobody looked at all of it.
  if (isCut) progress.now.stepsLeft = 0;
  return allowedBy;
}

/**
 * Judges one request by all rules that fit it. Pure: the same rules, request, facts and time give the same verdict.
 * It never throws, whatever the object is.
 */
export function judgeAdmission(
  set: AdmissionRuleSet,
  request: AdmissionRequest,
  context: AdmissionContext,
  nowMs: number,
  stage: AdmissionStage = 'admission',
): AdmissionVerdict {
  const reasons: Reason[] = [];
  const asked = { set, request, context, nowMs, stage };
  const progress = start(asked, reasons);
  const allowedBy = askPods(progress, asked);
  const isOver = progress.now.stepsLeft <= 0;
  const verdict: Verdict = isOver && progress.verdict !== 'deny' ? 'undecided' : progress.verdict;
  const violations = progress.violations.map((violation) => violation.describe());
  const warned = violations.filter(({ mode, state }) => mode === 'warn' && state !== 'excepted');
  return {
    decision: { verdict, reasons, nearest: [], enforcementPoint: 'none', elapsedUs: 0 },
    allowed: verdict === 'allow' || verdict === 'alert',
    violations,
    warnings: warned.map(({ message }) => message),
    auditAnnotations: annotationsOf(progress, allowedBy),
    malformed:
      progress.malformed.size + progress.now.malformed.size === 0
        ? NONE
        : [...new Set([...progress.malformed, ...progress.now.malformed])],
    ...(allowedBy === undefined ? {} : { allowedBy }),
    revision: set.revision,
    truncated: progress.truncated,
  };
}

/**
 * The violations that `judgeAdmission` gives, each put in words only when it is asked to: for many objects, of whose
 * violations most are counted and few are shown.
 */
export function findViolations(
  set: AdmissionRuleSet,
  request: AdmissionRequest,
  context: AdmissionContext,
  nowMs: number,
  stage: AdmissionStage = 'admission',
): readonly FoundViolation[] {
  const asked = { set, request, context, nowMs, stage };
  const progress = start(asked, undefined);
  askPods(progress, asked);
  return progress.violations;
}

/** A rule that an object violates, or may violate, without the places. */
export interface RuleHit {
  readonly rule: string;
  readonly mode: AdmissionMode;
  readonly state: AdmissionViolation['state'];
}

/** Whether somebody answers for all places where the rule is violated. */
function isExcepted({ compiled, variant, asked }: Found, progress: Progress): boolean {
  const { rule } = compiled;
  if (!progress.exceptions.some(({ coversRule }) => coversRule(rule.id))) return false;
  const { places } = variant.telling.of(progress.now, asked);
  return places.every((place) => exceptionFor(progress.exceptions, rule.id, place) !== undefined);
}

/** The rules that one pod of an object violates, with its object. */
function hitsHere(progress: Progress, stage: AdmissionStage): RuleHit[] {
  const hits: RuleHit[] = [];
  const { rules, filter } = progress.set.dispatch(progress.now.request, stage);
  // Conditions that cannot hold, nor be unknown, for this object are left out.
  for (const at of filter.candidates(progress.now)) {
    const planned = rules[at];
    const found = planned && answerOf(planned, progress.now);
    if (found === undefined) continue;
    if (endsJudging(found)) break;
    const { compiled, mode, answer } = found;
    if (compiled.rule.effect === 'allow') continue;
    const state = isExcepted(found, progress) ? 'excepted' : answer === YES ? 'violated' : 'unknown';
    hits.push({ rule: compiled.rule.id, mode, state });
  }
  return hits;
}

/** Rules that are in force here: where not all was looked at, nobody knows of those that did not hit. */
function* inForceHere({ set, now }: Progress, stage: AdmissionStage): Iterable<RuleHit> {
  for (const planned of set.dispatch(now.request, stage).rules) {
    const { rule, namespaces, request } = planned.compiled;
    const mode = namespaces(now.request.namespace) ? variantFor(planned, now)?.mode : undefined;
    if (rule.effect === 'allow' || mode === undefined || mode === 'off' || request.fits(now) === NO) continue;
    yield { rule: rule.id, mode, state: 'unknown' };
  }
}

const WEIGHT: Readonly<Record<RuleHit['state'], number>> = { excepted: 0, unknown: 1, violated: 2 };

/** The rules that an object violates: quick, for many objects; ask `judgeAdmission` for places and sentences. */
export function ruleHits(
  set: AdmissionRuleSet,
  request: AdmissionRequest,
  context: AdmissionContext,
  nowMs: number,
  stage: AdmissionStage = 'audit',
): readonly RuleHit[] {
  const asked = { set, request, context, nowMs, stage };
  const progress = start(asked, undefined);
  const { places, isCut } = progress.now.places;
  const hits = hitsHere(progress, stage);
  if (places.length < 2) return hits;
  const worst = new Map(hits.map((hit) => [hit.rule, hit]));
  const take = (hit: RuleHit): void => {
    const known = worst.get(hit.rule);
    if (known === undefined || WEIGHT[known.state] < WEIGHT[hit.state]) worst.set(hit.rule, hit);
  };
  for (const place of places.slice(1)) {
    moveTo(place, progress, asked);
    hitsHere(progress, stage).forEach(take);
  }
  if (isCut) for (const hit of inForceHere(progress, stage)) take(hit);
  return [...worst.values()];
}
