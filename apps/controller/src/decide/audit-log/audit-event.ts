// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import {
  type Decision,
  eventId,
  type LocalText,
  type SecurityEvent,
  type WorkloadRef,
} from '@bartizan/contracts';
import { renderMessage } from '@bartizan/engine';
import type { AuditedRequest } from '@bartizan/engine/audit-log';
import type { Owner } from '../../ports.ts';
import type { FoldedDetection } from './audit-fold.ts';

/** What the API server tells by itself has no node of ours, and never a kernel. */
const NODE = 'kube-apiserver';
const BOOT = 'audit-log';

const digest = (...parts: readonly string[]): Buffer =>
  createHash('sha256').update(parts.join('\n')).digest();

/** The same for the same request and rule, so that a replay after a restart is known by the store. */
const sequenceOf = ({ rule, request, count, owner }: FoldedDetection): number =>
  digest(owner.tenant, request.id, rule.id, count === 1 ? '' : 'repeats').readUIntBE(0, 6);

const word = (request: AuditedRequest, fact: string): string => {
  const value = request.facts[fact];
  return value === undefined ? '' : String(value);
};

/** The request itself after the sentence of the rule: what, from where, with which program, and the answer. */
function withRequest(message: LocalText, request: AuditedRequest): LocalText {
  const what = `${word(request, 'audit.verb')} ${word(request, 'audit.path')}`.slice(0, 512);
  const from = request.addresses.slice(0, 4).join(', ').slice(0, 256);
  const agent = word(request, 'audit.user-agent').slice(0, 128);
  const code = word(request, 'audit.code');
  const as = word(request, 'audit.impersonated').slice(0, 256);
  const user = word(request, 'audit.user').slice(0, 256);
  const en = [
    `request: ${what}`,
    `by ${user}${as === '' ? '' : ` as ${as}`}`,
    `from ${from || '(not known)'}`,
    ...(agent === '' ? [] : [`with ${agent}`]),
    `answer ${code || '(not known)'}`,
  ];
  const ja = [
    `要求: ${what}`,
    `要求者 ${user}${as === '' ? '' : `（${as} として）`}`,
    `送信元 ${from || '不明'}`,
    ...(agent === '' ? [] : [`クライアント ${agent}`]),
    `応答 ${code || '不明'}`,
  ];
  return {
    en: `${message.en} (${en.join(', ')})`.slice(0, 2000),
    ja: `${message.ja}（${ja.join('、')}）`.slice(0, 2000),
  };
}

/** Puts a pod to its workload; what is not known, and what another owner asks about, comes back as it was. */
export type PlacePod = (pod: WorkloadRef, owner: Owner) => WorkloadRef;

/** The object that the request was about: the workload of a pod that is known, else the object by its name. */
function subjectOf(
  { resource, namespace, name, facts }: AuditedRequest,
  place: (pod: WorkloadRef) => WorkloadRef,
): WorkloadRef {
  const path = String(facts['audit.path'] ?? '');
  const what = resource === '' ? path : resource;
  const workload = `object-${digest(what, namespace, name).toString('hex').slice(0, 32)}`;
  if (resource === 'pods' && name !== '') {
    const placed = place({ workload, kind: 'Pod', namespace, name, pod: name });
    if (placed.workload !== workload) return placed;
  }
  return {
    ...{ workload, kind: 'KubernetesObject', namespace },
    name: `${what}${name === '' ? '' : `/${name}`}`.slice(0, 253),
  };
}

/** A detection as a security event. */
export function eventOf(
  detection: FoldedDetection,
  decision: Decision,
  { nowMs, place }: { readonly nowMs: number; readonly place: PlacePod },
): SecurityEvent {
  const { rule, request, owner, count, firstAtMs, lastAtMs } = detection;
  const node = owner.node ?? NODE;
  const sequence = sequenceOf(detection);
  return {
    id: eventId(node, BOOT, 'security', sequence),
    ...{
      cluster: owner.cluster,
      tenant: owner.tenant,
      node,
      bootId: BOOT,
      stream: 'security',
      sequence,
    },
    bootUs: 0,
    occurredAtMs: request.atMs ?? nowMs,
    receivedAtMs: nowMs,
    workload: subjectOf(request, (pod) => place(pod, owner)),
    severity: rule.severity,
    owasp: rule.owasp,
    attack: rule.attack,
    aggregation: { count, firstAtMs, lastAtMs },
    kind: 'security',
    rule: rule.id,
    title: rule.title,
    message: withRequest(renderMessage(rule.message, request.facts, 1024), request),
    source: 'audit-log',
    decision,
    connections: [],
    files: [],
    fix: rule.fix,
  };
}
