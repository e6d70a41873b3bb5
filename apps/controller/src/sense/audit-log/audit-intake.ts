// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AuditBatchOutcome,
  type AuditedRequestRecord,
  type AuditFileStatus,
  type AuditLogStatus,
  type AuditRequestsReport,
  err,
  failure,
  ok,
  type Result,
} from '@bartizan/contracts';
import { type AuditedRequest, readAuditEvent } from '@bartizan/engine/audit-log';
import type { AuditOrigin, AuditSinks } from '../../audit-log-ports.ts';
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

/** Log files whose progress is kept; the one that was told of longest ago goes. */
const FILES_MAX = 256;

type Counts = Omit<AuditLogStatus, 'sinceMs' | 'lastBatchAtMs' | 'delayMs' | 'aheadMs' | 'files'>;
type Taken = Result<AuditBatchOutcome, ApiFailure>;

/** What a batch came to before anybody was asked about it. */
interface Sorted {
  readonly requests: readonly AuditedRequest[];
  readonly ids: readonly string[];
  readonly events: number;
  readonly repeated: number;
  readonly broken: number;
  readonly newestMs: number | undefined;
}

/** A request that an agent read; what is not known is undefined here and absent there. */
const requestOf = (record: AuditedRequestRecord): AuditedRequest => ({
  ...record,
  atMs: record.atMs,
  writtenAtMs: record.writtenAtMs,
  authorized: record.authorized,
});

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
  readonly #files = new Map<string, AuditFileStatus>();
  #open = 0;
  #lastBatchAtMs: number | undefined;
  #delayMs: number | undefined;
  #aheadMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.nowMs();
  }

  /** Takes a batch. A failure means: nothing of it is remembered, send it again. */
  take(owner: Owner, events: readonly unknown[]): Promise<Taken> {
    return this.#inTurn(() => this.#judge(owner, this.#read(owner, events)));
  }

  /** Takes what an agent read from a log file, the same way. */
  async takeFile(
    agent: Owner & { readonly node: string },
    { file, name, requests, atMs }: AuditRequestsReport,
  ): Promise<Result<void, ApiFailure>> {
    const { cluster, tenant, node } = agent;
    if (requests.length > 0) {
      const sort = (): Sorted => this.#sort(agent, requests.map(requestOf), 0);
      const taken = await this.#inTurn(() => this.#judge({ cluster, tenant, node }, sort()));
      if (!taken.ok) return taken;
    }
    const key = `${node}\n${file.path}`;
    this.#files.delete(key);
    this.#files.set(key, { node, name, lastAtMs: atMs, ...file });
    const oldest = this.#files.keys().next();
    if (this.#files.size > FILES_MAX && oldest.done !== true) this.#files.delete(oldest.value);
    return ok(undefined);
  }

  status(): AuditLogStatus {
    return {
      sinceMs: this.#sinceMs,
      ...(this.#lastBatchAtMs === undefined ? {} : { lastBatchAtMs: this.#lastBatchAtMs }),
      ...this.#counts,
      ...(this.#delayMs === undefined ? {} : { delayMs: this.#delayMs }),
      aheadMs: this.#aheadMs,
      files: [...this.#files.values()],
    };
  }

  async #inTurn(work: () => Promise<Taken>): Promise<Taken> {
    if (this.#open >= BATCHES_MAX) {
      this.#counts.busy += 1;
      return err({
        ...failure('E_RATE_LIMIT', 'too many batches of audit events at once'),
        retryAfterS: RETRY_S,
      });
    }
    this.#open += 1;
    try {
      return await work();
    } finally {
      this.#open -= 1;
    }
  }

  async #judge(origin: AuditOrigin, sorted: Sorted): Promise<Taken> {
    const nowMs = this.#parts.clock.nowMs();
    const { requests, ids, events, repeated, broken, newestMs } = sorted;
    const found = await this.#parts.sinks.judge(origin, requests);
    if (!found.ok) {
      for (const id of ids) this.#known.delete(id);
      return found;
    }
    this.#parts.sinks.used(origin, requests);
    this.#noteClock(newestMs, nowMs);
    const { detections, told, shed } = found.value;
    const outcome = { events, judged: requests.length, repeated, broken, detections };
    this.#counts.batches += 1;
    for (const [name, count] of Object.entries({ ...outcome, told, shed }))
      this.#counts[name as keyof Counts] += count;
    if (broken > 0 || shed > 0) this.#parts.log.warn({ events, broken, shed }, 'audit events were not taken');
    return ok(outcome);
  }

  #read(owner: Owner, entries: readonly unknown[]): Sorted {
    const read: AuditedRequest[] = [];
    let broken = 0;
    for (const entry of entries) {
      const event = asEvent(entry);
      const request = event === undefined ? undefined : readAuditEvent(event);
      if (event === undefined) broken += 1;
      else if (request !== undefined) read.push(request);
    }
    return { ...this.#sort(owner, read, broken), events: entries.length };
  }

  /** Which requests are new. They count as known from now on, until somebody says that they could not be kept. */
  #sort({ cluster, tenant }: Owner, read: readonly AuditedRequest[], broken: number): Sorted {
    const requests: AuditedRequest[] = [];
    const ids: string[] = [];
    let newestMs: number | undefined;
    for (const request of read) {
      newestMs = Math.max(newestMs ?? 0, request.writtenAtMs ?? 0);
      // One request is judged once, whichever of its stages comes first: exec is told when it starts and when it ends.
      const id = `${cluster}/${tenant}/${request.id}`;
      if (this.#known.has(id)) continue;
      this.#remember(id);
      ids.push(id);
      requests.push(request);
    }
    const repeated = read.length - requests.length;
    return { requests, ids, events: read.length, repeated, broken, newestMs };
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
