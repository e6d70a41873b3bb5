// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { hash } from 'node:crypto';
import type { Store } from '@bartizan/adapters/store';
import { type AdmissionDecision, tenantScope } from '@bartizan/contracts';
import type { AdmissionAnswer, AdmissionAsk, Clock, Log, Owner } from '../../ports.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
}
const FLUSH_MS = 200;
const RETRY_MS = 2_000;
const BATCH = 500;
const WAITING_MAX = 20_000;
const VIOLATIONS_MAX = 256;

/** Keeps what was answered to API servers: written in batches, away from the answer. What does not fit is counted. */
export class DecisionLedger {
  readonly #parts: Parts;
  readonly #waiting: AdmissionDecision[] = [];
  readonly verdicts = new Map<string, number>();
  lostTotal = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  note(ask: AdmissionAsk, answer: AdmissionAnswer): void {
    const { verdict } = answer.decision;
    this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1);
    if (this.#waiting.length >= WAITING_MAX && !this.#makeRoom(verdict)) {
      this.lostTotal += 1;
      return;
    }
    this.#waiting.push(this.#record(ask, answer));
    this.#schedule(FLUSH_MS);
  }

  /** Ends, when what waits is written, or cannot be. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    while (this.#waiting.length > 0) {
      const before = this.#waiting.length;
      await this.#flush();
      if (this.#waiting.length >= before) return;
    }
  }

  /** A refusal takes the place of an answer that let something pass. */
  #makeRoom(verdict: string): boolean {
    if (verdict === 'allow') return false;
    const at = this.#waiting.findIndex(({ decision }) => decision.verdict === 'allow');
    if (at < 0) return false;
    this.#waiting.splice(at, 1);
    this.lostTotal += 1;
    return true;
  }

  #record(ask: AdmissionAsk, answer: AdmissionAnswer): AdmissionDecision {
    const atMs = this.#parts.clock.nowMs();
    const resource = [ask.group, ask.version, ask.resource].filter((part) => part !== '').join('/');
    // The API server may ask about one request more than once (reinvocation, several webhooks): each answer is its own.
    const id = `d-${hash('sha256', `${ask.uid}\n${atMs}\n${Math.random()}`).slice(0, 24)}`;
    return {
      id,
      ...this.#parts.owner,
      requestUid: ask.uid,
      operation: ask.operation,
      resource: resource.slice(0, 253),
      kind: ask.kind,
      ...(ask.subResource === '' ? {} : { subResource: ask.subResource }),
      namespace: ask.namespace,
      name: ask.name,
      user: ask.user.name,
      userGroups: [...ask.user.groups],
      dryRun: ask.dryRun,
      policyRevision: answer.policyRevision,
      violations: answer.violations.slice(0, VIOLATIONS_MAX),
      decision: answer.decision,
      atMs,
    };
  }

  #schedule(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#flush();
    }, ms).unref();
  }

  async #flush(): Promise<void> {
    const { store, owner, log } = this.#parts;
    const batch = this.#waiting.splice(0, BATCH);
    const saved = await store.admissionDecisions.put(tenantScope(owner.cluster, owner.tenant), batch);
    if (!saved.ok) {
      log.warn({ code: saved.error.code }, 'admission decisions are not written now');
      this.#waiting.unshift(...batch);
    }
    if (this.#waiting.length > 0) this.#schedule(saved.ok ? FLUSH_MS : RETRY_MS);
  }
}
