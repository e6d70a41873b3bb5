// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionRequest } from '@bartizan/engine/admission';
import type { AdmissionAsk, Clock } from '../../ports.ts';

/** How many requests of API servers are kept, in memory alone, for simulations. */
export const RECORD_LIMITS = {
  count: 2_000,
  /** UTF-16 units of all of them together: at most 16 MiB. */
  chars: 8 * 1024 * 1024,
  /** Of one; larger ones are left out. */
  requestChars: 128 * 1024,
  ageMs: 24 * 3_600_000,
  /** Taken in one second; recording must never cost what answering is needed for. */
  perSecond: 50,
} as const;

type RecordLimits = { readonly [Key in keyof typeof RECORD_LIMITS]: number };
interface Kept {
  readonly atMs: number;
  readonly json: string;
}
interface Parts {
  readonly clock: Clock;
  /** Name of the topmost object that made what is asked about: it may be gone when a draft is tried. */
  readonly ownerOf?: (ask: AdmissionAsk) => string | undefined;
  readonly limits?: Partial<RecordLimits>;
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a client noted of the object as it was written, and what servers note of writers. */
const NOTED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The values of a secret, with its keys: rules may ask which there are. */
const emptied = (data: unknown): unknown =>
  isRecord(data) ? Object.fromEntries(Object.keys(data).map((key) => [key, ''])) : data;

/** The object without what nobody may keep: the data of a Secret, and copies of it in what was noted. */
function redacted(object: unknown, isSecret: boolean): unknown {
  if (!isRecord(object)) return object;
  const { metadata, data, stringData, ...rest } = object;
  const about = isRecord(metadata) ? metadata : {};
  const { managedFields: _managedFields, annotations, ...kept } = about;
  const notes = isRecord(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([key]) => key !== NOTED))
    : undefined;
  return {
    ...rest,
    metadata: { ...kept, ...(notes === undefined ? {} : { annotations: notes }) },
    ...(data === undefined ? {} : { data: isSecret ? emptied(data) : data }),
    ...(stringData === undefined ? {} : { stringData: isSecret ? emptied(stringData) : stringData }),
  };
}

/** Recent requests of API servers, for drafts to be tried on. Bounded in count, size, age and rate; never on disk. */
export class RecordedRequests {
  readonly #clock: Clock;
  readonly #limits: RecordLimits;
  readonly #ownerOf: Parts['ownerOf'];
  #kept: Kept[] = [];
  #chars = 0;
  #second = 0;
  #inSecond = 0;
  /** Left out: too large, or too many at once. */
  leftOutTotal = 0;

  constructor({ clock, ownerOf, limits = {} }: Parts) {
    this.#clock = clock;
    this.#ownerOf = ownerOf;
    this.#limits = { ...RECORD_LIMITS, ...limits };
  }

  /** Keeps a request; the oldest make room. */
  note(ask: AdmissionAsk): void {
    const { uid: _uid, version: _version, ...request } = ask;
    const atMs = this.#clock.nowMs();
    const { requestChars, chars, count, perSecond } = this.#limits;
    const second = Math.floor(atMs / 1000);
    if (second !== this.#second) [this.#second, this.#inSecond] = [second, 0];
    this.#inSecond += 1;
    if (this.#inSecond > perSecond) {
      this.leftOutTotal += 1;
      return;
    }
    const isSecret = request.group === '' && request.resource === 'secrets';
    const { object, oldObject, ...about } = request;
    const owner = this.#ownerOf?.(ask);
    const json = JSON.stringify({
      ...about,
      ...(owner === undefined ? {} : { owner }),
      ...(object === undefined ? {} : { object: redacted(object, isSecret) }),
      ...(oldObject === undefined ? {} : { oldObject: redacted(oldObject, isSecret) }),
    });
    if (json.length > requestChars) {
      this.leftOutTotal += 1;
      return;
    }
    this.#kept.push({ atMs, json });
    this.#chars += json.length;
    this.#trim(atMs, count, chars);
  }

  /** What is kept, oldest first. */
  requests(): readonly AdmissionRequest[] {
    this.#trim(this.#clock.nowMs(), this.#limits.count, this.#limits.chars);
    // Written by `note` from a request that was read.
    return this.#kept.map(({ json }) => JSON.parse(json) as AdmissionRequest);
  }

  #trim(nowMs: number, count: number, chars: number): void {
    let gone = 0;
    let left = this.#chars;
    for (const { atMs, json } of this.#kept) {
      const isOver = this.#kept.length - gone > count || left > chars || nowMs - atMs > this.#limits.ageMs;
      if (!isOver) break;
      left -= json.length;
      gone += 1;
    }
    if (gone === 0) return;
    this.#kept = this.#kept.slice(gone);
    this.#chars = left;
  }
}
