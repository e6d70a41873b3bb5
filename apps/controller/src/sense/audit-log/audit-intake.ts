// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AuditBatchOutcome,
  type AuditLogStatus,
  err,
  failure,
  ok,
  type Result,
} from '@bartizan/contracts';
import { type AuditedRequest, readAuditEvent } from '@bartizan/engine/audit-log';
import type { AuditSinks } from '../../audit-log-ports.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';

interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly sinks: AuditSinks;
}

/** Batches that are worked on at once; an API server sends one at a time, and again what was turned away. */
const BATCHES_MAX = 8;
const RETRY_S = 5;
/** Requests that are remembered to know a replay: about an hour of a busy cluster. */
const KNOWN_MAX = 50_000;

type Counts = Omit<AuditLogStatus, 'sinceMs' | 'lastBatchAtMs' | 'delayMs' | 'aheadMs'>;

/** An entry as an event; undefined: it is none. Entries of a list have no kind of their own, lines of a file do. */
function asEvent(entry: unknown): object | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const kind: unknown = Reflect.get(entry, 'kind') ?? 'Event';
  const id: unknown = Reflect.get(entry, 'auditID');
  return kind === 'Event' && typeof id === 'string' && id !== '' ? { ...entry, kind } : undefined;
}

/** Takes what API servers tell of requests: once each, bounded, and with everything counted that is not taken. */
export class AuditIntake {
  readonly #parts: Parts;
  readonly #sinceMs: number;
  readonly #known = new Set<string>();
  readonly #counts: { -readonly [K in keyof Counts]: number } = {
    ...{ batches: 0, busy: 0, events: 0, judged: 0, repeated: 0 },
    ...{ broken: 0, detections: 0, told: 0, shed: 0 },
  };
  #open = 0;
  #lastBatchAtMs: number | undefined;
  #delayMs: number | undefined;
  #aheadMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.nowMs();
  }

  /** Takes a batch. A failure means: nothing of it is remembered, send it again. */
  async take(owner: Owner, events: readonly unknown[]): Promise<Result<AuditBatchOutcome, ApiFailure>> {
    if (this.#open >= BATCHES_MAX) {
      this.#counts.busy += 1;
      return err({
        ...failure('E_RATE_LIMIT', 'too many batches of audit events at once'),
        retryAfterS: RETRY_S,
      });
    }
    this.#open += 1;
    try {
      return await this.#take(owner, events);
    } finally {
      this.#open -= 1;
    }
  }

  status(): AuditLogStatus {
    return {
      sinceMs: this.#sinceMs,
      ...(this.#lastBatchAtMs === undefined ? {} : { lastBatchAtMs: this.#lastBatchAtMs }),
      ...this.#counts,
      ...(this.#delayMs === undefined ? {} : { delayMs: this.#delayMs }),
      aheadMs: this.#aheadMs,
    };
  }

  async #take(owner: Owner, events: readonly unknown[]): Promise<Result<AuditBatchOutcome, ApiFailure>> {
    const nowMs = this.#parts.clock.nowMs();
    const { requests, ids, repeated, broken, newestMs } = this.#read(owner, events);
    const found = await this.#parts.sinks.judge(owner, requests);
    if (!found.ok) {
      for (const id of ids) this.#known.delete(id);
      return found;
    }
    this.#parts.sinks.used(owner, requests);
    this.#noteClock(newestMs, nowMs);
    const { detections, told, shed } = found.value;
    const outcome = { events: events.length, judged: requests.length, repeated, broken, detections };
    this.#counts.batches += 1;
    for (const [name, count] of Object.entries({ ...outcome, told, shed }))
      this.#counts[name as keyof Counts] += count;
    if (broken > 0 || shed > 0)
      this.#parts.log.warn({ events: events.length, broken, shed }, 'audit events were not taken');
    return ok(outcome);
  }

  #read(owner: Owner, events: readonly unknown[]) {
    const requests: AuditedRequest[] = [];
    const ids: string[] = [];
    let repeated = 0;
    let broken = 0;
    let newestMs: number | undefined;
    for (const entry of events) {
      const event = asEvent(entry);
      if (event === undefined) {
        broken += 1;
        continue;
      }
      const request = readAuditEvent(event);
      if (request === undefined) continue;
      newestMs = Math.max(newestMs ?? 0, request.writtenAtMs ?? 0);
      // One request is judged once, whichever of its stages comes first: exec is told when it starts and when it ends.
      const id = `${owner.cluster}/${owner.tenant}/${request.id}`;
      if (this.#known.has(id)) {
        repeated += 1;
        continue;
      }
      this.#remember(id);
      ids.push(id);
      requests.push(request);
    }
    return { requests, ids, repeated, broken, newestMs };
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size <= KNOWN_MAX) return;
    const oldest = this.#known.values().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }

  /** An event from the future proves that the clocks differ; one from the past may only have waited. */
  #noteClock(newestMs: number | undefined, nowMs: number): void {
    this.#lastBatchAtMs = nowMs;
    if (newestMs === undefined || newestMs === 0) return;
    this.#delayMs = Math.max(0, nowMs - newestMs);
    this.#aheadMs = Math.max(0, newestMs - nowMs);
  }
}
