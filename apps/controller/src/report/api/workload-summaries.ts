// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { ok, type ResponseOf, type Result, type Scope, SEVERITIES, type Workload } from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import { among, countsAsText, DAY_MS } from './terms.ts';

type Summary = ResponseOf<'workload.list'>['items'][number];
interface Tally {
  readonly findings: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly events: ReadonlyMap<string, number>;
}

const KEEP_MS = 2000;
const TENANTS_MAX = 256;

/** Adds to workloads what is wrong with them. Counts are taken for all workloads at once and kept for two seconds. */
export class WorkloadSummaries {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly atMs: number; readonly tally: Tally }>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Summaries in the order of the workloads. */
  async of(scope: Scope, workloads: readonly Workload[]): Promise<Result<readonly Summary[], ApiFailure>> {
    const tally = await this.#tally(scope);
    if (!tally.ok) return tally;
    const lists = await this.#store.scans.states(
      scope,
      workloads.map(({ id }) => id),
    );
    if (!lists.ok) return lists;
    const scanned = new Map(lists.value.map(({ subject, scannedAtMs }) => [subject, scannedAtMs]));
    return ok(
      workloads.map((workload) => {
        const scannedAtMs = scanned.get(workload.id);
        return {
          workload,
          openFindings: countsAsText(
            SEVERITIES.map((severity) => [
              severity,
              tally.value.findings.get(severity)?.get(workload.id) ?? 0,
            ]),
          ),
          events24h: tally.value.events.get(workload.id) ?? 0,
          ...(scannedAtMs === undefined ? {} : { scannedAtMs }),
        };
      }),
    );
  }

  async #tally(scope: Scope): Promise<Result<Tally, ApiFailure>> {
    const key = JSON.stringify(scope);
    const nowMs = this.#clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept !== undefined && Math.abs(nowMs - kept.atMs) < KEEP_MS) return ok(kept.tally);
    const findings = new Map<string, ReadonlyMap<string, number>>();
    for (const severity of SEVERITIES) {
      const counts = await this.#store.findings.countBy(scope, 'workload', {
        filter: [among('severity', severity), among('state', 'open')],
        limit: 1,
      });
      if (!counts.ok) return counts;
      findings.set(severity, counts.value);
    }
    const events = await this.#store.events.countBy(scope, 'security', 'workload', {
      filter: [],
      limit: 1,
      fromMs: nowMs - DAY_MS,
    });
    if (!events.ok) return events;
    const tally = { findings, events: events.value };
    if (this.#kept.size >= TENANTS_MAX) this.#kept.clear();
    this.#kept.set(key, { atMs: nowMs, tally });
    return ok(tally);
  }
}
