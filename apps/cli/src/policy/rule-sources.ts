// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, err, failure, ok, type Result } from '@bartizan/contracts';
import { type AdmissionRuleSet, compileAdmissionPolicy } from '@bartizan/engine/admission';
import type { ApiFailure } from '../api/client.ts';
import { usage } from '../context.ts';
import { CUSTOM_POD_PATHS } from './kubernetes-object.ts';
import { builtInRules, type PolicyFiles, readPolicyFiles } from './policy-files.ts';

/** Where rules come from. */
export interface PolicySources {
  /** Files and folders with rules, bindings and exceptions of one's own. */
  readonly policies?: readonly string[];
  /** Without the rules that come with the product. */
  readonly ownOnly?: boolean;
}

const NONE: PolicyFiles = { rules: [], bindings: [], exceptions: [], others: [] };

/** The rules a call is about: those of the product, and one's own, which take the place of those with their id. */
export function rulesOf(checkout: string, sources: PolicySources): Result<PolicyFiles, ApiFailure> {
  const own = sources.policies === undefined ? ok(NONE) : readPolicyFiles(sources.policies);
  if (!own.ok) return own;
  if (sources.ownOnly === true) return own;
  const builtIn = builtInRules(checkout);
  if (!builtIn.ok) return builtIn;
  const ids = new Set(own.value.rules.map(({ id }) => id));
  return ok({ ...own.value, rules: [...builtIn.value.filter(({ id }) => !ids.has(id)), ...own.value.rules] });
}

/** Compiles them. A rule that cannot be compiled ends the call: a gate that leaves rules out is none. */
export function compileRules(files: PolicyFiles): Result<AdmissionRuleSet, ApiFailure> {
  const { rules, bindings, exceptions } = files;
  if (rules.length === 0) return usage('--policies: no rules');
  return compileAdmissionPolicy({ rules, bindings, exceptions, podPaths: CUSTOM_POD_PATHS });
}

/** The compiled rules of a call. */
export function ruleSetOf(checkout: string, sources: PolicySources): Result<AdmissionRuleSet, ApiFailure> {
  const files = rulesOf(checkout, sources);
  return files.ok ? compileRules(files.value) : files;
}

/** One rule by its id. */
export function ruleNamed(files: PolicyFiles, id: string): Result<AdmissionRule, ApiFailure> {
  const rule = files.rules.find((one) => one.id === id);
  return rule === undefined ? err(failure('E_NOT_FOUND', id)) : ok(rule);
}
