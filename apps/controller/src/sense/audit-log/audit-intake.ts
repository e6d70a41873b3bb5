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
import type { AuditFound, AuditOrigin, AuditSinks } from '../../audit-log-ports.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';

interface Parts {
  readonly clock: Clock;
  readonly log: Log;
  readonly sinks: AuditSinks;
}

/** Batches that are worked on at once; senders come again with what was turned away. */
const BATCHES_MAX = 12;
/** So many of them of one tenant, of its API servers and of the nodes that read log files: other tenants are served beside it. */
const TENANT_BATCHES_MAX = 8;
const RETRY_S = 5;
/** Requests that are remembered to know a replay: about an hour of a busy cluster. */
const KNOWN_MAX = 50_000;

/** Log files whose progress is kept; the one that was told of longest ago goes. */
const FILES_MAX = 256;

type Counts = Omit<AuditLogStatus, 'sinceMs' | 'lastBatchAtMs' | 'delayMs' | 'aheadMs' | 'files'>;
type Taken = Result<AuditBatchOutcome, ApiFailure>;

/** What a batch holds. */
interface Batch {
  readonly read: readonly AuditedRequest[];
  readonly events: number;
  readonly broken: number;
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

/** What is no event is counted; what says nothing yet, as a request that only came in, is left out. */
function readBatch(entries: readonly unknown[]): Batch {
  const read: AuditedRequest[] = [];
  let broken = 0;
  for (const entry of entries) {
    const event = asEvent(entry);
    const request = event === undefined ? undefined : readAuditEvent(event);
    if (event === undefined) broken += 1;
    else if (request !== undefined) read.push(request);
  }
  return { read, events: entries.length, broken };
}

/** Takes what API servers tell of requests: once each, bounded, and with everything counted that is not taken. */
export class AuditIntake {
  readonly #parts: Parts;
  readonly #sinceMs: number;
  readonly #known = new Set<string>();
  /** Requests of batches that are worked on, with the end of each: it says whether they are known. */
  readonly #undecided = new Map<string, Promise<void>>();
  readonly #counts: { -readonly [K in keyof Counts]: number } = {
    ...{ batches: 0, busy: 0, events: 0, judged: 0, repeated: 0 },
    ...{ broken: 0, detections: 0, told: 0, shed: 0 },
  };
  readonly #files = new Map<string, AuditFileStatus>();
  /** Tenants of the batches that are worked on. */
  readonly #open: string[] = [];
  #lastBatchAtMs: number | undefined;
  #delayMs: number | undefined;
  #aheadMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#sinceMs = parts.clock.nowMs();
  }

  /** Takes a batch. A failure means: nothing of it is remembered, send it again. */
  take(owner: Owner, events: readonly unknown[]): Promise<Taken> {
    return this.#inTurn(owner, () => this.#judge(owner, readBatch(events)));
  }

  /** Takes what an agent read from a log file, the same way. */
  async takeFile(
    agent: Owner & { readonly node: string },
    { file, name, requests, atMs }: AuditRequestsReport,
  ): Promise<Result<void, ApiFailure>> {
    const { cluster, tenant, node } = agent;
    if (requests.length > 0) {
      const batch = { read: requests.map(requestOf), events: requests.length, broken: 0 };
      const taken = await this.#inTurn(agent, () => this.#judge({ cluster, tenant, node }, batch));
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

  async #inTurn({ tenant }: Owner, work: () => Promise<Taken>): Promise<Taken> {
    const ofTenant = this.#open.filter((one) => one === tenant).length;
    if (this.#open.length >= BATCHES_MAX || ofTenant >= TENANT_BATCHES_MAX) {
      this.#counts.busy += 1;
      return err({
        ...failure('E_RATE_LIMIT', 'too many batches of audit events at once'),
        retryAfterS: RETRY_S,
      });
    }
    this.#open.push(tenant);
    try {
      return await work();
    } finally {
      this.#open.splice(this.#open.indexOf(tenant), 1);
    }
  }

  async #judge(origin: AuditOrigin, batch: Batch): Promise<Taken> {
    const nowMs = this.#parts.clock.nowMs();
    // One request is judged once, whichever of its stages comes first: exec is told when it starts and when it ends.
    const byId = new Map<string, AuditedRequest>();
    for (const request of batch.read) {
      const id = `${origin.cluster}/${origin.tenant}/${request.id}`;
      if (!byId.has(id)) byId.set(id, request);
    }
    // A sender that lost patience sends a batch again while it is open: whether that is a repeat, only its end tells.
    for (let open = this.#openWith(byId); open !== undefined; open = this.#openWith(byId)) await open;
    for (const id of byId.keys()) if (this.#known.has(id)) byId.delete(id);
    const { promise: end, resolve } = Promise.withResolvers<void>();
    for (const id of byId.keys()) this.#undecided.set(id, end);
    try {
      const requests = [...byId.values()];
      const found = await this.#parts.sinks.judge(origin, requests);
      if (!found.ok) return found;
      for (const id of byId.keys()) this.#remember(id);
      this.#parts.sinks.used(origin, requests);
      return ok(this.#count(batch, requests.length, found.value, nowMs));
    } finally {
      for (const id of byId.keys()) this.#undecided.delete(id);
      resolve();
    }
  }

  /** The end of another batch that holds one of these requests. */
  #openWith(byId: ReadonlyMap<string, unknown>): Promise<void> | undefined {
    for (const id of byId.keys()) {
      const open = this.#undecided.get(id);
      if (open !== undefined) return open;
    }
    return undefined;
  }

  #count(
    { read, events, broken }: Batch,
    judged: number,
    found: AuditFound,
    nowMs: number,
  ): AuditBatchOutcome {
    this.#noteClock(
      read.reduce((newest, { writtenAtMs }) => Math.max(newest, writtenAtMs ?? 0), 0),
      nowMs,
    );
    const { detections, told, shed } = found;
    const outcome = { events, judged, repeated: read.length - judged, broken, detections };
    this.#counts.batches += 1;
    for (const [name, count] of Object.entries({ ...outcome, told, shed }))
      this.#counts[name as keyof Counts] += count;
    if (broken > 0 || shed > 0) this.#parts.log.warn({ events, broken, shed }, 'audit events were not taken');
    return outcome;
  }

  #remember(id: string): void {
    this.#known.add(id);
    if (this.#known.size <= KNOWN_MAX) return;
    const oldest = this.#known.values().next();
    if (oldest.done !== true) this.#known.delete(oldest.value);
  }

  /** An event from the future proves that the clocks differ; one from the past may only have waited. */
  #noteClock(newestMs: number, nowMs: number): void {
    this.#lastBatchAtMs = nowMs;
    if (newestMs === 0) return;
    this.#delayMs = Math.max(0, nowMs - newestMs);
    this.#aheadMs = Math.max(0, newestMs - nowMs);
  }
}
