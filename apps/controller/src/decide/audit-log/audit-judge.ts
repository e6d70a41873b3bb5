// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate } from 'node:timers/promises';
import type { Store } from '@bartizan/adapters/store';
import {
  type Decision,
  type DetectionRule,
  ok,
  type Result,
  type SecurityEvent,
  severityRank,
  tenantScope,
} from '@bartizan/contracts';
import { compileRulesLeniently, judge, type RuleSet } from '@bartizan/engine';
import type { AuditedRequest } from '@bartizan/engine/audit-log';
import type { AuditFound, AuditOrigin } from '../../audit-log-ports.ts';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import { eventOf, type PlacePod } from './audit-event.ts';
import { AuditFold, type FoldedDetection } from './audit-fold.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly rules: readonly DetectionRule[];
  /** Puts a pod to its workload, where a cluster is watched. */
  readonly place: PlacePod;
  /** Events that are told in a minute of one origin; for tests. */
  readonly perMinute?: number;
}

/** Different detections that are told in a minute of one origin. The last third is for what is high or critical. */
const PER_MINUTE = 3000;
/** So many times that are told of one tenant, and of all: nobody can use up what is for others. */
const TENANT_SHARES = 2;
const ALL_SHARES = 4;
const MINUTE_MS = 60_000;
/** Requests that are judged without letting others in; an API server sends 400 at a time. */
const AT_ONCE = 500;
const HIGH = severityRank('high');

/** What was told in this minute: of an origin, of its tenant, of all. */
class MinuteShares {
  readonly #told = new Map<string, number>();
  #startMs = 0;
  #shares: readonly { readonly of: string; readonly times: number }[] = [];

  /** Whose share is taken from now on. */
  turnTo({ tenant, cluster, node = '' }: AuditOrigin, nowMs: number): void {
    if (nowMs - this.#startMs >= MINUTE_MS || nowMs < this.#startMs) {
      this.#startMs = nowMs;
      this.#told.clear();
    }
    this.#shares = [
      { of: 'all', times: ALL_SHARES },
      { of: `tenant\n${tenant}`, times: TENANT_SHARES },
      { of: `origin\n${tenant}\n${cluster}\n${node}`, times: 1 },
    ];
  }

  /** Takes one, unless a share has so many already. */
  take(most: number): boolean {
    if (this.#shares.some(({ of, times }) => (this.#told.get(of) ?? 0) >= most * times)) return false;
    this.giveBack(-1);
    return true;
  }

  giveBack(count: number): void {
    for (const { of } of this.#shares) this.#told.set(of, (this.#told.get(of) ?? 0) - count);
  }
}

/** Asks the rules about requests, folds repeats and keeps what was found. */
export class AuditJudge {
  readonly #parts: Parts;
  readonly #rules: RuleSet;
  readonly #fold = new AuditFold();
  /** One batch after the other: what one took back may be told of the next. */
  readonly #turnstile = new Turnstile();
  readonly #minute = new MinuteShares();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rules = compileRulesLeniently(parts.rules.filter(({ triggers }) => triggers.includes('audit'))).set;
  }

  /** Judges requests; resolves when what is told of them is on disk. */
  take(owner: AuditOrigin, requests: readonly AuditedRequest[]): Promise<Result<AuditFound, ApiFailure>> {
    return this.#turnstile.run(() => this.#take(owner, requests));
  }

  /** Tells repeats whose time is over; all that are open when the controller ends. */
  expire(all = false): Promise<void> {
    return this.#turnstile.run(() => this.#expire(all));
  }

  async #take(
    owner: AuditOrigin,
    requests: readonly AuditedRequest[],
  ): Promise<Result<AuditFound, ApiFailure>> {
    const { clock, place } = this.#parts;
    const nowMs = clock.nowMs();
    // What a take left that did not come to its end.
    this.#fold.forget();
    const due: { readonly folded: FoldedDetection; readonly decision: Decision }[] = [];
    let detections = 0;
    for (const [at, request] of requests.entries()) {
      // A full batch takes a quarter of a second: others are served in between.
      if (at % AT_ONCE === AT_ONCE - 1) await setImmediate();
      const { all, decision } = judge(this.#rules, {
        trigger: 'audit',
        facts: request.facts,
        inContainer: false,
        enforcementPoint: 'api-server',
      });
      for (const rule of all) {
        detections += 1;
        for (const folded of this.#fold.take({ owner, rule, request }, nowMs))
          due.push({ folded, decision: decisionOf(decision, rule) });
      }
    }
    const { kept, shed } = this.#within(owner, due, nowMs);
    const stored = await this.#tell(
      owner,
      kept.map(({ folded, decision }) => eventOf(folded, decision, { nowMs, place })),
    );
    if (!stored.ok) {
      // The batch comes again: nothing of it has happened, and what it took of the minute is there for it.
      this.#fold.forget();
      this.#minute.giveBack(kept.length);
      return stored;
    }
    this.#fold.keep();
    return ok({ detections, told: kept.length, shed });
  }

  async #expire(all: boolean): Promise<void> {
    const { clock, place } = this.#parts;
    const nowMs = clock.nowMs();
    const over = this.#fold.expire(all ? Number.POSITIVE_INFINITY : nowMs);
    const byOwner = Map.groupBy(over, ({ owner }) => `${owner.cluster}/${owner.tenant}`);
    for (const folded of byOwner.values()) {
      const owner = folded[0]?.owner;
      if (owner === undefined) continue;
      const told = await this.#tell(
        owner,
        folded.map((one) => eventOf(one, this.#decisionAgain(one), { nowMs, place })),
      );
      if (told.ok) continue;
      if (!all) for (const one of folded) this.#fold.putBack(one);
      else
        this.#parts.log.error(
          { code: told.error.code, events: folded.length },
          'counts of repeated audit events are lost',
        );
    }
  }

  #decisionAgain({ rule, request }: FoldedDetection): Decision {
    const { decision } = judge(this.#rules, {
      trigger: 'audit',
      facts: request.facts,
      inContainer: false,
      enforcementPoint: 'api-server',
    });
    return decisionOf(decision, rule);
  }

  /** The worst first, as many as a minute takes. */
  #within<T extends { readonly folded: FoldedDetection }>(
    owner: AuditOrigin,
    due: readonly T[],
    nowMs: number,
  ) {
    const limit = this.#parts.perMinute ?? PER_MINUTE;
    this.#minute.turnTo(owner, nowMs);
    const kept = due
      .toSorted((left, right) => rankOf(left) - rankOf(right))
      .filter((one) => this.#minute.take(rankOf(one) <= HIGH ? limit : Math.ceil((limit * 2) / 3)));
    return { kept, shed: due.length - kept.length };
  }

  async #tell(owner: Owner, events: readonly SecurityEvent[]): Promise<Result<void, ApiFailure>> {
    if (events.length === 0) return ok(undefined);
    const stored = await this.#parts.store.events.append(tenantScope(owner.cluster, owner.tenant), events);
    if (!stored.ok) return stored;
    for (const event of events) this.#parts.publish({ topic: 'security', ...owner, data: event });
    return ok(undefined);
  }
}

const rankOf = ({ folded }: { readonly folded: FoldedDetection }): number =>
  severityRank(folded.rule.severity);

/** Each rule that held is an event of its own, with its own reasons. */
const decisionOf = (decision: Decision, { id }: DetectionRule): Decision => ({
  ...decision,
  reasons: decision.reasons.filter(({ rule }) => rule === id),
});
