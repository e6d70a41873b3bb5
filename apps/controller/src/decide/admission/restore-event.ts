// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  type Decision,
  type DetectionRule,
  eventId,
  type Facts,
  type LocalText,
  type SecurityEvent,
} from '@bartizan/contracts';
import { renderMessage } from '@bartizan/engine';
import type { Restoration } from '../../native-ports.ts';
import type { Owner } from '../../ports.ts';
import type { Author } from '../audit-log/change-authors.ts';

/** What happens in the cluster itself has no node of ours, and never a kernel. */
const NODE = 'kube-apiserver';
const BOOT = 'cluster-watch';

/** Repeats of the same thing, told together. */
export interface Repeats {
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

const digest = (...parts: readonly string[]): Buffer =>
  createHash('sha256').update(parts.join('\n')).digest();

/** Where nothing told of it, the audit log may still know since when: by the clock of the API server. */
function awayMs({ sinceMs, restoredAtMs, noticed }: Restoration, author: Author | undefined): number {
  const fromMs = noticed === 'look' && author !== undefined ? Math.max(sinceMs, author.atMs) : sinceMs;
  return Math.max(0, restoredAtMs - fromMs);
}

export function restoreFacts(restored: Restoration, author: Author | undefined): Facts {
  const { kind, name, change, writer, noticed } = restored;
  const user = author?.user ?? writer;
  const known = author === undefined ? 'managed-fields' : 'audit-log';
  return {
    ...{ 'restore.kind': kind, 'restore.name': name, 'restore.change': change },
    ...(user === undefined ? {} : { 'restore.user': user }),
    'restore.user-source': user === undefined ? 'unknown' : known,
    'restore.away-ms': awayMs(restored, author),
    'restore.noticed': noticed,
  };
}

const SOURCES: Readonly<Record<string, LocalText>> = {
  'audit-log': { en: ', by the audit log of the API server', ja: '（API サーバーの監査ログによる）' },
  'managed-fields': {
    en: ', the last writer the object names',
    ja: '（オブジェクトに残る最後の書き込み元）',
  },
};
const UNKNOWN: LocalText = { en: 'unknown', ja: '不明' };

/** What was done, by whom, and how long it was away, after the sentence of the rule. */
function withWhat(message: LocalText, facts: Facts): LocalText {
  const user = facts['restore.user'];
  const source = SOURCES[String(facts['restore.user-source'])];
  const who = (language: 'en' | 'ja'): string =>
    source === undefined ? UNKNOWN[language] : `${String(user)}${source[language]}`;
  const isTold = facts['restore.noticed'] === 'watch';
  const ms = Number(facts['restore.away-ms']).toLocaleString('en-US');
  const isDeleted = facts['restore.change'] === 'deleted';
  const en = `${isDeleted ? 'deleted' : 'changed'} by: ${who('en')}; away for ${isTold ? '' : 'at most '}${ms} ms`;
  const ja = `${isDeleted ? '削除' : '変更'}した者: ${who('ja')}、失われていた時間: ${isTold ? '' : '最長 '}${ms} ミリ秒`;
  return { en: `${message.en} (${en})`.slice(0, 2000), ja: `${message.ja}（${ja}）`.slice(0, 2000) };
}

/** What was put back, as a security event. */
export function restoreEvent(
  owner: Owner,
  { rule, decision }: { readonly rule: DetectionRule; readonly decision: Decision },
  restored: Restoration,
  { facts, repeats, nowMs }: { readonly facts: Facts; readonly repeats: Repeats; readonly nowMs: number },
): SecurityEvent {
  const { resource, name, restoredAtMs } = restored;
  const what = `${resource}/${name}`;
  const sequence = digest(owner.tenant, rule.id, what, `${restoredAtMs}`, `${repeats.count}`).readUIntBE(
    0,
    6,
  );
  return {
    id: eventId(NODE, BOOT, 'security', sequence),
    ...{
      cluster: owner.cluster,
      tenant: owner.tenant,
      node: NODE,
      bootId: BOOT,
      stream: 'security',
      sequence,
    },
    bootUs: 0,
    occurredAtMs: restoredAtMs,
    receivedAtMs: nowMs,
    workload: {
      workload: `object-${digest(resource, '', name).toString('hex').slice(0, 32)}`,
      ...{ kind: 'KubernetesObject', namespace: '', name: what.slice(0, 253) },
    },
    severity: rule.severity,
    owasp: rule.owasp,
    attack: rule.attack,
    aggregation: repeats,
    kind: 'security',
    rule: rule.id,
    title: rule.title,
    message: withWhat(renderMessage(rule.message, facts, 1024), facts),
    source: 'cluster-watch',
    decision,
    connections: [],
    files: [],
    fix: rule.fix,
  };
}
