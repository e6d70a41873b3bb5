// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { type DetectionRule, type SecurityEvent, tenantScope } from '@bartizan/contracts';
import { compileRulesLeniently, judge, type RuleSet } from '@bartizan/engine';
import type { Restoration } from '../../native-ports.ts';
import type { Clock, Log, Owner, Publish } from '../../ports.ts';
import { Turnstile } from '../../turnstile.ts';
import type { Author, ChangeAuthors } from '../audit-log/change-authors.ts';
import { type Repeats, restoreEvent, restoreFacts } from './restore-event.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly rules: readonly DetectionRule[];
  readonly authors: ChangeAuthors;
  /** How long a name is waited for; for tests. */
  readonly waitMs?: number;
}
/** A restoration that was told, and those like it that came since. */
interface Open {
  readonly endsAtMs: number;
  last: Restoration;
  author: Author | undefined;
  count: number;
  firstAtMs: number;
}

/** API servers tell their audit log in batches; nobody waits where none tells it. */
const WAIT_MS = 15_000;
const HEARD_MS = 15 * 60_000;
const OPEN_MAX = 2_000;
/** Repeats are told at most so much later than the time of their rule is over. */
const EXPIRE_MS = 10_000;

const once = ({ restoredAtMs }: Restoration): Repeats => ({
  count: 1,
  firstAtMs: restoredAtMs,
  lastAtMs: restoredAtMs,
});

/** Makes security events of what keepers put back: with who did it where the audit log tells it in time. */
export class RestoreJudge {
  readonly #parts: Parts;
  readonly #rules: RuleSet;
  readonly #turnstile = new Turnstile();
  readonly #open = new Map<string, Open>();
  readonly #running = new Set<Promise<void>>();
  readonly #ends = new Set<() => void>();
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#rules = compileRulesLeniently(
      parts.rules.filter(({ triggers }) => triggers.includes('restore')),
    ).set;
    this.#timer = setInterval(() => this.#run(this.#expire(parts.clock.nowMs())), EXPIRE_MS).unref();
  }

  /** Takes what was put back. Never waits. */
  take = (restored: Restoration): void => {
    this.#run(this.#take(restored));
  };

  /** Tells what is waited for, and repeats that are open. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    for (const end of [...this.#ends]) end();
    await Promise.all(this.#running);
    await this.#expire(Number.POSITIVE_INFINITY);
  }

  #run(work: Promise<void>): void {
    const running = work.catch((cause: unknown) =>
      this.#parts.log.error({ err: cause }, 'an event of a restored object is lost'),
    );
    this.#running.add(running);
    void running.then(() => this.#running.delete(running));
  }

  async #take(restored: Restoration): Promise<void> {
    const author = await this.#author(restored);
    await this.#turnstile.run(() => this.#fold(restored, author));
  }

  /** Tells the first of its like; the rest together, when the time of the rule is over. */
  async #fold(restored: Restoration, author: Author | undefined): Promise<void> {
    const { kind, name, change, restoredAtMs, writer } = restored;
    const key = [kind, name, change, author?.user ?? writer ?? ''].join('\n');
    const open = this.#open.get(key);
    if (open !== undefined && restoredAtMs < open.endsAtMs) {
      open.firstAtMs = open.count === 0 ? restoredAtMs : open.firstAtMs;
      open.count += 1;
      open.last = restored;
      open.author = author;
      return;
    }
    if (open !== undefined) await this.#repeats(key, open);
    const foldSeconds = await this.#tell(restored, author, once(restored));
    if (foldSeconds > 0 && this.#open.size < OPEN_MAX)
      this.#open.set(key, {
        endsAtMs: restoredAtMs + foldSeconds * 1_000,
        ...{ last: restored, author, count: 0, firstAtMs: restoredAtMs },
      });
  }

  /** Who did it, by the audit log: waited for only while one is told. */
  async #author(restored: Restoration): Promise<Author | undefined> {
    const { authors, clock, waitMs = WAIT_MS } = this.#parts;
    const known = authors.claim(restored);
    if (known !== undefined || this.#isClosed || !authors.heardSince(clock.nowMs() - HEARD_MS)) return known;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, waitMs).unref();
    const stop = authors.onNote(() => {
      if (authors.knows(restored)) resolve();
    });
    this.#ends.add(resolve);
    await promise;
    this.#ends.delete(resolve);
    clearTimeout(timer);
    stop();
    return authors.claim(restored);
  }

  async #expire(nowMs: number): Promise<void> {
    const over = [...this.#open].filter(([, { endsAtMs }]) => nowMs >= endsAtMs);
    for (const [key, open] of over) await this.#turnstile.run(() => this.#repeats(key, open));
  }

  async #repeats(key: string, open: Open): Promise<void> {
    if (this.#open.get(key) !== open) return;
    this.#open.delete(key);
    const { last, author, count, firstAtMs } = open;
    if (count > 0) await this.#tell(last, author, { count, firstAtMs, lastAtMs: last.restoredAtMs });
  }

  /** Stores and tells an event for each rule that holds; for how long repeats of it are folded, in seconds. */
  async #tell(restored: Restoration, author: Author | undefined, repeats: Repeats): Promise<number> {
    const { store, clock, log, publish, owner } = this.#parts;
    const facts = restoreFacts(restored, author);
    const { all, decision } = judge(this.#rules, {
      ...{ trigger: 'restore', facts, inContainer: false, enforcementPoint: 'controller' },
    });
    const nowMs = clock.nowMs();
    const events: SecurityEvent[] = all.map((rule) => {
      const reasons = decision.reasons.filter((reason) => reason.rule === rule.id);
      const judged = { rule, decision: { ...decision, reasons } };
      return restoreEvent(owner, judged, restored, { facts, repeats, nowMs });
    });
    if (events.length === 0) return 0;
    const stored = await store.events.append(tenantScope(owner.cluster, owner.tenant), events);
    if (!stored.ok) {
      log.error(
        { code: stored.error.code, name: restored.name },
        'an event of a restored object is not kept',
      );
      return 0;
    }
    for (const event of events) publish({ topic: 'security', ...owner, data: event });
    return Math.max(...all.map(({ foldSeconds }) => foldSeconds));
  }
}
