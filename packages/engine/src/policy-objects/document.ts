// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Result } from '@bartizan/contracts';
import {
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
  err,
  ok,
  parser,
} from '@bartizan/contracts/admission';
import { isObject, type Json } from '../foreign-json.ts';
import { COMPILED_CHECKS } from './compiled-checks.ts';

/** Group of policy objects. */
export const POLICY_GROUP = 'policy.bartizan.dev';
/** Their version. */
export const POLICY_VERSION = 'v1alpha1';
/** Group and version of policy objects, as documents name them. */
export const POLICY_API = `${POLICY_GROUP}/${POLICY_VERSION}`;
/** Annotation of a rule that is kept and not asked, with the value "false". */
export const ENABLED = `${POLICY_GROUP}/enabled`;

/** One policy object, as it is stored. */
export type PolicyItem =
  | {
      readonly kind: 'AdmissionRule';
      readonly id: string;
      readonly rule: AdmissionRule;
      readonly enabled: boolean;
    }
  | { readonly kind: 'AdmissionBinding'; readonly id: string; readonly binding: AdmissionBinding }
  | { readonly kind: 'AdmissionException'; readonly id: string; readonly exception: AdmissionException };

/** A document of a kind that is none of these, e.g. a suite of tests. */
export interface OtherDocument {
  readonly kind: 'other';
  readonly named: string;
  readonly name: string;
  readonly spec: unknown;
}

/** Why a document cannot be read; whose it would be, where it says that much. */
export interface DocumentFault {
  readonly kind?: PolicyItem['kind'];
  readonly id?: string;
  readonly detail: string;
}

const parseRule = parser(AdmissionRule, COMPILED_CHECKS.AdmissionRule);
const parseBinding = parser(AdmissionBinding, COMPILED_CHECKS.AdmissionBinding);
const parseException = parser(AdmissionException, COMPILED_CHECKS.AdmissionException);
const DETAIL_MAX = 512;

/** One sentence stands for both languages where somebody writes rules for themselves. */
const inBoth = (value: unknown): unknown => (typeof value === 'string' ? { en: value, ja: value } : value);

/** What a rule of one's own need not say. */
function completeRule(spec: Json): Json {
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
    ...(isObject(fix) ? { fix: { ...fix, action: inBoth(fix['action']) } } : {}),
  };
}

/** An exception says the day it ends as a date; what is stored is an instant. */
function completeException(spec: Json): Json {
  const { expires, ...rest } = spec;
  return typeof expires === 'string' ? { ...rest, expiresAtMs: Date.parse(expires) } : rest;
}

const toldFaults = (faults: readonly { pointer: string; detail: string }[]): string =>
  faults
    .map(({ pointer, detail }) => `${pointer} ${detail}`)
    .join('; ')
    .slice(0, DETAIL_MAX);

type Read = Result<PolicyItem, DocumentFault>;

const READERS: Readonly<Record<PolicyItem['kind'], (whole: Json, isEnabled: boolean) => Read>> = {
  AdmissionRule: (whole, enabled) => {
    const rule = parseRule(completeRule(whole));
    if (!rule.ok) return err({ detail: toldFaults(rule.error) });
    return ok({ kind: 'AdmissionRule', id: rule.value.id, rule: rule.value, enabled });
  },
  AdmissionBinding: (whole) => {
    const binding = parseBinding(whole);
    if (!binding.ok) return err({ detail: toldFaults(binding.error) });
    return ok({ kind: 'AdmissionBinding', id: binding.value.id, binding: binding.value });
  },
  AdmissionException: (whole) => {
    const exception = parseException(completeException(whole));
    if (!exception.ok) return err({ detail: toldFaults(exception.error) });
    return ok({ kind: 'AdmissionException', id: exception.value.id, exception: exception.value });
  },
};

const isKind = (kind: string): kind is PolicyItem['kind'] => Object.hasOwn(READERS, kind);

/** Reads a policy object: a rule alone, as in `content/admission`, or a document of POLICY_API whose name is its id. */
export function readPolicyDocument(value: unknown): Result<PolicyItem | OtherDocument, DocumentFault> {
  if (!isObject(value)) return err({ detail: 'no policy object' });
  const isDocument = value['apiVersion'] === POLICY_API;
  const metadata = isObject(value['metadata']) ? value['metadata'] : {};
  const { name, annotations } = metadata;
  const spec = isDocument && isObject(value['spec']) ? value['spec'] : value;
  const kind = isDocument ? String(value['kind']) : 'AdmissionRule';
  const whole: Json = isDocument ? { id: name, ...spec } : spec;
  const id = typeof whole['id'] === 'string' ? whole['id'] : '';
  if (!isKind(kind)) return ok({ kind: 'other', named: kind, name: id, spec });
  const isEnabled = !(isObject(annotations) && annotations[ENABLED] === 'false');
  const read = READERS[kind](whole, isEnabled);
  return read.ok ? read : err({ kind, id, ...read.error });
}
