// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
  err,
  type Failure,
  failure,
  ok,
  parser,
  type Result,
} from '@bartizan/contracts';
import { readYaml } from '@bartizan/scan/yaml';
import type { ApiFailure } from '../api/client.ts';
import { isMapping } from './kubernetes-object.ts';
import { manifestFiles } from './manifests.ts';

/** Group and version of policy objects. */
export const POLICY_API = 'policy.bartizan.dev/v1alpha1';
/** Annotation of a rule that is kept and not asked, with the value "false". */
export const ENABLED = 'policy.bartizan.dev/enabled';

/** Policy as files hold it. */
export interface PolicyFiles {
  readonly rules: readonly AdmissionRule[];
  /** Ids of rules that are kept and not asked: those annotated with `policy.bartizan.dev/enabled: "false"`. */
  readonly disabled: readonly string[];
  readonly bindings: readonly AdmissionBinding[];
  readonly exceptions: readonly AdmissionException[];
  /** Documents of other kinds: suites of tests, for instance. */
  readonly others: readonly {
    readonly kind: string;
    readonly name: string;
    readonly spec: unknown;
    readonly file: string;
  }[];
}

/** The rules that come with the product; they were checked when it was built. */
export function builtInRules(checkout: string): Result<readonly AdmissionRule[], ApiFailure> {
  const folder = join(checkout, 'content', 'admission');
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
    return ok(names.map((name): AdmissionRule => JSON.parse(readFileSync(join(folder, name), 'utf8'))));
  } catch (error) {
    return err(failure('E_CONTENT', folder, error));
  }
}

const parseRule = parser(AdmissionRule);
const parseBinding = parser(AdmissionBinding);
const parseException = parser(AdmissionException);

/** One sentence stands for both languages where somebody writes rules for themselves. */
const inBoth = (value: unknown): unknown => (typeof value === 'string' ? { en: value, ja: value } : value);

/** What a rule of one's own need not say. */
function completeRule(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { title, description, message, fix } = spec;
  return {
    severity: 'medium',
    effect: 'deny',
    order: 1000,
    stages: ['ci', 'admission', 'audit'],
    mode: 'enforce',
    whenUnknown: 'alert',
    control: [],
    owasp: { 2022: [], 2025: [] },
    attack: [],
    references: [],
    tests: { mustViolate: [], mustPass: [] },
    ...spec,
    title: inBoth(title),
    description: inBoth(description ?? title),
    message: inBoth(message ?? title),
    ...(isMapping(fix) ? { fix: { ...fix, action: inBoth(fix['action']) } } : {}),
  };
}

/** An exception says the day it ends as a date; what is stored is an instant. */
function completeException(spec: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { expires, ...rest } = spec;
  return typeof expires === 'string' ? { ...rest, expiresAtMs: Date.parse(expires) } : rest;
}

const faultOf = (
  where: string,
  faults: readonly { pointer: string; detail: string }[],
): Failure<'E_ADMISSION_RULE'> =>
  failure(
    'E_ADMISSION_RULE',
    `${where}: ${faults
      .map(({ pointer, detail }) => `${pointer} ${detail}`)
      .join('; ')
      .slice(0, 512)}`,
  );

interface Growing {
  readonly rules: AdmissionRule[];
  readonly disabled: string[];
  readonly bindings: AdmissionBinding[];
  readonly exceptions: AdmissionException[];
  readonly others: {
    readonly kind: string;
    readonly name: string;
    readonly spec: unknown;
    readonly file: string;
  }[];
}

/** A rule stands alone, as in `content/admission`, or as `spec` of a policy object whose name is its id. */
function take(
  value: unknown,
  where: string,
  file: string,
  into: Growing,
): Failure<'E_ADMISSION_RULE'> | undefined {
  if (!isMapping(value)) return failure('E_ADMISSION_RULE', `${where}: no policy object`);
  const isObject = value['apiVersion'] === POLICY_API;
  const metadata = isMapping(value['metadata']) ? value['metadata'] : {};
  const { name, annotations } = metadata;
  const spec = isObject && isMapping(value['spec']) ? value['spec'] : value;
  const kind = isObject ? String(value['kind']) : 'AdmissionRule';
  const whole = isObject ? { id: name, ...spec } : spec;
  if (kind === 'AdmissionRule') {
    const rule = parseRule(completeRule(whole));
    if (!rule.ok) return faultOf(where, rule.error);
    into.rules.push(rule.value);
    if (isMapping(annotations) && annotations[ENABLED] === 'false') into.disabled.push(rule.value.id);
  } else if (kind === 'AdmissionBinding') {
    const binding = parseBinding(whole);
    if (!binding.ok) return faultOf(where, binding.error);
    into.bindings.push(binding.value);
  } else if (kind === 'AdmissionException') {
    const exception = parseException(completeException(whole));
    if (!exception.ok) return faultOf(where, exception.error);
    into.exceptions.push(exception.value);
  } else into.others.push({ kind, name: typeof name === 'string' ? name : '', spec, file });
  return undefined;
}

/** Reads policy objects of files and folders. The first that is wrong ends it: no rule is ever left out silently. */
export function readPolicyFiles(paths: readonly string[]): Result<PolicyFiles, ApiFailure> {
  const into: Growing = { rules: [], disabled: [], bindings: [], exceptions: [], others: [] };
  const files = manifestFiles(paths);
  if (!files.ok) return files;
  for (const file of files.value) {
    for (const document of readYaml(readFileSync(file))) {
      if (!document.ok) {
        const { code, line, column, detail } = document.problem;
        return err(failure(code, `${file}:${line}:${column}: ${detail}`));
      }
      if (document.value === null) continue;
      const wrong = take(document.value, `${file}:${document.line}`, file, into);
      if (wrong !== undefined) return err(wrong);
    }
  }
  return ok(into);
}
