// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type AdmissionRule, err, type Failure, failure, ok, type Result } from '@bartizan/contracts';
import { PSS_LEVELS, pssRules } from '../../admission/index.ts';
import { isObject, type Json, textOf } from '../../foreign-json.ts';
import type { AdmissionImport, ImportNote } from '../import-note.ts';
import { anyOf, not } from '../neuvector/values.ts';
import { ruleFault } from '../rule-fault.ts';
import { denyConditions, foreachCondition, preconditionsHold } from './conditions.ts';
import { ruleKeyFault, specFault, waysOf } from './known-keys.ts';
import { matchOf, podResources } from './match.ts';
import { isConditional, type PatternResult, patternCondition } from './pattern.ts';

const RULES_MAX = 500;
const PATTERNS_MAX = 32;

/** Pod Security as a whole; versions are `latest` or `v1.N`. */
function podSecurity(value: unknown): PatternResult {
  if (!isObject(value)) return err('podSecurity: is not an object');
  const stranger = Object.keys(value).find((key) => key !== 'level' && key !== 'version');
  if (stranger !== undefined) return err(`podSecurity: ${stranger} is not read yet`);
  const level = PSS_LEVELS.find((one) => one === value['level']);
  const version = /^(?:latest|v1\.(\d{1,3}))$/.exec(textOf(value['version']) || 'latest');
  if (level === undefined || level === 'privileged' || version === null)
    return err('podSecurity: another form');
  const [, minor] = version;
  const rules = minor === undefined ? pssRules(level) : pssRules(level, Number(minor));
  return ok(anyOf(rules.map(({ condition }) => condition)));
}

/** What violates the rule, in our words. */
function violatedBy(validate: Json, isPod: boolean): PatternResult {
  const { pattern, deny, foreach } = validate;
  const ways = waysOf(validate);
  const unread = err(`validate by ${ways.join(', ')} is not read yet`);
  if (ways.length !== 1) return unread;
  const refused = (required: PatternResult): PatternResult =>
    required.ok ? ok(not(required.value)) : required;
  if (pattern !== undefined) return refused(patternCondition(pattern, isPod));
  if (isPod && isObject(deny)) return denyConditions(deny['conditions']);
  if (isPod && foreach !== undefined) return foreachCondition(foreach);
  if (isPod && validate['podSecurity'] !== undefined) return podSecurity(validate['podSecurity']);
  const any = validate['anyPattern'];
  if (!Array.isArray(any) || any.length === 0 || any.length > PATTERNS_MAX) return unread;
  // One whose condition does not hold is not the one that fits.
  if (any.length > 1 && any.some((one) => isConditional(one))) return err('anyPattern with conditions');
  const conditions = any.map((one) => patternCondition(one, isPod));
  const fault = conditions.find((one) => !one.ok);
  if (fault !== undefined) return fault;
  return ok(not(anyOf(conditions.flatMap((one) => (one.ok ? [one.value] : [])))));
}

/** A name as ids of ours are written. */
const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);

interface Policy {
  readonly name: string;
  /** The only one it holds in; undefined: it is a ClusterPolicy. */
  readonly namespace: string | undefined;
  readonly enforces: boolean;
  /** What rules about pods are asked about; an error concerns no others. */
  readonly ofPods: Result<readonly string[], string>;
  /** What of it is not read, and so none of its rules. */
  readonly fault: string | undefined;
}

/** A policy by its kind, name and place. */
function policyOf(kind: string, metadata: unknown, spec: Json): Policy {
  const of = (key: string): string => (isObject(metadata) ? textOf(metadata[key]) : '');
  const namespace = kind === 'Policy' ? of('namespace') : undefined;
  const isPlaced = namespace === undefined || /^[a-z0-9-]{1,63}$/.test(namespace);
  return {
    name: of('name'),
    namespace,
    enforces: textOf(spec['validationFailureAction']).toLowerCase() === 'enforce',
    ofPods: podResources(isObject(metadata) ? metadata['annotations'] : undefined),
    fault: isPlaced ? specFault(spec) : 'metadata.namespace of a Policy is missing or no name',
  };
}

function ruleOf(policy: Policy, rule: Json): Result<AdmissionRule, string> {
  if (policy.fault !== undefined) return err(policy.fault);
  const validate = rule['validate'];
  if (!isObject(validate)) return err('only rules that validate are read');
  if (!preconditionsHold(rule['preconditions']))
    return err('preconditions are read only when about operations');
  if (rule['context'] !== undefined) return err('context from outside is not read');
  const unread = ruleKeyFault(rule);
  if (unread !== undefined) return err(unread);
  const match = matchOf(rule['match'], rule['exclude'], policy);
  if (!match.ok) return match;
  const condition = violatedBy(validate, match.value.isPod);
  if (!condition.ok) return condition;
  const name = textOf(rule['name']);
  const said = textOf(validate['message']).replaceAll(/[{}]/g, '').slice(0, 900);
  const action = textOf(validate['failureAction']).toLowerCase();
  const enforces = action === '' ? policy.enforces : action === 'enforce';
  return ok({
    id: ['kyverno', policy.namespace, slug(policy.name) || 'policy', slug(name) || 'rule']
      .filter((part) => part !== undefined)
      .join('.'),
    title: {
      en: `Kyverno policy ${policy.name} holds`,
      ja: `Kyverno のポリシー ${policy.name} に適合している`,
    },
    description: {
      en: `Imported from Kyverno, rule ${name}.`,
      ja: `Kyverno から取り込みました (ルール ${name})。`,
    },
    severity: 'medium',
    effect: 'deny',
    order: 10_000,
    stages: ['ci', 'admission', 'audit'],
    mode: enforces ? 'enforce' : 'audit',
    match: match.value.match,
    condition: condition.value,
    whenUnknown: 'alert',
    message: {
      en: said || `Kyverno policy ${policy.name}`,
      ja: said === '' ? `Kyverno のポリシー ${policy.name}` : `Kyverno のポリシー ${policy.name}: ${said}`,
    },
    control: ['k04-policy-enforcement'],
    owasp: { 2022: ['K04'], 2025: ['K04'] },
    attack: [],
    references: [],
    tests: { mustViolate: [], mustPass: [] },
  });
}

/**
 * Imports Kyverno's ClusterPolicy and Policy: rules that validate by `pattern`, `anyPattern`, `podSecurity` and the
 * usual `deny` and `foreach`, on pods (and so on all that holds a template of one) and on other kinds. A Policy holds in
 * its namespace. A rule that says more, or whose policy does, is left out with a note, never taken in part.
 * E_POLICY_IMPORT: the document has another form.
 */
export function importKyverno(document: unknown): Result<AdmissionImport, Failure<'E_POLICY_IMPORT'>> {
  const refuse = (detail: string) => err(failure('E_POLICY_IMPORT', detail));
  if (!isObject(document)) return refuse('the document is not an object');
  const { kind, metadata, spec } = document;
  if (kind !== 'ClusterPolicy' && kind !== 'Policy')
    return refuse('the document is not of kind ClusterPolicy or Policy');
  const list = isObject(spec) ? spec['rules'] : undefined;
  if (!isObject(spec) || !Array.isArray(list)) return refuse('spec.rules: is not a list');
  if (list.length > RULES_MAX) return refuse(`spec.rules: more than ${RULES_MAX} entries`);
  const policy = policyOf(kind, metadata, spec);
  const { name } = policy;
  const rules: AdmissionRule[] = [];
  const notes: ImportNote[] = [];
  for (const [at, written] of list.entries()) {
    const converted = isObject(written) ? ruleOf(policy, written) : err('it is not an object');
    const fault = converted.ok ? ruleFault(converted.value) : converted.error;
    if (converted.ok && fault === undefined) {
      rules.push(converted.value);
      continue;
    }
    const part = isObject(written) ? textOf(written['name']) : `rules[${at}]`;
    const why = (fault ?? '').slice(0, 400);
    notes.push({ source: name, part, effect: 'dropped', detail: { en: why, ja: `取り込めません: ${why}` } });
  }
  return ok({ rules, notes });
}
