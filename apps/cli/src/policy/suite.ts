// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type {
  AdmissionOperation,
  AdmissionRule,
  AdmissionViolation,
  Failure,
  Result,
} from '@bartizan/contracts';
import { ADMISSION_OPERATIONS, err, failure, ok } from '@bartizan/contracts/admission';
import {
  type AdmissionContext,
  type AdmissionRequest,
  type AdmissionRuleSet,
  exampleStage,
  exampleUser,
  type ImageFacts,
  judgeAdmission,
  unknown,
} from '@bartizan/engine/admission';
import { readYaml } from '@bartizan/scan/yaml';
import { isKubernetesObject, isMapping, type KubernetesObject, requestOf } from './kubernetes-object.ts';
import { listedObjects } from './listed-objects.ts';
import type { PolicyFiles } from './policy-files.ts';

/** What a suite says a rule must make of an object. */
export const EXPECTED_VERDICTS = ['violated', 'passed', 'unknown', 'excepted'] as const;
export type ExpectedVerdict = (typeof EXPECTED_VERDICTS)[number];

/** One expectation of one case. */
interface Expectation {
  readonly rule: string;
  readonly verdict: ExpectedVerdict;
  /** Part of the message, in either language. */
  readonly message?: string;
  /** Field path of the violation. */
  readonly path?: string;
  /** The whole JSON patch. */
  readonly patch?: unknown;
}

/** An object, and what rules must make of it. */
interface SuiteCase {
  readonly name: string;
  readonly objects: readonly KubernetesObject[];
  readonly operation?: AdmissionOperation;
  readonly subResource?: string;
  readonly oldObject?: unknown;
  readonly user?: { readonly name: string; readonly groups: readonly string[] };
  /** What a scan and the check of signatures found, by normalised reference. */
  readonly images?: Readonly<Record<string, unknown>>;
  /** `group/resource` of an object whose kind is that of a sub-resource's options. */
  readonly resource?: string;
  readonly namespace: string;
  readonly expect: readonly Expectation[];
}

/** What became of one expectation. */
export interface SuiteOutcome {
  readonly suite: string;
  readonly case: string;
  readonly rule: string;
  readonly expected: string;
  readonly found: string;
  readonly isMet: boolean;
  /** Why it is not met. */
  readonly detail: string;
}

type Refused = Failure<'E_POLICY_SUITE'>;
const bad = (where: string, why: string): Result<never, Refused> =>
  err(failure('E_POLICY_SUITE', `${where}: ${why}`));
const isOneOf = <const T extends readonly string[]>(list: T, value: unknown): value is T[number] =>
  typeof value === 'string' && list.includes(value);

function expectationOf(value: unknown, where: string): Result<Expectation, Refused> {
  if (!isMapping(value)) return bad(where, 'expect: rule and verdict');
  const { rule, verdict, message, path, patch } = value;
  if (typeof rule !== 'string') return bad(where, 'expect.rule: an id');
  if (!isOneOf(EXPECTED_VERDICTS, verdict))
    return bad(where, `expect.verdict: ${EXPECTED_VERDICTS.join(', ')}`);
  if (message !== undefined && typeof message !== 'string') return bad(where, 'expect.message: a text');
  if (path !== undefined && typeof path !== 'string') return bad(where, 'expect.path: a field path');
  return ok({
    rule,
    verdict,
    ...(message === undefined ? {} : { message }),
    ...(path === undefined ? {} : { path }),
    ...(patch === undefined ? {} : { patch }),
  });
}

/** The values of a case: written in it, or the documents of a file beside the suite. */
function valuesOf(
  value: Readonly<Record<string, unknown>>,
  file: string,
  where: string,
): Result<unknown[], Refused> {
  const { object, file: path } = value;
  if (typeof path !== 'string') return object === undefined ? bad(where, 'object or file') : ok([object]);
  try {
    const documents = [...readYaml(readFileSync(resolve(dirname(file), path)))];
    const refused = documents.find((document) => !document.ok);
    if (refused?.ok === false) return bad(where, `${path}:${refused.problem.line}: ${refused.problem.code}`);
    return ok(
      documents.flatMap((document) => (document.ok && document.value !== null ? [document.value] : [])),
    );
  } catch (error) {
    return bad(where, `${path}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

/** The objects of a case. What is none would be judged by no rule, and pass. */
function objectsOf(
  value: Readonly<Record<string, unknown>>,
  file: string,
  where: string,
): Result<KubernetesObject[], Refused> {
  const values = valuesOf(value, file, where);
  if (!values.ok) return values;
  const listed = values.value.map((one) => [...listedObjects(one)].map(({ object }) => object));
  return listed.length === 0 || listed.some((objects) => objects.length === 0)
    ? bad(where, 'no object of Kubernetes')
    : ok(listed.flat());
}

function userOf(value: unknown): SuiteCase['user'] {
  if (typeof value === 'string') return { name: value, groups: [] };
  if (!isMapping(value) || typeof value['name'] !== 'string') return undefined;
  const groups = Array.isArray(value['groups'])
    ? value['groups'].filter((one) => typeof one === 'string')
    : [];
  return { name: value['name'], groups };
}

function caseOf(value: unknown, file: string, suite: string): Result<SuiteCase, Refused> {
  if (!isMapping(value) || typeof value['name'] !== 'string')
    return bad(`${file}: ${suite}`, 'each case has a name');
  const { name, operation, subResource, oldObject, namespace, expect } = value;
  const where = `${file}: ${suite}: ${name}`;
  const objects = objectsOf(value, file, where);
  if (!objects.ok) return objects;
  if (operation !== undefined && !isOneOf(ADMISSION_OPERATIONS, operation))
    return bad(where, `operation: ${ADMISSION_OPERATIONS.join(', ')}`);
  if (!Array.isArray(expect) || expect.length === 0) return bad(where, 'expect: a list that is not empty');
  const expected: Expectation[] = [];
  for (const one of expect) {
    const parsed = expectationOf(one, where);
    if (!parsed.ok) return parsed;
    expected.push(parsed.value);
  }
  const user = userOf(value['user']);
  const { images } = value;
  return ok({
    name,
    objects: objects.value,
    namespace: typeof namespace === 'string' ? namespace : 'default',
    expect: expected,
    ...(operation === undefined ? {} : { operation }),
    ...(typeof subResource === 'string' ? { subResource } : {}),
    ...(oldObject === undefined ? {} : { oldObject }),
    ...(user === undefined ? {} : { user }),
    ...(isMapping(images) ? { images } : {}),
  });
}

/** What a rule made of the objects of a case: the worst that was found. */
function verdictOf(rule: string, violations: readonly AdmissionViolation[]): ExpectedVerdict {
  const states = new Set(violations.filter((one) => one.rule === rule).map(({ state }) => state));
  return (['violated', 'unknown', 'excepted'] as const).find((state) => states.has(state)) ?? 'passed';
}

/** What an expectation says that no violation of its rule shows. */
function missingOf(
  { verdict, rule, message, path, patch }: Expectation,
  violations: readonly AdmissionViolation[],
): string {
  const found = verdictOf(rule, violations);
  const own = violations.filter((one) => one.rule === rule);
  if (found !== verdict) return own.map((one) => `${one.path}: ${one.message.en}`).join('; ');
  const texts = own.map((one) => `${one.message.en}\n${one.message.ja}`);
  if (message !== undefined && !texts.some((text) => text.includes(message)))
    return `message: ${own.map((one) => one.message.en).join('; ')}`;
  if (path !== undefined && !own.some((one) => one.path === path))
    return `path: ${own.map((one) => one.path).join(', ')}`;
  const wanted = JSON.stringify(patch);
  if (patch !== undefined && !own.some((one) => JSON.stringify(one.patch) === wanted))
    return `patch: ${own.map((one) => JSON.stringify(one.patch)).join(', ')}`;
  return '';
}

/** What looks like a credential in a variable. */
export type Detector = NonNullable<AdmissionContext['credentialsIn']>;

/** By what cases are judged. */
export interface SuiteBasis {
  readonly set: AdmissionRuleSet;
  readonly nowMs: number;
  /** Without it, rules that go by values are open. */
  readonly detector?: Detector | undefined;
}

/** Nothing is known of images but what the case says. */
const contextOf = ({ images }: SuiteCase, detector: Detector | undefined): AdmissionContext => ({
  ...(detector === undefined ? {} : { credentialsIn: detector }),
  image: (reference) => {
    const facts = images?.[reference];
    return isMapping(facts) ? (facts as unknown as ImageFacts) : unknown('the case says nothing of it');
  },
});

function requestsOf(one: SuiteCase): AdmissionRequest[] {
  const { namespace, operation, subResource, oldObject, user, resource } = one;
  const about = {
    namespace,
    ...(operation === undefined ? {} : { operation }),
    ...(subResource === undefined ? {} : { subResource }),
    ...(oldObject === undefined ? {} : { oldObject }),
    ...(user === undefined ? {} : { user }),
  };
  const [group, name] = resource?.split('/') ?? [];
  return one.objects.map((object) => ({
    ...requestOf(object, about),
    ...(group === undefined || name === undefined ? {} : { group, resource: name }),
  }));
}

function runCase(one: SuiteCase, suite: string, { set, nowMs, detector }: SuiteBasis): SuiteOutcome[] {
  const requests = requestsOf(one);
  const context = contextOf(one, detector);
  const known = new Map(set.rules.map(({ rule }) => [rule.id, rule]));
  return one.expect.map((expectation) => {
    const { verdict } = expectation;
    const rule = known.get(expectation.rule);
    const outcome = { suite, case: one.name, rule: expectation.rule, expected: verdict };
    if (rule === undefined) return { ...outcome, found: 'no such rule', isMet: false, detail: '' };
    // What was asked of nothing holds of nothing.
    if (requests.length === 0) return { ...outcome, found: 'no object', isMet: false, detail: '' };
    const violations = requests.flatMap(
      (request) => judgeAdmission(set, request, context, nowMs, exampleStage(rule)).violations,
    );
    const found = verdictOf(rule.id, violations);
    const detail = missingOf(expectation, violations);
    return { ...outcome, found, isMet: found === verdict && detail === '', detail };
  });
}

/** Runs the suites of policy files. */
export function runSuites(files: PolicyFiles, basis: SuiteBasis): Result<SuiteOutcome[], Refused> {
  const outcomes: SuiteOutcome[] = [];
  for (const { kind, name, spec, file } of files.others) {
    if (kind !== 'PolicySuite') return bad(file, `${kind}: no kind of policy objects`);
    const suite = name === '' ? relative('.', file) : name;
    if (!isMapping(spec) || !Array.isArray(spec['cases'])) return bad(file, 'spec.cases: a list');
    for (const value of spec['cases']) {
      const one = caseOf(value, file, suite);
      if (!one.ok) return one;
      outcomes.push(...runCase(one.value, suite, basis));
    }
  }
  return ok(outcomes);
}

type Example = AdmissionRule['tests']['mustPass'][number];

/** An example as a case. Objects of sub-resources name no resource: it is one that the rule is asked about. */
function exampleCase({ id, match }: AdmissionRule, example: Example, verdict: ExpectedVerdict): SuiteCase {
  const { name, object, operation, subResource, oldObject, user, images } = example;
  const resource = match.resources.find(
    (one) => subResource !== undefined && one.endsWith(`/${subResource}`),
  );
  return {
    name,
    objects: isKubernetesObject(object) ? [object] : [],
    namespace: 'default',
    expect: [{ rule: id, verdict }],
    ...(operation === undefined ? {} : { operation }),
    ...(subResource === undefined ? {} : { subResource }),
    ...(oldObject === undefined ? {} : { oldObject }),
    ...(user === undefined ? {} : { user: exampleUser(user) }),
    ...(images === undefined ? {} : { images }),
    ...(resource === undefined ? {} : { resource }),
  };
}

/** Runs the examples that rules carry themselves. */
export function runExamples(files: PolicyFiles, basis: SuiteBasis): SuiteOutcome[] {
  return files.rules.flatMap((rule) => {
    const { mustViolate, mustPass } = rule.tests;
    const run = (example: Example, verdict: ExpectedVerdict): SuiteOutcome[] =>
      runCase(exampleCase(rule, example, verdict), rule.id, basis);
    return [
      ...mustViolate.flatMap((example) => run(example, 'violated')),
      ...mustPass.flatMap((example) => run(example, 'passed')),
    ];
  });
}
