// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  exactly,
  type Filter,
  type Lifecycle,
  type Result,
  type Scope,
  tenantScope,
} from '@bartizan/contracts';
import { ACCESS_CHECKS } from '@bartizan/engine/access';
import { CLUSTER_CHECKS, type ProbeResult } from '@bartizan/engine/cluster-posture';
import { NETWORK_CHECKS } from '@bartizan/engine/reachability';
import type { ApiFailure, Clock, Log, Owner, Publish } from '../../ports.ts';
import type { FindingLedger } from '../finding-ledger.ts';
import { type AccessVerdict, checkOf, findingOf, verdictsOf } from './access-verdicts.ts';
import type { ClusterAccess, Moment } from './cluster-access.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: Publish;
  readonly owner: Owner;
  readonly findings: FindingLedger;
  readonly access: ClusterAccess;
  /** Version of the API server, as far as it is known. */
  readonly server?: () => string | undefined;
  /** Until when releases are supported. */
  readonly lifecycle?: () => Lifecycle | undefined;
  /** What probes proved. */
  readonly probes?: () => readonly ProbeResult[];
  /** Holds parts of the cluster against advisories. */
  readonly judged?: NonNullable<Moment['judged']>;
  /** Versions of the API in use. */
  readonly apis?: () => NonNullable<Moment['apis']>;
  /** How long changes are collected; for tests. */
  readonly quietMs?: number;
}

const QUIET_MS = 1000;
/** Of all time, the part that judging may take at most is one in this many. */
const SHARE = 10;
const BATCH = 200;
const PAGE = 1000;
const CHECK_IDS: readonly string[] = [ACCESS_CHECKS, NETWORK_CHECKS, CLUSTER_CHECKS].flatMap((checks) =>
  Object.values(checks).map(({ id }) => id),
);

/**
 * What access and reachability mean, as checks and findings: everything is judged anew soon after a change, and only
 * what came out otherwise is written.
 */
export class AccessFindings {
  readonly #parts: Parts;
  /** Subject to what was written of it. */
  #written: Map<string, string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #tookMs = 0;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Something changed: it is judged soon, together with what changes until then. */
  schedule(): void {
    if (this.#timer !== undefined || this.#isClosed) return;
    const waitMs = Math.max(this.#parts.quietMs ?? QUIET_MS, this.#tookMs * SHARE);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#running.then(() => this.#judge());
    }, waitMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #judge(): Promise<void> {
    const { log } = this.#parts;
    try {
      const done = await this.#write();
      if (done.ok) return;
      log.warn({ code: done.error.code, detail: done.error.detail }, 'verdicts about access wait to be kept');
    } catch (cause) {
      log.error({ err: cause }, 'verdicts about access were not made');
    }
    this.schedule();
  }

  async #write(): Promise<Result<void, ApiFailure>> {
    const { access, owner, clock } = this.#parts;
    // Until a kind was read whole, or is followed again, what was said stands.
    if (!access.isSettled()) return { ok: true, value: undefined };
    const scope = tenantScope(owner.cluster, owner.tenant);
    if (this.#written === undefined) {
      const before = await this.#before(scope);
      if (!before.ok) return before;
      this.#written = before.value;
    }
    const startedMs = performance.now();
    const nowMs = clock.nowMs();
    const verdicts = verdictsOf(owner, access.view(), {
      unread: access.unreadPolicies(),
      moment: {
        server: this.#parts.server?.(),
        lifecycle: this.#parts.lifecycle?.(),
        nowMs,
        probes: this.#parts.probes?.() ?? [],
        ...(this.#parts.judged === undefined ? {} : { judged: this.#parts.judged }),
        ...(this.#parts.apis === undefined ? {} : { apis: this.#parts.apis() }),
      },
    });
    this.#tookMs = performance.now() - startedMs;
    const bySubject = Map.groupBy(verdicts, ({ subject }) => subject.workload);
    const changed = [...bySubject].filter(([id, mine]) => this.#written?.get(id) !== textOf(mine));
    for (let at = 0; at < changed.length && !this.#isClosed; at += BATCH) {
      const saved = await this.#put(scope, changed.slice(at, at + BATCH), nowMs);
      if (!saved.ok) return saved;
    }
    // Where something cannot be read, whoever is not seen is not gone.
    if (access.unreadable().length > 0) return { ok: true, value: undefined };
    for (const id of [...this.#written.keys()].filter((known) => !bySubject.has(known))) {
      const removed = await this.#forget(scope, id);
      if (!removed.ok) return removed;
    }
    return { ok: true, value: undefined };
  }

  async #put(
    scope: Scope,
    changed: readonly (readonly [string, readonly AccessVerdict[]])[],
    nowMs: number,
  ): Promise<Result<void, ApiFailure>> {
    const { owner, store, findings, publish } = this.#parts;
    const checks = changed.flatMap(([, mine]) => mine.map((verdict) => checkOf(owner, verdict, nowMs)));
    const saved = await store.checks.put(scope, checks);
    if (!saved.ok) return saved;
    for (const [workload, mine] of changed) {
      const unknown = new Set(
        mine.filter(({ outcome }) => outcome === 'unknown').map(({ check }) => check.id),
      );
      const replaced = await findings.replace(scope, {
        workload,
        kinds: ['policy'],
        found: mine
          .filter(({ outcome }) => outcome === 'fail')
          .map((verdict) => findingOf(owner, verdict, nowMs)),
        isUnjudged: ({ check }) => check !== undefined && unknown.has(check),
      });
      if (!replaced.ok) return replaced;
      this.#written?.set(workload, textOf(mine));
      publish({ topic: 'finding', ...owner, data: { workload } });
    }
    return { ok: true, value: undefined };
  }

  async #forget(scope: Scope, workload: string): Promise<Result<void, ApiFailure>> {
    const { store, findings, publish, owner } = this.#parts;
    const removed = await store.checks.remove(
      scope,
      CHECK_IDS.map((id) => `${id}|${workload}`),
    );
    if (!removed.ok) return removed;
    const fixed = await findings.replace(scope, { workload, kinds: ['policy'], found: [] });
    if (!fixed.ok) return fixed;
    this.#written?.delete(workload);
    publish({ topic: 'finding', ...owner, data: { workload } });
    return { ok: true, value: undefined };
  }

  /** Subjects that something was said about before this process: who is gone meanwhile is to be forgotten too. */
  async #before(scope: Scope): Promise<Result<Map<string, string>, ApiFailure>> {
    const known = new Map<string, string>();
    for (const id of CHECK_IDS) {
      const filter: Filter = [exactly('check', id)];
      let cursor: string | undefined;
      do {
        const page = await this.#parts.store.checks.list(scope, {
          filter,
          limit: PAGE,
          ...(cursor === undefined ? {} : { cursor }),
        });
        if (!page.ok) return page;
        for (const { subject } of page.value.items) known.set(subject.workload, '');
        cursor = page.value.next;
      } while (cursor !== undefined);
    }
    return { ok: true, value: known };
  }
}

const textOf = (verdicts: readonly AccessVerdict[]): string =>
  JSON.stringify(verdicts.map(({ check, ...said }) => ({ check: check.id, ...said })));
