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
  /** Where they come from. */
  readonly network: string;
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
  /** The last one, and where it came from. */
  draft: Draft;
  network: string;
}
/** Records of one action in an hour. */
interface Hour {
  readonly startMs: number;
  used: number;
  readonly usedBy: Map<string, number>;
}

const SCOPE = systemScope('audit');
/** Whom a record names that tells of many. */
const NOBODY = { actor: 'anonymous', target: '' } as const;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Records of one action in an hour, whoever tries from however many addresses: about 10 MB a day at the most, with those that tell of many. */
const RECORDS_PER_HOUR = 240;
/** And those of one network: another one must not lose its own by them. */
const RECORDS_PER_NETWORK = 60;
/** Networks that went beyond it and are told one by one. */
const NETWORKS_MAX = 32;
const SERIES_MAX = 1000;

/**
 * Records refused attempts of people and machines that nobody knows. They cost a stranger nothing and the audit log is
 * never deleted: what repeats is counted, and told in one record after a minute, then after two, up to once an hour. Beyond
 * a number of records an hour those of one network are counted together, and beyond a greater one those of all networks.
 */
export class RefusedAttempts {
  readonly #parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log };
  readonly #series = new Map<string, Series>();
  /** Those of networks that had their share, by action and network. */
  readonly #networks = new Map<string, Series>();
  /** The others for which there was no room, by action. */
  readonly #others = new Map<string, Series>();
  readonly #hours = new Map<string, Hour>();

  constructor(parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Records an attempt, or counts it. */
  record({ key, network, apart, draft }: RefusedAttempt): Promise<Result<void, ApiFailure>> {
    const known = this.#series.get(key);
    const mayBegin = known !== undefined || this.#series.size < SERIES_MAX;
    if ((known?.alone ?? 0) < apart && mayBegin && this.#takeRoom(draft.action, network)) {
      seriesOf(this.#series, key, this.#new(draft, network)).alone += 1;
      return this.#append(draft);
    }
    const counted = known ?? this.#togetherWith(draft, network);
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
    return this.#sweep(() => true, true);
  }

  /** What finds no room waits, unless there is no later. */
  async #sweep(isDue: (series: Series) => boolean, isLast = false): Promise<void> {
    for (const [key, series] of this.#series) {
      if (!isDue(series)) continue;
      if (series.counted === 0) this.#series.delete(key);
      else if (this.#takeRoom(series.draft.action, series.network))
        await this.#tell(series, series.draft, more);
      else if (isLast) this.#pool(series);
    }
    for (const [key, series] of this.#networks) {
      if (!isDue(series)) continue;
      if (series.counted === 0) this.#networks.delete(key);
      else await this.#tell(series, { ...series.draft, ...NOBODY }, others);
    }
    for (const [action, series] of this.#others) {
      if (!isDue(series)) continue;
      const { sourceAddress: _one, ...draft } = series.draft;
      if (series.counted === 0) this.#others.delete(action);
      else await this.#tell(series, { ...draft, ...NOBODY }, others);
    }
  }

  #new(draft: Draft, network: string): Series {
    return { sinceMs: this.#parts.clock.nowMs(), everyMs: MINUTE_MS, alone: 0, counted: 0, draft, network };
  }

  /** The series of attempts that have none of their own: that of their network once it had its share, or that of all. */
  #togetherWith(draft: Draft, network: string): Series {
    const { action } = draft;
    const key = `${action} ${network}`;
    const hadShare = (this.#hourOf(action).usedBy.get(network) ?? 0) >= RECORDS_PER_NETWORK;
    const isApart = this.#networks.has(key) || (hadShare && this.#networks.size < NETWORKS_MAX);
    return isApart
      ? seriesOf(this.#networks, key, this.#new(draft, network))
      : seriesOf(this.#others, action, this.#new(draft, network));
  }

  /** Counts with the others what cannot be told alone. */
  #pool(series: Series): void {
    const together = this.#togetherWith(series.draft, series.network);
    together.counted += series.counted;
    together.sinceMs = Math.min(together.sinceMs, series.sinceMs);
    series.counted = 0;
  }

  /** Takes one of the records that an hour has for an action, of the share of a network. */
  #takeRoom(action: string, network: string): boolean {
    const hour = this.#hourOf(action);
    const used = hour.usedBy.get(network) ?? 0;
    if (hour.used >= RECORDS_PER_HOUR || used >= RECORDS_PER_NETWORK) return false;
    hour.used += 1;
    hour.usedBy.set(network, used + 1);
    return true;
  }

  #hourOf(action: string): Hour {
    const nowMs = this.#parts.clock.nowMs();
    const known = this.#hours.get(action);
    if (known !== undefined && nowMs - known.startMs < HOUR_MS && nowMs >= known.startMs) return known;
    const hour: Hour = { startMs: nowMs, used: 0, usedBy: new Map() };
    this.#hours.set(action, hour);
    return hour;
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
