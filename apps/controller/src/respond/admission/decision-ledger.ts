// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { randomBytes } from 'node:crypto';
import type { Store } from '@bartizan/adapters/store';
import { type AdmissionDecision, type Scope, tenantScope } from '@bartizan/contracts';
import type { AdmissionAnswer, AdmissionAsk, Clock, Log, Owner } from '../../ports.ts';
import { askerOf, DecisionFolds, decisionsIn, nameKept, resourceOf } from './decision-folds.ts';

/** How much is kept, and how soon. */
export interface LedgerLimits {
  /** A refusal waits that long at most before it is written, and what waits then goes with it. */
  readonly refusalMs: number;
  /** The same for what passed. */
  readonly passMs: number;
  /** So long what repeats an answer that was just written is gathered in one record. */
  readonly repeatMs: number;
  /** Until it is tried again, when the store did not take it. */
  readonly retryMs: number;
  /** Records of one write. To put them in writing holds up answers: as few at a time as keep up. */
  readonly few: number;
  /** The same while more wait than ten such writes take. */
  readonly batch: number;
  /** Violations of one write: a refusal may be as large as twenty others. One record is written however many it has. */
  readonly violations: number;
  /** Decisions that may wait. */
  readonly waiting: number;
}
interface Parts {
  readonly store: { readonly admissionDecisions: Pick<Store['admissionDecisions'], 'put'> };
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly limits?: Partial<LedgerLimits>;
}
/** What became of decisions since start. */
export interface LedgerState {
  /** Not written yet. */
  readonly waiting: number;
  /** Answered, and never to be found: no room, or the store did not take them before the end. */
  readonly lostTotal: number;
  /** Why the store does not take them now. */
  readonly code?: string;
}

const LIMITS: LedgerLimits = {
  refusalMs: 50,
  passMs: 200,
  repeatMs: 2_000,
  retryMs: 2_000,
  few: 25,
  batch: 250,
  violations: 250,
  waiting: 20_000,
};
const VIOLATIONS_MAX = 256;
/** More waits than so many small writes take: then large ones are cheaper. */
const FEW_WRITES = 10;
/** Violations of a small write. */
const FEW_VIOLATIONS = 64;
/** Hexadecimal digits of the time and of the number in an id. */
const ID_DIGITS = 12;
const NUMBERS = 2 ** 48;

/** Takes records from the front of a list, as many as there is room for. */
function takeUpTo(
  list: AdmissionDecision[],
  room: { records: number; violations: number },
): AdmissionDecision[] {
  let count = 0;
  for (const { violations } of list) {
    if (room.records <= 0 || room.violations <= 0) break;
    room.records -= 1;
    room.violations -= violations.length;
    count += 1;
  }
  return list.splice(0, count);
}

/**
 * Keeps what was answered to API servers: written in batches, away from the answer, one batch at a time. What does not
 * fit, or cannot be written before the end, is counted; a process that is killed loses what waited.
 */
export class DecisionLedger {
  readonly #parts: Parts;
  readonly #limits: LedgerLimits;
  readonly #scope: Scope;
  readonly #folds: DecisionFolds;
  /** Refusals and alerts are written first, and are the last to be given up. */
  #noted: AdmissionDecision[] = [];
  #passed: AdmissionDecision[] = [];
  /** Decisions in both; a record may stand for several. */
  #queued = 0;
  readonly verdicts = new Map<string, number>();
  #lostTotal = 0;
  #code: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #writing: Promise<void> | undefined;
  #inFlight = 0;
  #number = randomBytes(6).readUIntBE(0, 6);

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#limits = { ...LIMITS, ...parts.limits };
    this.#scope = tenantScope(parts.owner.cluster, parts.owner.tenant);
    this.#folds = new DecisionFolds(this.#limits.repeatMs, (ask, answer) => this.#record(ask, answer));
  }

  state(): LedgerState {
    const waiting = this.#waiting + this.#inFlight;
    const lostTotal = this.#lostTotal;
    return this.#code === undefined ? { waiting, lostTotal } : { waiting, lostTotal, code: this.#code };
  }

  note(ask: AdmissionAsk, answer: AdmissionAnswer): void {
    const { verdict } = answer.decision;
    this.verdicts.set(verdict, (this.verdicts.get(verdict) ?? 0) + 1);
    if (this.#waiting + this.#inFlight >= this.#limits.waiting && !this.#makeRoom(verdict)) {
      this.#lose(1);
      return;
    }
    const records = this.#folds.take(ask, answer, this.#parts.clock.nowMs());
    for (const record of records) this.#queue(record);
    // While the store refuses, it is asked again no sooner than the retry.
    if (this.#code !== undefined) return;
    const { refusalMs, passMs, repeatMs } = this.#limits;
    this.#schedule(records.length === 0 ? repeatMs : verdict === 'deny' ? refusalMs : passMs);
  }

  /** Ends, when what waits is written, or cannot be; then it is counted as lost. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#writing;
    // It may have been set again by what ended just now.
    clearTimeout(this.#timer);
    for (const record of this.#folds.all()) this.#queue(record);
    while (this.#waiting > 0 && (await this.#write()));
    const left = this.#waiting;
    if (left === 0) return;
    [this.#noted, this.#passed, this.#queued] = [[], [], 0];
    this.#lose(left);
  }

  get #waiting(): number {
    return this.#queued + this.#folds.held;
  }

  #queue(record: AdmissionDecision): void {
    (record.decision.verdict === 'allow' ? this.#passed : this.#noted).push(record);
    this.#queued += decisionsIn(record);
  }

  #lose(count: number): void {
    // One line when it begins: the number is in the status of the cluster.
    if (this.#lostTotal === 0)
      this.#parts.log.error({ count, code: this.#code }, 'admission decisions are not kept');
    this.#lostTotal += count;
  }

  /** A refusal takes the place of an answer that let something pass. */
  #makeRoom(verdict: string): boolean {
    if (verdict === 'allow') return false;
    if (this.#passed.length === 0) for (const record of this.#folds.all()) this.#queue(record);
    const given = this.#passed.pop();
    if (given === undefined) return false;
    this.#queued -= decisionsIn(given);
    this.#lose(decisionsIn(given));
    return true;
  }

  /**
   * The API server may ask about one request more than once (reinvocation, several webhooks): each answer is its own.
   * Ids rise with time, so that the store appends to its index instead of changing a page of it for each decision.
   */
  #id(atMs: number): string {
    this.#number = (this.#number + 1) % NUMBERS;
    const hex = (value: number): string => value.toString(16).padStart(ID_DIGITS, '0');
    return `d-${hex(atMs)}${hex(this.#number)}`;
  }

  #record(ask: AdmissionAsk, answer: AdmissionAnswer): AdmissionDecision {
    const atMs = this.#parts.clock.nowMs();
    return {
      id: this.#id(atMs),
      ...this.#parts.owner,
      requestUid: ask.uid,
      operation: ask.operation,
      resource: resourceOf(ask),
      kind: ask.kind,
      ...(ask.subResource === '' ? {} : { subResource: ask.subResource }),
      namespace: ask.namespace,
      name: nameKept(ask.name),
      ...askerOf(ask),
      dryRun: ask.dryRun,
      policyRevision: answer.policyRevision,
      violations: answer.violations.slice(0, VIOLATIONS_MAX),
      decision: answer.decision,
      atMs,
    };
  }

  #schedule(ms: number): void {
    const dueAt = performance.now() + ms;
    if (this.#writing !== undefined || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#writing = this.#writeAll().finally(() => {
        this.#writing = undefined;
        if (this.#waiting > 0) this.#schedule(this.#pause());
      });
    }, ms).unref();
  }

  /** Until what waits is looked at again. */
  #pause(): number {
    const { refusalMs, passMs, retryMs } = this.#limits;
    if (this.#code !== undefined) return retryMs;
    // Records that are due soon after one another are written together.
    return this.#queued > 0 ? refusalMs : Math.max(passMs, this.#folds.dueAt - performance.now());
  }

  /** What waits now, batch by batch; what comes meanwhile waits for the next time, unless it fills a batch. */
  async #writeAll(): Promise<void> {
    for (const record of this.#folds.due(performance.now())) this.#queue(record);
    while ((await this.#write()) && this.#fillsBatch());
  }

  /** What the next write has room for. */
  get #room(): { records: number; violations: number } {
    const { few, batch, violations } = this.#limits;
    if (this.#noted.length + this.#passed.length > FEW_WRITES * few) return { records: batch, violations };
    return { records: Math.min(few, batch), violations: Math.min(FEW_VIOLATIONS, violations) };
  }

  #fillsBatch(): boolean {
    const { records, violations } = this.#room;
    if (this.#noted.length + this.#passed.length >= records) return true;
    let found = 0;
    return this.#noted.some((record) => {
      found += record.violations.length;
      return found >= violations;
    });
  }

  /** Writes a batch; whether the store took it. */
  async #write(): Promise<boolean> {
    const { store, log } = this.#parts;
    const room = this.#room;
    const noted = takeUpTo(this.#noted, room);
    const passed = takeUpTo(this.#passed, room);
    const records = [...noted, ...passed];
    if (records.length === 0) return true;
    const count = records.reduce((sum, record) => sum + decisionsIn(record), 0);
    this.#inFlight = count;
    this.#queued -= count;
    const saved = await store.admissionDecisions.put(this.#scope, records);
    this.#inFlight = 0;
    if (saved.ok) {
      this.#code = undefined;
      return true;
    }
    this.#code = saved.error.code;
    log.warn({ code: saved.error.code }, 'admission decisions are not written now');
    this.#noted = [...noted, ...this.#noted];
    this.#passed = [...passed, ...this.#passed];
    this.#queued += count;
    return false;
  }
}
