// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { type Static, Type } from 'typebox';
import {
  ADMISSION_MODES,
  ADMISSION_OPERATIONS,
  AdmissionBinding,
  AdmissionException,
  AdmissionRule,
} from '../../admission/rule.ts';
import { AdmissionViolation } from '../../admission/verdict.ts';
import { VERDICTS } from '../../decision.ts';
import { DottedId } from '../../ids.ts';
import { StoredAdmissionBinding, StoredAdmissionException } from '../../nouns/admission.ts';
import { AdmissionDecision, ORIGINS } from '../../nouns/policy.ts';
import {
  choice,
  flag,
  inline,
  integer,
  labels,
  list,
  localText,
  object,
  optional,
  text,
} from '../../schema.ts';
import { KubernetesStatus } from '../kubernetes-status.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';
import { AdmissionCoverage } from './admission-coverage.ts';

const idParams = inline('Path', { id: DottedId });

/** How far a rule holds without us. */
export const NATIVE_FORMS = ['native', 'native-with-parameters', 'webhook-only', 'off'] as const;

/** A rule as lists show it. */
export const AdmissionRuleRow = object('AdmissionRuleRow', 'An admission rule and what it does now', {
  rule: AdmissionRule,
  revision: text('Content hash', 64),
  origin: choice([...ORIGINS, 'built-in'], 'Where it came from'),
  enabled: flag('Switched on; with `refused` it is not asked all the same'),
  refused: optional(text('Why it cannot be in force although it is switched on', 2048)),
  modes: list(
    choice([...ADMISSION_MODES, 'off'], 'mode'),
    'Modes it has in some namespace; off: it is not asked',
    4,
  ),
  native: choice(NATIVE_FORMS, 'Whether the API server itself can hold it'),
  nativeReason: optional(localText('Why it needs the webhook', 512)),
  violations: optional(
    integer('Objects that violate it now; absent when no cluster is watched, or it is not asked', '1'),
  ),
  unknown: optional(integer('Objects it cannot judge', '1')),
});
export type AdmissionRuleRow = Static<typeof AdmissionRuleRow>;

const tally = (description: string) =>
  list(
    inline('A part of it', { name: text('Name', 512), count: integer('Newly refused', '1') }),
    description,
    1000,
  );

/** What a draft would do: its blast radius. */
export const AdmissionSimulation = object('AdmissionSimulation', 'What a draft would do', {
  revisions: inline('Revisions', {
    now: text('Of what is in force', 64),
    draft: text('Of the draft', 64),
  }),
  judged: integer('Objects and recorded requests that were judged', '1'),
  objects: integer('Of those, objects that exist', '1'),
  newlyDenied: integer('Would be refused and are not today', '1'),
  newlyAlerted: integer('Would be recorded or warned of and are not today', '1'),
  newlyAllowed: integer('Would pass and are refused today', '1'),
  byNamespace: tally('Newly refused, by namespace'),
  byOwner: tally('Newly refused, by owner'),
  byUser: tally('Newly refused, by who asked'),
  byRule: tally('Newly refused, by rule'),
  examples: list(
    inline('One that comes out otherwise', {
      operation: choice(ADMISSION_OPERATIONS, 'Operation'),
      kind: text('Kind', 128),
      namespace: text('Namespace', 253),
      name: text('Name', 253),
      owner: text('Owner', 512),
      user: text('Who asked; empty for an object that exists', 253),
      before: choice(VERDICTS, 'Verdict today'),
      after: choice(VERDICTS, 'Verdict of the draft'),
      rules: list(DottedId, 'Rules that make the difference', 64),
      message: optional(localText('What is wrong', 2048)),
    }),
    'The first of them',
    200,
  ),
});
export type AdmissionSimulation = Static<typeof AdmissionSimulation>;

/** How admission control is doing. */
export const AdmissionStatus = object('AdmissionStatus', 'How admission control is doing', {
  kubernetes: KubernetesStatus,
  decisions: labels('Decisions since start, by verdict (numbers as text)'),
  policyRevision: text('Content hash of the rules in force; empty: none could be read', 64),
});
export type AdmissionStatus = Static<typeof AdmissionStatus>;

const draft = {
  rules: optional(list(AdmissionRule, 'Rules added or replaced', 2000)),
  bindings: optional(list(AdmissionBinding, 'Bindings instead of those in force', 500)),
  exceptions: optional(list(AdmissionException, 'Exceptions added or replaced', 500)),
};

/** Admission rules, where they are in force, what was decided, and what a change would do. */
export const admissionRoutes = [
  route({
    id: 'admission.status',
    method: 'GET',
    path: '/admission/status',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'How admission control is doing', ja: 'アドミッション制御の状態' },
    response: AdmissionStatus,
  }),
  route({
    id: 'admission.rules',
    method: 'GET',
    path: '/admission/rules',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'List admission rules', ja: 'アドミッションルールの一覧' },
    query: ListQuery,
    response: page(AdmissionRuleRow, 'Rules'),
  }),
  route({
    id: 'admission.rule',
    method: 'GET',
    path: '/admission/rules/:id',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'One rule, in words and with its bindings', ja: 'ルールの詳細（説明文と適用先を含む）' },
    params: idParams,
    response: object('AdmissionRuleDetail', 'A rule in words', {
      ...AdmissionRuleRow.properties,
      words: list(localText('A sentence', 2000), 'The rule in words', 200),
      bindings: list(AdmissionBinding, 'Bindings that name it', 500),
      nativePolicy: optional(text('The same as a ValidatingAdmissionPolicy, YAML', 65536)),
    }),
  }),
  route({
    id: 'admission.rule.create',
    method: 'POST',
    path: '/admission/rules',
    tag: 'admission',
    permission: 'policies:write',
    status: 201,
    audit: 'admission.rule.create',
    summary: { en: 'Add a rule of your own', ja: '独自のルールを追加する' },
    body: inline('Rule', { rule: AdmissionRule, enabled: flag('Asked at all') }),
    response: AdmissionRuleRow,
  }),
  route({
    id: 'admission.rule.put',
    method: 'PUT',
    path: '/admission/rules/:id',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    ifMatch: true,
    audit: 'admission.rule.put',
    summary: { en: 'Replace a rule of your own', ja: '独自のルールを置き換える' },
    params: idParams,
    body: inline('Rule', { rule: AdmissionRule, enabled: flag('Asked at all') }),
    response: AdmissionRuleRow,
  }),
  route({
    id: 'admission.rule.remove',
    method: 'DELETE',
    path: '/admission/rules/:id',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    audit: 'admission.rule.remove',
    summary: { en: 'Remove a rule of your own', ja: '独自のルールを削除する' },
    params: idParams,
    response: inline('Removed', { removed: flag('Whether there was one') }),
  }),
  route({
    id: 'admission.bindings',
    method: 'GET',
    path: '/admission/bindings',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'Where and how rules are in force', ja: 'ルールの適用先とモード' },
    response: inline('Bindings', {
      bindings: list(StoredAdmissionBinding, 'In order; the first that fits decides', 500),
      revision: text('Revision to send back as ifRevision', 64),
    }),
  }),
  route({
    id: 'admission.bindings.put',
    method: 'PUT',
    path: '/admission/bindings',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    audit: 'admission.bindings.put',
    summary: { en: 'Replace the bindings', ja: '適用先とモードを置き換える' },
    body: inline('Bindings', {
      bindings: list(AdmissionBinding, 'In order', 500),
      ifRevision: text('Revision the change was made from', 64),
    }),
    response: inline('Bindings', {
      bindings: list(StoredAdmissionBinding, 'In order', 500),
      revision: text('New revision', 64),
    }),
  }),
  route({
    id: 'admission.exceptions',
    method: 'GET',
    path: '/admission/exceptions',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'List exceptions from admission rules', ja: 'アドミッションルールの例外の一覧' },
    query: ListQuery,
    response: page(StoredAdmissionException, 'Exceptions'),
  }),
  route({
    id: 'admission.exception.create',
    method: 'POST',
    path: '/admission/exceptions',
    tag: 'admission',
    permission: 'policies:write',
    status: 201,
    audit: 'admission.exception.create',
    summary: { en: 'Accept violations until a date', ja: '期限つきで違反を許容する' },
    body: AdmissionException,
    response: StoredAdmissionException,
  }),
  route({
    id: 'admission.exception.remove',
    method: 'DELETE',
    path: '/admission/exceptions/:id',
    tag: 'admission',
    permission: 'policies:write',
    status: 200,
    audit: 'admission.exception.remove',
    summary: { en: 'End an exception', ja: '例外を終了する' },
    params: idParams,
    response: inline('Removed', { removed: flag('Whether there was one') }),
  }),
  route({
    id: 'admission.decisions',
    method: 'GET',
    path: '/admission/decisions',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'What the API server asked and what was answered', ja: 'アドミッション判定の一覧' },
    query: ListQuery,
    response: page(AdmissionDecision, 'Decisions'),
  }),
  route({
    id: 'admission.decision',
    method: 'GET',
    path: '/admission/decisions/:id',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'One decision with its reasons', ja: '判定の詳細と理由' },
    params: inline('Path', { id: text('Id', 128) }),
    response: AdmissionDecision,
  }),
  route({
    id: 'admission.test',
    method: 'POST',
    path: '/admission/tests',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    audit: 'admission.test',
    summary: { en: 'Try an object against the rules', ja: 'オブジェクトをルールで試す' },
    body: inline('Trial', {
      object: Type.Unknown({ description: 'Kubernetes object' }),
      oldObject: optional(Type.Unknown({ description: 'Object before' })),
      operation: optional(choice(ADMISSION_OPERATIONS, 'Operation; CREATE when not given')),
      user: optional(text('User name', 253)),
      rules: optional(list(AdmissionRule, 'Draft rules; absent: the rules in force', 200)),
    }),
    response: inline('Outcome', {
      verdict: choice(VERDICTS, 'Verdict'),
      violations: list(AdmissionViolation, 'Violations', 1000),
      policyRevision: text('Content hash of the rules that judged', 64),
    }),
  }),
  route({
    id: 'admission.simulate',
    method: 'POST',
    path: '/admission/simulations',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    audit: 'admission.simulate',
    summary: {
      en: 'What a draft would do to what exists and to recorded requests',
      ja: '下書きが既存オブジェクトと記録済みリクエストに与える影響を調べる',
    },
    body: inline('Draft', draft),
    response: AdmissionSimulation,
  }),
  route({
    id: 'admission.coverage',
    method: 'GET',
    path: '/admission/coverage',
    tag: 'admission',
    permission: 'policies:read',
    status: 200,
    summary: { en: 'Which kinds and namespaces rules cover', ja: 'ルールが対象とする種類と名前空間' },
    response: AdmissionCoverage,
  }),
] as const;
