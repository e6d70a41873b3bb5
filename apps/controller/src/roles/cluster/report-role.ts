// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { KubeClient } from '@bartizan/adapters/kube';
import type { Store } from '@bartizan/adapters/store';
import { type AdmissionReports, ok, type Result, tenantScope } from '@bartizan/contracts';
import type { AdmissionContext } from '@bartizan/engine/admission';
import type { PolicyBook } from '../../decide/admission/policy-book.ts';
import {
  type HitObject,
  REPORT_LIMITS,
  type ReportLimits,
  ReportPlanner,
  sizeOfPlan,
} from '../../decide/admission/report-plan.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import { type KeptReports, ReportKeeper } from '../../respond/admission/report-keeper.ts';
import { Turnstile } from '../../turnstile.ts';

interface Parts {
  readonly instance: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly book: PolicyBook;
  readonly context: AdmissionContext;
  readonly client: KubeClient;
  /** What exists, judged; the number of changes tells whether there is news. */
  readonly audit: { readonly changes: () => number; readonly hits: () => Iterable<HitObject> };
  /** Whether all that may be seen of the cluster was seen: before that nothing is written, nor removed. */
  readonly isKnown: () => boolean;
  readonly limits?: ReportLimits;
}

const SETTING = 'admission.reports';
/** Reports are for reading: the changes of that long are written together. */
const LOOK_MS = 15_000;
/** What others changed is put right that often. */
const AGAIN_MS = 600_000;
/** Where no API takes reports, it is asked that often whether one has come. */
const SERVED_MS = 60_000;
const DETAIL_MAX = 512;

/** Keeps the audit of what exists as policy reports in the cluster, where somebody asked for that. */
export class ReportRole {
  readonly #parts: Parts;
  readonly #keeper: ReportKeeper;
  readonly #planner = new ReportPlanner();
  readonly #turnstile = new Turnstile();
  #isOn = false;
  #timer: NodeJS.Timeout | undefined;
  #kept: KeptReports | undefined;
  #leftOut = 0;
  #changes = -1;
  #writtenAtMs: number | undefined;
  #isClosed = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#keeper = new ReportKeeper(parts);
  }

  async start(): Promise<void> {
    const { store, log } = this.#parts;
    const stored = await store.settings.get(this.#scope(), SETTING);
    if (!stored.ok) log.error({ code: stored.error.code }, 'whether reports are kept cannot be read');
    // Before anybody chose, and when our data was lost, what is in the cluster stays as it is.
    this.#isOn = stored.ok && stored.value === 'on';
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
    await this.look();
  }

  /** Writes what is new, when it is time; what failed is tried again. */
  look(): Promise<void> {
    return this.#turnstile.run(async () => {
      if (this.#isClosed) return;
      const hasFailed = this.#kept?.error !== undefined;
      const isDue = this.#isOn ? hasFailed || this.#isNews() : hasFailed;
      if (!isDue) return;
      await (this.#isOn ? this.#write() : this.#remove()).catch((cause: unknown) =>
        this.#parts.log.error({ err: cause }, 'policy reports were not written'),
      );
    });
  }

  #isNews(): boolean {
    const { audit, clock } = this.#parts;
    const isServed = this.#kept?.api !== undefined;
    const isDue = clock.nowMs() - (this.#writtenAtMs ?? 0) >= (isServed ? AGAIN_MS : SERVED_MS);
    return isDue || this.#changes !== audit.changes();
  }

  status = (): AdmissionReports => {
    const { api, reports = 0, results = 0, error } = this.#kept ?? {};
    const { audit, isKnown, limits = REPORT_LIMITS } = this.#parts;
    const state = this.#state();
    return {
      state,
      ...(api === undefined ? {} : { api }),
      ...{ reports, results, leftOut: this.#leftOut },
      ...(state === 'off' && isKnown() ? { planned: sizeOfPlan(audit.hits(), limits) } : {}),
      ...(this.#writtenAtMs === undefined ? {} : { writtenAtMs: this.#writtenAtMs }),
      ...(error === undefined ? {} : { code: error.code, detail: error.detail.slice(0, DETAIL_MAX) }),
    };
  };

  /** Keeps reports from now on, or removes them; answers when the API server has done it, or has refused. */
  choose = async (on: boolean): Promise<Result<AdmissionReports, ApiFailure>> => {
    const saved = await this.#parts.store.settings.put(this.#scope(), SETTING, on ? 'on' : 'off');
    if (!saved.ok) return saved;
    await this.#turnstile.run(async () => {
      this.#isOn = on;
      if (on) await this.#write();
      else await this.#remove();
    });
    return ok(this.status());
  };

  /** Ends keeping; what is in the cluster stays. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#turnstile.run(() => Promise.resolve());
  }

  #scope() {
    const { cluster, tenant } = this.#parts.owner;
    return tenantScope(cluster, tenant);
  }

  #state(): AdmissionReports['state'] {
    const { error, api } = this.#kept ?? {};
    if (error?.code === 'E_KUBE_NOT_PERMITTED') return 'not-permitted';
    if (error !== undefined) return 'failed';
    if (!this.#isOn) return 'off';
    if (this.#kept === undefined) return 'pending';
    return api === undefined ? 'not-served' : 'on';
  }

  async #write(): Promise<void> {
    const { audit, book, owner, context, clock, isKnown, log, limits = REPORT_LIMITS } = this.#parts;
    const held = book.held(owner);
    if (held === undefined || !isKnown()) return;
    const changes = audit.changes();
    const rules = new Map(held.policy.rules.map(({ rule }) => [rule.id, rule]));
    const nowMs = clock.nowMs();
    if (nowMs - (this.#writtenAtMs ?? 0) >= AGAIN_MS) this.#planner.forget();
    const basis = { set: held.set, context, nowMs, rules, limits };
    const planned = await this.#planner.plan(audit.hits(), basis);
    this.#kept = await this.#keeper.keep(planned.reports);
    [this.#leftOut, this.#changes, this.#writtenAtMs] = [planned.leftOut, changes, nowMs];
    const { error } = this.#kept;
    if (error !== undefined)
      log.warn({ code: error.code, detail: error.detail }, 'policy reports are not as they should be');
  }

  async #remove(): Promise<void> {
    const removed = await this.#keeper.removeAll();
    const none = { api: undefined, reports: 0, results: 0 };
    this.#kept = removed.ok ? undefined : { ...none, error: removed.error };
    [this.#leftOut, this.#changes, this.#writtenAtMs] = [0, -1, undefined];
  }
}
