// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { ok, type Result, systemScope } from '@bartizan/contracts';
import type { ApiFailure, Clock, Log } from './ports.ts';

type Draft = Parameters<Store['audit']['append']>[1];

/** An attempt that came to nothing. */
export interface RefusedAttempt {
  /** Attempts with the same one repeat each other. */
  readonly key: string;
  /** Where they come from. */
  readonly network: string;
  /** So many of them are recorded one by one before the others are counted. */
  readonly apart: number;
  /** Who tries, where that is proven: has a share of their own, and every record names them. Absent: a stranger. */
  readonly caller?: string;
  readonly draft: Draft;
}
type Source = Pick<RefusedAttempt, 'draft' | 'network'> & { readonly caller?: string | undefined };
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
  readonly network: string;
  readonly caller?: string | undefined;
}
/** Records of one action of strangers, or of one caller, in an hour. */
interface Hour {
  readonly startMs: number;
  used: number;
  /** Of each network, or of each action of the caller. */
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
/** Of those of a caller, what attempts have that are recorded one by one: the others tell of those that were counted. */
const APART_PER_CALLER = 180;
const APART_PER_ACTION = 60;
/** Networks that went beyond it and are told one by one. */
const NETWORKS_MAX = 32;
const SERIES_MAX = 1000;

/**
 * Records refused attempts. They cost nothing and the audit log is never deleted: what repeats is counted, and told in one
 * record after a minute, then after two, up to once an hour. Beyond a number of records an hour those of strangers from one
 * network are counted together, and beyond a greater one those of all networks. Who is known has a share of their own, which
 * no stranger can use up: beyond it those of each action are counted, under the name of who it was.
 */
export class RefusedAttempts {
  readonly #parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log };
  readonly #series = new Map<string, Series>();
  readonly #ofCallers = new Map<string, Series>();
  /** Those of networks that had their share, by action and network. */
  readonly #networks = new Map<string, Series>();
  /** The others for which there was no room, by action, and by caller where that is known. */
  readonly #others = new Map<string, Series>();
  readonly #hours = new Map<string, Hour>();

  constructor(parts: { readonly store: Pick<Store, 'audit'>; readonly clock: Clock; readonly log: Log }) {
    this.#parts = parts;
  }

  /** Records an attempt, or counts it. */
  record({ key, apart, ...source }: RefusedAttempt): Promise<Result<void, ApiFailure>> {
    const all = source.caller === undefined ? this.#series : this.#ofCallers;
    const known = all.get(key);
    const mayBegin = known !== undefined || all.size < SERIES_MAX;
    if ((known?.alone ?? 0) < apart && mayBegin && this.#takeRoom(source, true)) {
      seriesOf(all, key, this.#new(source)).alone += 1;
      return this.#append(source.draft);
    }
    const counted = known ?? this.#togetherWith(source);
    counted.counted += 1;
    counted.draft = source.draft;
    return Promise.resolve(ok(undefined));
  }

  /** Records what was counted and is due. */
  flush(): Promise<void> {
    const nowMs = this.#parts.clock.nowMs();
    for (const [whose, { startMs }] of this.#hours) if (nowMs - startMs >= HOUR_MS) this.#hours.delete(whose);
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
    for (const all of [this.#series, this.#ofCallers])
      for (const [key, series] of all) {
        if (!isDue(series)) continue;
        if (series.counted === 0) all.delete(key);
        else if (this.#takeRoom(series, false)) await this.#tell(series, series.draft, more);
        else if (isLast) this.#pool(series);
      }
    await this.#sweepPools(isDue, isLast);
  }

  async #sweepPools(isDue: (series: Series) => boolean, isLast: boolean): Promise<void> {
    for (const [key, series] of this.#networks) {
      if (!isDue(series)) continue;
      if (series.counted === 0) this.#networks.delete(key);
      else await this.#tell(series, { ...series.draft, ...NOBODY }, others);
    }
    for (const [key, series] of this.#others) {
      if (!isDue(series)) continue;
      if (series.counted === 0) this.#others.delete(key);
      else if (series.caller === undefined || isLast || this.#takeRoom(series, false))
        await this.#tell(series, pooledDraft(series), others);
    }
  }

  #new({ draft, network, caller }: Source): Series {
    const sinceMs = this.#parts.clock.nowMs();
    return { sinceMs, everyMs: MINUTE_MS, alone: 0, counted: 0, draft, network, caller };
  }

  /** The series of attempts that have none of their own: of a caller's action, of a network once it had its share, or of all. */
  #togetherWith(source: Source): Series {
    const { draft, network, caller } = source;
    const { action, outcome } = draft;
    if (caller !== undefined)
      return seriesOf(this.#others, `${action} ${outcome} ${caller}`, this.#new(source));
    const key = `${action} ${network}`;
    const hadShare = (this.#hourOf(action).usedBy.get(network) ?? 0) >= RECORDS_PER_NETWORK;
    const isApart = this.#networks.has(key) || (hadShare && this.#networks.size < NETWORKS_MAX);
    return isApart
      ? seriesOf(this.#networks, key, this.#new(source))
      : seriesOf(this.#others, action, this.#new(source));
  }

  /** Counts with the others what cannot be told alone. */
  #pool(series: Series): void {
    const together = this.#togetherWith(series);
    together.counted += series.counted;
    together.sinceMs = Math.min(together.sinceMs, series.sinceMs);
    series.counted = 0;
  }

  /** Takes one of the records that an hour has for an action of strangers or for a caller, of the share of a network or an action. */
  #takeRoom({ draft: { action }, network, caller }: Source, isApart: boolean): boolean {
    const hour = this.#hourOf(caller === undefined ? action : `caller ${caller}`);
    const [part, share, most] =
      caller === undefined
        ? [network, RECORDS_PER_NETWORK, RECORDS_PER_HOUR]
        : isApart
          ? [action, APART_PER_ACTION, APART_PER_CALLER]
          : ['', RECORDS_PER_HOUR, RECORDS_PER_HOUR];
    const used = hour.usedBy.get(part) ?? 0;
    if (hour.used >= most || used >= share) return false;
    hour.used += 1;
    hour.usedBy.set(part, used + 1);
    return true;
  }

  #hourOf(whose: string): Hour {
    const nowMs = this.#parts.clock.nowMs();
    const known = this.#hours.get(whose);
    if (known !== undefined && nowMs - known.startMs < HOUR_MS && nowMs >= known.startMs) return known;
    const hour: Hour = { startMs: nowMs, used: 0, usedBy: new Map() };
    this.#hours.set(whose, hour);
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

/** A record that tells of many: of a caller it says who, of strangers neither who nor where from. */
function pooledDraft({ caller, draft }: Series): Draft {
  if (caller !== undefined) return { ...draft, target: '' };
  const { sourceAddress: _one, ...others } = draft;
  return { ...others, ...NOBODY };
}

const more = (detail: string, count: number, since: string): string =>
  `${detail}; ${count} more since ${since}`;
const others = (_detail: string, count: number, since: string): string =>
  `${count} others refused since ${since}`;
