// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { DetectionRule } from '@bartizan/contracts';
import type { AuditedRequest } from '@bartizan/engine/audit-log';
import type { AuditOrigin } from '../../audit-log-ports.ts';

/** A rule that held for a request. */
export interface AuditDetection {
  readonly owner: AuditOrigin;
  readonly rule: DetectionRule;
  readonly request: AuditedRequest;
}
/** A detection with the repeats it stands for. */
export interface FoldedDetection extends AuditDetection {
  readonly count: number;
  readonly firstAtMs: number;
  readonly lastAtMs: number;
}

interface Open {
  last: AuditDetection;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  readonly endsAtMs: number;
}

/** Different detections whose repeats are folded, of one tenant and of all: beyond these each repeat is told. */
const TENANT_OPEN_MAX = 20_000;
const OPEN_MAX = 2 * TENANT_OPEN_MAX;

const keyOf = ({ owner, rule, request }: AuditDetection): string => {
  const { facts, resource, namespace, name } = request;
  return [
    ...[owner.cluster, owner.tenant, rule.id, resource, namespace, name],
    ...['audit.user', 'audit.impersonated'].map((fact) => String(facts[fact] ?? '')),
  ].join('\n');
};

const told = ({ last, count, firstAtMs, lastAtMs }: Open): FoldedDetection[] =>
  count === 0 ? [] : [{ ...last, count, firstAtMs, lastAtMs }];

/** Puts a change back. */
type Undo = () => void;

/** Folds repeats of the same thing by the same user: the first is told at once, the rest together at the end of the rule's time. */
export class AuditFold {
  /** By tenant: one does not take the places of the others. */
  readonly #open = new Map<string, Map<string, Open>>();

  #undo: Undo[] = [];

  /** What is to be told now; nothing: it is a repeat. */
  take(detection: AuditDetection, nowMs: number): FoldedDetection[] {
    const atMs = detection.request.atMs ?? nowMs;
    const first = { ...detection, count: 1, firstAtMs: atMs, lastAtMs: atMs };
    const key = keyOf(detection);
    const ofTenant = this.#of(detection);
    const open = ofTenant.get(key);
    if (open !== undefined && nowMs < open.endsAtMs) {
      const before = { ...open };
      this.#undo.push(() => Object.assign(open, before));
      open.firstAtMs = open.count === 0 ? atMs : open.firstAtMs;
      open.lastAtMs = atMs;
      open.count += 1;
      open.last = detection;
      return [];
    }
    const earlier = open === undefined ? [] : told(open);
    if (open === undefined && !this.#hasRoom(ofTenant)) return [first];
    this.#undo.push(() => {
      if (open === undefined) ofTenant.delete(key);
      else ofTenant.set(key, open);
    });
    ofTenant.set(key, {
      ...{ last: detection, count: 0, firstAtMs: atMs, lastAtMs: atMs },
      endsAtMs: nowMs + detection.rule.foldSeconds * 1000,
    });
    return [...earlier, first];
  }

  /** What was taken since the last call is kept. */
  keep(): void {
    this.#undo = [];
  }

  /** What was taken since then could not be kept and comes again: as if it had never come. */
  forget(): void {
    for (const undo of this.#undo.toReversed()) undo();
    this.#undo = [];
  }

  /** Repeats that could not be told: they are told with the next, or the next time. */
  putBack(folded: FoldedDetection): void {
    const { count, firstAtMs, lastAtMs, ...last } = folded;
    this.#of(folded).set(keyOf(folded), { last, count, firstAtMs, lastAtMs, endsAtMs: 0 });
  }

  /** Repeats whose time is over; all of them at the end. */
  expire(nowMs: number): FoldedDetection[] {
    const over: FoldedDetection[] = [];
    for (const ofTenant of this.#open.values())
      for (const [key, open] of ofTenant) {
        if (nowMs < open.endsAtMs) continue;
        ofTenant.delete(key);
        over.push(...told(open));
      }
    return over;
  }

  #of({ owner: { tenant } }: AuditDetection): Map<string, Open> {
    const known = this.#open.get(tenant);
    if (known !== undefined) return known;
    const made = new Map<string, Open>();
    this.#open.set(tenant, made);
    return made;
  }

  #hasRoom(ofTenant: ReadonlyMap<string, Open>): boolean {
    if (ofTenant.size >= TENANT_OPEN_MAX) return false;
    return [...this.#open.values()].reduce((sum, { size }) => sum + size, 0) < OPEN_MAX;
  }
}
