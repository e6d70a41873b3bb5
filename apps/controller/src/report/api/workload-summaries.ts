// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Counts, Store } from '@bartizan/adapters/store';
import {
  exactly,
  ok,
  type Query,
  type ResponseOf,
  type Result,
  type Scope,
  SEVERITIES,
  type Workload,
} from '@bartizan/contracts';
import type { ApiFailure, Clock } from '../../ports.ts';
import { countsAsText, DAY_MS, inChunks } from './terms.ts';

type Summary = ResponseOf<'workload.list'>['items'][number];
type Tally = ReadonlyMap<string, number>;

const KEEP_MS = 2000;
const TENANTS_MAX = 256;

/** Adds to workloads what is wrong with them. Findings are counted for the workloads that are asked for and no others. */
export class WorkloadSummaries {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Events of all workloads, kept for two seconds: what is still written has no index by workload. */
  readonly #kept = new Map<string, { readonly atMs: number; readonly events: Counts }>();

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Summaries in the order of the workloads. */
  async of(scope: Scope, workloads: readonly Workload[]): Promise<Result<readonly Summary[], ApiFailure>> {
    const ids = workloads.map(({ id }) => id);
    const findings = await this.#findings(scope, ids);
    if (!findings.ok) return findings;
    const events = await this.#events(scope, ids);
    if (!events.ok) return events;
    const lists = await this.#store.scans.states(scope, ids);
    if (!lists.ok) return lists;
    const scanned = new Map(lists.value.map(({ subject, scannedAtMs }) => [subject, scannedAtMs]));
    return ok(
      workloads.map((workload) => {
        const scannedAtMs = scanned.get(workload.id);
        return {
          workload,
          openFindings: countsAsText(
            SEVERITIES.map((severity) => [severity, findings.value.get(`${workload.id},${severity}`) ?? 0]),
          ),
          events24h: events.value.get(workload.id) ?? 0,
          ...(scannedAtMs === undefined ? {} : { scannedAtMs }),
        };
      }),
    );
  }

  /** Open findings by workload and severity, joined with a comma. */
  #findings(scope: Scope, ids: readonly string[]): Promise<Result<Tally, ApiFailure>> {
    return inParts(ids, (part) =>
      this.#store.findings.countBy(scope, 'workload,severity', {
        filter: [exactly('workload', ...part), exactly('state', 'open')],
        limit: 1,
      }),
    );
  }

  /** Events of the last day by workload: those of all at once, and what did not fit into that answer by itself. */
  async #events(scope: Scope, ids: readonly string[]): Promise<Result<Tally, ApiFailure>> {
    const all = await this.#allEvents(scope);
    if (!all.ok || !all.value.isCut) return all;
    const missing = ids.filter((id) => !all.value.has(id));
    const rest = await inParts(missing, (part) =>
      this.#countEvents(scope, { filter: [exactly('workload', ...part)] }),
    );
    return rest.ok ? ok(new Map([...all.value, ...rest.value])) : rest;
  }

  async #allEvents(scope: Scope): Promise<Result<Counts, ApiFailure>> {
    const key = JSON.stringify(scope);
    const nowMs = this.#clock.nowMs();
    const kept = this.#kept.get(key);
    if (kept !== undefined && Math.abs(nowMs - kept.atMs) < KEEP_MS) return ok(kept.events);
    const events = await this.#countEvents(scope, { filter: [] });
    if (!events.ok) return events;
    if (this.#kept.size >= TENANTS_MAX) this.#kept.clear();
    this.#kept.set(key, { atMs: nowMs, events: events.value });
    return events;
  }

  #countEvents(scope: Scope, { filter }: Pick<Query, 'filter'>): Promise<Result<Counts, ApiFailure>> {
    const fromMs = this.#clock.nowMs() - DAY_MS;
    return this.#store.events.countBy(scope, 'security', 'workload', { filter, limit: 1, fromMs });
  }
}

/** Counts of many workloads, in parts that a filter takes. */
async function inParts(
  ids: readonly string[],
  count: (part: readonly string[]) => Promise<Result<Counts, ApiFailure>>,
): Promise<Result<Tally, ApiFailure>> {
  const found = new Map<string, number>();
  for (const part of inChunks(ids)) {
    const counts = await count(part);
    if (!counts.ok) return counts;
    for (const [key, value] of counts.value) found.set(key, value);
  }
  return ok(found);
}
