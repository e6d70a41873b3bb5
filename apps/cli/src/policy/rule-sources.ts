// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, Result } from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import {
  type AdmissionRuleSet,
  type CelCompiler,
  type CustomKind,
  compileAdmissionPolicy,
  customPodPaths,
  PSS_MINOR_LATEST,
  pssRules,
} from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { usage } from '../context.ts';
import { builtInRules, type PolicyFiles, readPolicyFiles } from './policy-files.ts';

/** Where rules come from. */
export interface PolicySources {
  /** Files and folders with rules, bindings and exceptions of one's own. */
  readonly policies?: readonly string[];
  /** Without the rules that come with the product. */
  readonly ownOnly?: boolean;
  /** Level of the Pod Security Standards, with or without a version: `restricted`, `baseline:1.31`. */
  readonly pss?: string;
}

const NONE: PolicyFiles = { rules: [], disabled: [], bindings: [], exceptions: [], others: [] };

const LEVEL = /^(baseline|restricted)(?::(?:v?1\.(\d{1,3})|latest))?$/;

/** The rules of a level of the Pod Security Standards, as of a version of Kubernetes or the newest known. */
function pssOf(asked: string | undefined): Result<readonly AdmissionRule[], ApiFailure> {
  if (asked === undefined) return ok([]);
  const [, level, minor] = LEVEL.exec(asked) ?? [];
  if (level !== 'baseline' && level !== 'restricted') return usage('--pss baseline|restricted[:1.N|:latest]');
  return ok(pssRules(level, minor === undefined ? PSS_MINOR_LATEST : Number(minor)));
}

/** The rules a call is about: those of the product, and one's own, which take the place of those with their id. */
export function rulesOf(checkout: string, sources: PolicySources): Result<PolicyFiles, ApiFailure> {
  const own = sources.policies === undefined ? ok(NONE) : readPolicyFiles(sources.policies);
  if (!own.ok) return own;
  const standards = pssOf(sources.pss);
  if (!standards.ok) return standards;
  const builtIn = sources.ownOnly === true ? ok([]) : builtInRules(checkout);
  if (!builtIn.ok) return builtIn;
  const ids = new Set(own.value.rules.map(({ id }) => id));
  const ours = [...builtIn.value, ...standards.value].filter(({ id }) => !ids.has(id));
  return ok({ ...own.value, rules: [...ours, ...own.value.rules] });
}

/** Whether any rule asks CEL somewhere in its condition; one too many costs nothing but the loading of it. */
const asksCel = (rules: readonly AdmissionRule[]): boolean =>
  rules.some(({ condition }) => JSON.stringify(condition).includes('"cel"'));

/** What compiles CEL, loaded for rules that have some. */
async function celFor(rules: readonly AdmissionRule[]): Promise<{ readonly compileCel?: CelCompiler }> {
  if (!asksCel(rules)) return {};
  const { ruleCelCompiler } = await import('@bartizan/engine/admission-cel');
  return { compileCel: ruleCelCompiler() };
}

/** Compiles them, for the custom kinds in wide use and those that are given. A rule that cannot be compiled ends the call: a gate that leaves rules out is none. */
export async function compileRules(
  files: PolicyFiles,
  kinds: readonly CustomKind[] = [],
): Promise<Result<AdmissionRuleSet, ApiFailure>> {
  const { bindings, exceptions } = files;
  const off = new Set(files.disabled);
  const rules = files.rules.filter(({ id }) => !off.has(id));
  if (rules.length === 0) return usage('--policies: no rules');
  const whole = { rules, bindings, exceptions, podPaths: customPodPaths(kinds) };
  return compileAdmissionPolicy(whole, await celFor(rules));
}

/** One rule by its id. */
export function ruleNamed(files: PolicyFiles, id: string): Result<AdmissionRule, ApiFailure> {
  const rule = files.rules.find((one) => one.id === id);
  return rule === undefined ? err(failure('E_NOT_FOUND', id)) : ok(rule);
}
