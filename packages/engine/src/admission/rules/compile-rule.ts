// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type {
  AdmissionBinding,
  AdmissionMode,
  AdmissionRule,
  FactType,
  FactValue,
  Failure,
  Result,
} from '@bartizan/contracts';
import { err, failure, ok } from '@bartizan/contracts/result';
import { contentHash } from '../../revision/index.ts';
import { fieldNamed } from '../fields/named.ts';
import { compileAdmissionCondition } from './compile-condition.ts';
import { matchFault, type NameTest, nameTest, type RequestTest, requestTest, scopeTest } from './match.ts';
import type { Node } from './node.ts';
import type { CelCompiler, SharedNodes } from './settings.ts';
import type { SharedTellings, Telling } from './telling.ts';
import { messageFields } from './violation.ts';

/** How a rule is in force somewhere. */
export interface Variant {
  /** Namespaces where this holds. */
  readonly namespaces: NameTest;
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
  readonly mode: AdmissionMode | 'off';
  readonly node: Node;
  readonly telling: Telling;
  readonly parameters: Readonly<Record<string, FactValue>>;
  readonly binding: string | undefined;
}

/** A rule that can be asked. */
export interface CompiledAdmissionRule {
  readonly rule: AdmissionRule;
  readonly revision: string;
  /** Namespaces of its match. */
  readonly namespaces: NameTest;
  readonly request: RequestTest;
  /** The first that fits decides; the last fits everywhere. */
  readonly variants: readonly Variant[];
}

/** What compiling one rule needs. */
export interface RuleSettings {
  readonly compileCel?: CelCompiler;
  readonly bindings: readonly AdmissionBinding[];
  readonly shared: SharedNodes;
  readonly tellings: SharedTellings;
}

/** Revision of one rule: its content hash. */
export const admissionRuleRevision = (rule: AdmissionRule): string => contentHash(rule);

const typeOf = (value: FactValue): FactType =>
  typeof value === 'string'
    ? 'text'
    : typeof value === 'number'
      ? 'number'
      : typeof value === 'boolean'
        ? 'boolean'
        : 'list';

/** Values of the parameters: what the rule says, and what a binding says instead. */
function parametersOf(
  rule: AdmissionRule,
  given: Readonly<Record<string, FactValue>>,
): Result<Readonly<Record<string, FactValue>>, string> {
  const values: Record<string, FactValue> = {};
  for (const { name, type, default: standard } of rule.parameters ?? []) {
    const value = Object.hasOwn(given, name) ? (given[name] ?? standard) : standard;
    if (typeOf(value) !== type) return err(`parameter ${name} must be a ${type}`);
    values[name] = value;
  }
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(values, name));
  return stranger === undefined ? ok(values) : err(`it has no parameter ${stranger}`);
}

function variantOf(
  rule: AdmissionRule,
  binding: AdmissionBinding | undefined,
  settings: RuleSettings,
): Result<Variant, string> {
  const namespaces = scopeTest(binding?.namespaces, binding?.excludeNamespaces);
  if (namespaces === undefined) return err(`a pattern of the binding ${binding?.id ?? ''} is no glob`);
  const covered = binding?.rules.length === 1 && binding.rules[0] === rule.id;
  // A binding of many rules may set parameters that only some of them have.
  const given = Object.fromEntries(
    Object.entries(binding?.parameters ?? {}).filter(
      ([name]) => covered || (rule.parameters ?? []).some((parameter) => parameter.name === name),
    ),
  );
  const parameters = parametersOf(rule, given);
  if (!parameters.ok) return parameters;
  const { compileCel, shared, tellings } = settings;
  const node = compileAdmissionCondition(rule.condition, {
    parameters: parameters.value,
    shared,
    ...(compileCel === undefined ? {} : { compileCel }),
  });
  if (!node.ok) return err(node.error.detail);
  return ok({
    namespaces,
    namespaceLabels: binding?.namespaceLabels,
    mode: binding?.mode ?? rule.mode,
    node: node.value,
    telling: tellings.of(node.value, rule),
    parameters: parameters.value,
    binding: binding?.id,
  });
}

function faultOf(rule: AdmissionRule): string | undefined {
  const wrong = matchFault(rule.match);
  if (wrong !== undefined) return wrong;
  if (rule.stages.length === 0) return 'it names no stage';
  const stranger = messageFields(rule.message).find(
    (name) => name !== 'path' && fieldNamed(name) === undefined,
  );
  return stranger === undefined ? undefined : `the message names ${stranger}, which is no field`;
}

/** Compiles a rule with the bindings that name it. E_ADMISSION_RULE names the rule and what is wrong with it. */
export function compileAdmissionRule(
  rule: AdmissionRule,
  settings: RuleSettings,
): Result<CompiledAdmissionRule, Failure> {
  const bad = (why: string): Result<never, Failure> => err(failure('E_ADMISSION_RULE', `${rule.id}: ${why}`));
  const fault = faultOf(rule);
  if (fault !== undefined) return bad(fault);
  const namespaces = scopeTest(rule.match.namespaces, rule.match.excludeNamespaces);
  const request = requestTest(rule.match);
  if (namespaces === undefined || request === undefined) return bad('a pattern of its match is no glob');
  const variants: Variant[] = [];
  for (const binding of settings.bindings) {
    const names = nameTest(binding.rules);
    if (names === undefined) return bad(`a pattern of the binding ${binding.id} is no glob`);
    if (binding.rules.length === 0 || !names(rule.id)) continue;
    const variant = variantOf(rule, binding, settings);
    if (!variant.ok) return bad(variant.error);
    variants.push(variant.value);
  }
  const standard = variantOf(rule, undefined, settings);
  if (!standard.ok) return bad(standard.error);
  variants.push(standard.value);
  let revision: string | undefined;
  return ok({
    rule,
    // A hash of the whole rule costs as much as compiling it, and most rules are never violated.
    get revision() {
      revision ??= admissionRuleRevision(rule);
      return revision;
    },
    namespaces,
    request,
    variants,
  });
}
