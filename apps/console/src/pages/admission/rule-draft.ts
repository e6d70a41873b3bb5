// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRule, AdmissionRuleRow, BodyOf } from '@bartizan/contracts';
import { call } from '../../data/api-client.ts';
import { ApiError } from '../../data/api-error.ts';
import { writeDocument } from './document.ts';

/** Examples that are tried one by one before a rule is saved; the controller tries them all again. */
const EXAMPLES_MAX = 64;

type Trial = BodyOf<'admission.test'>;
export interface RuleExample {
  readonly name: string;
  readonly nameJa?: string;
  readonly mustViolate: boolean;
  readonly trial: Omit<Trial, 'rules'>;
  /** What the trial cannot ask: only the controller judges it, when the rule is saved. */
  readonly isLater: boolean;
}
export interface ExampleResult {
  readonly example: RuleExample;
  readonly state: 'held' | 'failed' | 'later';
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const;

const exampleOf = (value: unknown, mustViolate: boolean): RuleExample => {
  const record = recordOf(value);
  const operation = OPERATIONS.find((one) => one === record['operation']);
  const [user, nameJa] = [textOf(record['user']), textOf(record['nameJa'])];
  return {
    name: textOf(record['name']) ?? '–',
    ...(nameJa === undefined ? {} : { nameJa }),
    mustViolate,
    isLater: record['subResource'] !== undefined || record['images'] !== undefined,
    trial: {
      object: record['object'],
      ...(record['oldObject'] === undefined ? {} : { oldObject: record['oldObject'] }),
      ...(operation === undefined ? {} : { operation }),
      ...(user === undefined ? {} : { user }),
    },
  };
};

/** The examples of a rule as it was typed, whatever else is wrong with it. */
export const examplesOf = (rule: unknown): RuleExample[] => {
  const tests = recordOf(recordOf(rule)['tests']);
  const listOf = (name: string): unknown[] => {
    const value = tests[name];
    return Array.isArray(value) ? value : [];
  };
  return [
    ...listOf('mustViolate').map((one) => exampleOf(one, true)),
    ...listOf('mustPass').map((one) => exampleOf(one, false)),
  ].slice(0, EXAMPLES_MAX);
};

/** An object that every rule can be asked about: that the rule compiles is seen on it. */
const PROBE = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'probe' } };

/** Tries each example on the rule alone. Throws what the controller refuses the rule for. */
export const tryExamples = async (typed: unknown): Promise<ExampleResult[]> => {
  // Typed by a person: the controller holds it to the schema and names what is wrong.
  const rule = typed as AdmissionRule;
  await call('admission.test', { body: { object: PROBE, rules: [rule] } });
  const results: ExampleResult[] = [];
  for (const example of examplesOf(typed)) {
    if (example.isLater) results.push({ example, state: 'later' });
    else {
      const { violations } = await call('admission.test', { body: { ...example.trial, rules: [rule] } });
      const isViolated = violations.some(({ state }) => state === 'violated');
      results.push({ example, state: isViolated === example.mustViolate ? 'held' : 'failed' });
    }
  }
  return results;
};

/** The version of a rule, as If-Match of a change names it: its text, and whether it is asked. */
export const versionOf = ({ revision, enabled }: Pick<AdmissionRuleRow, 'revision' | 'enabled'>): string =>
  `${revision}${enabled ? '' : '-off'}`;

/** Whether a rule with this id was already there when somebody wanted to make it. */
export const isTaken = (error: unknown): boolean => error instanceof ApiError && error.code === 'E_CONFLICT';

/**
 * Whether a rule that is saved under this id replaces the one that was opened: only then is there something to go back
 * to. Under another id it is a new rule beside the old one, which stays as it is.
 */
export const replaces = (own: AdmissionRule | undefined, id: string): own is AdmissionRule => own?.id === id;

const NEW_RULE = `id: custom.own-registry
title:
  en: Every image comes from our registry
  ja: すべてのイメージが自社のレジストリにある
description:
  en: What is not in our registry was neither scanned nor signed by us.
  ja: 自社のレジストリにないイメージは、スキャンも署名もされていません。
severity: medium
effect: deny
order: 5000
stages: [ci, admission, audit]
mode: warn
match:
  resources: [workloads]
  operations: [CREATE, UPDATE]
parameters:
  - name: registries
    type: list
    description: { en: Registries that are allowed, ja: 許可するレジストリ }
    default: [registry.example.com]
condition:
  some: containers
  where: { field: container.image.registry, operator: not-in, parameter: registries }
whenUnknown: alert
message:
  en: '{container.name} comes from {container.image.registry}'
  ja: '{container.name} のイメージが {container.image.registry} にあります'
fix:
  action:
    en: Copy the image to our registry and name it there.
    ja: イメージを自社のレジストリにコピーし、そこから参照してください。
control: [k02-supply-chain]
owasp: { '2022': [K02], '2025': [] }
attack: []
references: []
tests:
  mustViolate:
    - name: another registry
      nameJa: ほかのレジストリ
      object: { apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { containers: [{ name: web, image: 'docker.io/library/nginx:1' }] } }
  mustPass:
    - name: our registry
      nameJa: 自社のレジストリ
      object: { apiVersion: v1, kind: Pod, metadata: { name: web }, spec: { containers: [{ name: web, image: 'registry.example.com/shop/web:1' }] } }
`;

/** What the editor starts with: a rule of one's own, a copy of one of the product, or an example. */
export const firstText = (rule: AdmissionRule | undefined, isOwn: boolean): string => {
  if (rule === undefined) return NEW_RULE;
  if (isOwn) return writeDocument(rule);
  return writeDocument({ ...rule, id: `custom.${rule.id.split('.').slice(1).join('.') || rule.id}` });
};
