// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { ok, type Result, systemScope } from '@bartizan/contracts';
import type { ApiFailure, Clock, Log } from './ports.ts';

type Draft = Parameters<Store['audit']['append']>[1];

/** An attempt of a stranger that was refused. */
export interface RefusedAttempt {
  /** Attempts with the same one repeat each other. */
  readonly key: string;
  /** So many of them are recorded one by one before the others are counted. */
  readonly apart: number;
  readonly draft: Draft;
}
/** Attempts that repeat each other. */
interface Series {
  sinceMs: number;
  /** After this time what was counted is recorded. */
  everyMs: number;
  /** Recorded one by one. */
  alone: number;
  counted: number;
  /** The last one. */
  draft: Draft;
}

const SCOPE = systemScope('audit');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Records of one action in an hour, whoever tries from however many addresses: about 9 MB a day at the most. */
const RECORDS_PER_HOUR = 240;
const SERIES_MAX = 1000;

/**
 * Records refused attempts of people and machines that nobody knows. They cost a stranger nothing and the audit log is
 * never deleted: what repeats is counted, and told in one record after a minute, then after two, up to once an hour. Beyond
 * a number of records an hour all attempts together are counted.
 */
export class RefusedAttempts {
  readonly #parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log };
  readonly #series = new Map<string, Series>();
  /** Those for which there was no room, by action. */
  readonly #others = new Map<string, Series>();
  readonly #hours = new Map<string, { startMs: number; used: number }>();

  constructor(parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Records an attempt, or counts it. */
  record({ key, apart, draft }: RefusedAttempt): Promise<Result<void, ApiFailure>> {
    const known = this.#series.get(key);
    const mayBegin = known !== undefined || this.#series.size < SERIES_MAX;
    if ((known?.alone ?? 0) < apart && mayBegin && this.#hasRoom(draft.action)) {
      seriesOf(this.#series, key, this.#new(draft)).alone += 1;
      return this.#append(draft);
    }
    const counted = known ?? seriesOf(this.#others, draft.action, this.#new(draft));
    counted.counted += 1;
    counted.draft = draft;
    return Promise.resolve(ok(undefined));
  }

  /** Records what was counted and is due. */
  flush(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    // Also after the clock jumped back.
    return this.#sweep(({ sinceMs, everyMs }) => nowMs - sinceMs >= everyMs || nowMs < sinceMs);
  }

  /** Records everything that was counted. */
  close(): Promise<void> {
    this.#hours.clear();
    return this.#sweep(() => true);
  }

  async #sweep(isDue: (series: Series) => boolean): Promise<void> {
    for (const [key, series] of this.#series) {
      if (!isDue(series)) continue;
      if (series.counted === 0) this.#series.delete(key);
      else if (this.#hasRoom(series.draft.action)) await this.#tell(series, series.draft, more);
    }
    for (const [action, series] of this.#others) {
      if (!isDue(series)) continue;
      const { sourceAddress: _one, ...draft } = series.draft;
      if (series.counted === 0) this.#others.delete(action);
      else await this.#tell(series, { ...draft, actor: 'anonymous', target: '' }, others);
    }
  }

  #new(draft: Draft): Series {
    return { sinceMs: this.#parts.clock.nowMs(), everyMs: MINUTE_MS, alone: 0, counted: 0, draft };
  }

  /** Takes one of the records that an hour has for an action. */
  #hasRoom(action: string): boolean {
    const nowMs = this.#parts.clock.nowMs();
    let hour = this.#hours.get(action);
    if (hour === undefined || nowMs - hour.startMs >= HOUR_MS || nowMs < hour.startMs) {
      hour = { startMs: nowMs, used: 0 };
      this.#hours.set(action, hour);
    }
    if (hour.used >= RECORDS_PER_HOUR) return false;
    hour.used += 1;
    return true;
  }

  async #tell(series: Series, draft: Draft, words: typeof more): Promise<void> {
    const { counted, sinceMs } = series;
    const nowMs = this.#parts.clock.nowMs();
    series.counted = 0;
    const detail = words(draft.detail, counted, new Date(sinceMs).toISOString());
    const told = await this.#append({ ...draft, atMs: nowMs, detail });
    if (!told.ok) {
      // Told with those that come until the next round.
      series.counted += counted;
      return;
    }
    series.sinceMs = nowMs;
    series.everyMs = Math.min(series.everyMs * 2, HOUR_MS);
  }

  async #append(draft: Draft): Promise<Result<void, ApiFailure>> {
    const appended = await this.#parts.store.audit.append(SCOPE, draft);
    if (appended.ok) return ok(undefined);
    this.#parts.log.error(
      { code: appended.error.code, action: draft.action },
      'a refused attempt could not be audited',
    );
    return appended;
  }
}

function seriesOf(all: Map<string, Series>, key: string, fresh: Series): Series {
  const series = all.get(key) ?? fresh;
  all.set(key, series);
  return series;
}

const more = (detail: string, count: number, since: string): string =>
  `${detail}; ${count} more since ${since}`;
const others = (_detail: string, count: number, since: string): string =>
  `${count} others refused since ${since}`;
