// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { Type } from 'typebox';
import { Decision } from '../../decision.ts';
import { DetectionRule } from '../../detection-rule.ts';
import { FileEvent } from '../../events/file-event.ts';
import { Flow } from '../../events/flow.ts';
import { ProcessEvent } from '../../events/process-event.ts';
import { SecurityEvent } from '../../events/security-event.ts';
import { OpaqueId } from '../../ids.ts';
import { CheckResult, Finding, ScorecardRow } from '../../nouns/finding.ts';
import { NodeCondition } from '../../nouns/node.ts';
import { ComplianceControl } from '../../nouns/policy.ts';
import { CONTROL_IDS } from '../../owasp.ts';
import {
  choice,
  flag,
  inline,
  instant,
  integer,
  labels,
  list,
  localText,
  object,
  optional,
  text,
  toldText,
} from '../../schema.ts';
import { FindingGroup } from '../finding-group.ts';
import { KubernetesStatus } from '../kubernetes-status.ts';
import { ListQuery, page } from '../problem.ts';
import { route } from '../route.ts';
import { AdvisoryStatus } from './advisories.ts';

const idParams = inline('Path', { id: OpaqueId });

/** Everything `status` shows. */
export const SystemStatus = object('SystemStatus', 'State of this installation', {
  version: text('Version', 64),
  instance: text('Instance', 64),
  startedAtMs: instant('Controller start'),
  state: choice(['ready', 'limited', 'failed'], 'State'),
  conditions: list(NodeCondition, 'What limits it', 64),
  counts: inline('Counts', {
    nodes: integer('Nodes', '1'),
    workloads: integer('Workloads', '1'),
    containersRunning: integer('Running containers', '1'),
    packages: integer('Packages', '1'),
    openFindings: labels('Open findings per severity (numbers as text)'),
    events24h: integer('Security events of the last 24 hours', '1'),
  }),
  advisories: AdvisoryStatus,
  store: inline('Store', {
    state: choice(['ok', 'read-only', 'failed'], 'State'),
    reason: optional(toldText('Why', 512)),
    sizeBytes: integer('Size', 'bytes'),
    oldestEventAtMs: optional(instant('Oldest event kept')),
    retention: list(
      inline('Rule', {
        stream: text('Stream', 16),
        days: integer('Kept', 'days'),
        maxBytes: integer('At most', 'bytes'),
      }),
      'Retention',
      16,
    ),
  }),
  ingest: inline('Ingest', {
    recordsTotal: integer('Records stored since start', '1'),
    rejectedTotal: integer('Records refused as invalid', '1'),
    lostTotal: integer('Records that agents reported as lost or shed', '1'),
  }),
  firstScanDone: flag('The first scan of this host has been judged'),
  kubernetes: optional(KubernetesStatus),
});

/** Insight: findings, events, scorecard, explanations, state. */
export const insightRoutes = [
  route({
    id: 'finding.list',
    method: 'GET',
    path: '/findings',
    tag: 'findings',
    permission: 'findings:read',
    status: 200,
    list: true,
    summary: { en: 'List findings', ja: '検出事項の一覧' },
    query: ListQuery,
    response: page(Finding, 'Findings'),
  }),
  route({
    id: 'finding.groups',
    method: 'GET',
    path: '/finding-groups',
    tag: 'findings',
    permission: 'findings:read',
    status: 200,
    list: true,
    summary: {
      en: 'Findings grouped by the act that removes them',
      ja: '解消する対応ごとにまとめた検出事項',
    },
    query: ListQuery,
    response: page(FindingGroup, 'Groups'),
  }),
  route({
    id: 'finding.show',
    method: 'GET',
    path: '/findings/:id',
    tag: 'findings',
    permission: 'findings:read',
    status: 200,
    summary: { en: 'One finding', ja: '検出事項の詳細' },
    params: idParams,
    response: Finding,
  }),
  route({
    id: 'finding.accept',
    method: 'POST',
    path: '/findings/:id/acceptance',
    tag: 'findings',
    permission: 'findings:accept',
    status: 200,
    audit: 'finding.accept',
    summary: { en: 'Accept a risk until a date', ja: '期限つきでリスクを受け入れる' },
    params: idParams,
    body: inline('Acceptance', {
      reason: text('Why', 2000, { minLength: 1 }),
      expiresAtMs: instant('When it comes back'),
    }),
    response: Finding,
  }),
  route({
    id: 'finding.reopen',
    method: 'DELETE',
    path: '/findings/:id/acceptance',
    tag: 'findings',
    permission: 'findings:accept',
    status: 200,
    audit: 'finding.reopen',
    summary: { en: 'Take an acceptance back', ja: 'リスク受け入れを取り消す' },
    params: idParams,
    response: Finding,
  }),
  route({
    id: 'event.list',
    method: 'GET',
    path: '/events',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    list: true,
    summary: { en: 'List security events, newest first', ja: 'セキュリティイベントの一覧（新しい順）' },
    query: ListQuery,
    response: page(SecurityEvent, 'Events'),
  }),
  route({
    id: 'event.histogram',
    method: 'GET',
    path: '/event-histogram',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    summary: { en: 'Security events per interval', ja: '期間ごとのセキュリティイベント数' },
    query: ListQuery,
    response: object('EventHistogram', 'Counts per interval', {
      intervalMs: integer('Width', 'ms'),
      buckets: list(
        inline('A bucket', {
          atMs: instant('Start'),
          counts: labels('Count per severity (numbers as text)'),
        }),
        'Buckets',
        500,
      ),
    }),
  }),
  route({
    id: 'event.show',
    method: 'GET',
    path: '/events/:id',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    summary: { en: 'One security event', ja: 'セキュリティイベントの詳細' },
    params: inline('Path', { id: text('Event id', 200) }),
    response: SecurityEvent,
  }),
  route({
    id: 'process-event.list',
    method: 'GET',
    path: '/process-events',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    list: true,
    summary: { en: 'List process events', ja: 'プロセスイベントの一覧' },
    query: ListQuery,
    response: page(ProcessEvent, 'Events'),
  }),
  route({
    id: 'file-event.list',
    method: 'GET',
    path: '/file-events',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    list: true,
    summary: { en: 'List file events', ja: 'ファイルイベントの一覧' },
    query: ListQuery,
    response: page(FileEvent, 'Events'),
  }),
  route({
    id: 'flow.list',
    method: 'GET',
    path: '/flows',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    list: true,
    summary: { en: 'List flows', ja: '通信フローの一覧' },
    query: ListQuery,
    response: page(Flow, 'Flows'),
  }),
  route({
    id: 'live.stream',
    method: 'GET',
    path: '/live',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    stream: true,
    summary: { en: 'Live changes as server-sent events', ja: 'Server-Sent Events によるライブ更新' },
    query: Type.Object(
      { topics: optional(text('Comma-separated: security,workload,finding,node,status', 256)) },
      { additionalProperties: false, description: 'Topics' },
    ),
  }),
  route({
    id: 'explain.show',
    method: 'GET',
    path: '/explain/:id',
    tag: 'events',
    permission: 'events:read',
    status: 200,
    summary: {
      en: 'Why: the explanation of an event, finding or check',
      ja: '根拠：イベント・検出事項・検査結果の説明',
    },
    params: inline('Path', { id: text('Id', 256) }),
    response: object('Explanation', 'Why something was judged so', {
      id: text('Id', 256),
      subject: text('event, finding or check', 16),
      sentence: localText('In one sentence', 2000),
      decision: optional(Decision),
      steps: list(
        inline('A step', { step: text('Step', 64), detail: toldText('Detail', 1000) }),
        'Steps',
        64,
      ),
      facts: list(
        inline('A fact', { name: text('Name', 128), value: text('Value', 16_384) }),
        'Facts used',
        128,
      ),
    }),
  }),
  route({
    id: 'scorecard.show',
    method: 'GET',
    path: '/scorecard',
    tag: 'scorecard',
    permission: 'scorecard:read',
    status: 200,
    summary: { en: 'OWASP Kubernetes Top 10 scorecard', ja: 'OWASP Kubernetes Top 10 スコアカード' },
    response: object('Scorecard', 'The scorecard', {
      rows: list(ScorecardRow, 'Rows', 20),
      formula: localText('How scores are made', 1000),
      asOfMs: instant('When'),
    }),
  }),
  route({
    id: 'scorecard.control',
    method: 'GET',
    path: '/scorecard/:control',
    tag: 'scorecard',
    permission: 'scorecard:read',
    status: 200,
    summary: { en: 'One item of the scorecard with its checks', ja: 'スコアカード項目の詳細' },
    params: inline('Path', { control: choice(CONTROL_IDS, 'Control') }),
    response: object('ScorecardDetail', 'One item', {
      row: ScorecardRow,
      control: ComplianceControl,
      checks: list(CheckResult, 'Checks', 2000),
    }),
  }),
  route({
    id: 'check.list',
    method: 'GET',
    path: '/checks',
    tag: 'scorecard',
    permission: 'scorecard:read',
    status: 200,
    list: true,
    summary: { en: 'List posture checks with their verdicts', ja: '構成検査の一覧と結果' },
    query: ListQuery,
    response: page(CheckResult, 'Checks'),
  }),
  route({
    id: 'rule.list',
    method: 'GET',
    path: '/rules',
    tag: 'policies',
    permission: 'policies:read',
    status: 200,
    list: true,
    summary: { en: 'List detection rules', ja: '検知ルールの一覧' },
    query: ListQuery,
    response: page(
      object('RuleRow', 'A rule with its revision', {
        rule: DetectionRule,
        revision: text('Content hash', 64),
      }),
      'Rules',
    ),
  }),
  route({
    id: 'system.status',
    method: 'GET',
    path: '/system',
    tag: 'system',
    permission: 'system:read',
    status: 200,
    summary: { en: 'State of this installation', ja: 'この環境の状態' },
    response: SystemStatus,
  }),
  route({
    id: 'backup.create',
    method: 'POST',
    path: '/backups',
    tag: 'system',
    permission: 'backup:create',
    status: 200,
    audit: 'backup.create',
    summary: {
      en: 'Create an encrypted backup (application/octet-stream)',
      ja: '暗号化バックアップを作成する（application/octet-stream）',
    },
    body: inline('Backup', { passphrase: text('Passphrase', 1024, { minLength: 12 }) }),
  }),
] as const;
