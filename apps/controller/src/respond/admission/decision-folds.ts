// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { recordOf, textOf } from '@bartizan/adapters/kube';
import { ADMISSION_GROUPS_MAX, ADMISSION_REPEATS_MAX, type AdmissionDecision } from '@bartizan/contracts';
import { sameJson } from '@bartizan/engine/admission';
import type { AdmissionAnswer, AdmissionAsk } from '../../ports.ts';

/** Makes the record of one decision. */
type MakeRecord = (ask: AdmissionAsk, answer: AdmissionAnswer) => AdmissionDecision;

/** A record that was begun a moment ago: what is the same joins the next one instead of being written by itself. */
interface Recent {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  /** The last record that was begun; others are held against it. */
  record: AdmissionDecision;
  /** Whether it still takes repeats; else it was given away. */
  isHeld: boolean;
  /** Until then, by the monotonic clock. */
  until: number;
}

interface Beginning {
  readonly name: string;
  /** What was there under the same key. */
  readonly recent: Recent | undefined;
  readonly now: number;
}

const NOTHING: readonly AdmissionDecision[] = [];
const RECENT_MAX = 1_000;
/** Of a name in a record. */
const NAME_MAX = 253;
/** Records with more are written by themselves: to hold them against each other costs as much. */
const VIOLATIONS_MAX = 64;

/** How many decisions a record stands for. */
export const decisionsIn = ({ repeats }: AdmissionDecision): number => 1 + (repeats?.length ?? 0);

/** group/version/resource, without what is empty. */
export const resourceOf = ({ group, version, resource }: AdmissionAsk): string =>
  (group === '' ? `${version}/${resource}` : `${group}/${version}/${resource}`).slice(0, 253);

/** A name as records keep it; rules were asked about the whole one. */
export const nameKept = (name: string): string => name.slice(0, NAME_MAX);

/** Who asked, as records keep it. */
export const askerOf = ({ user }: AdmissionAsk): Pick<AdmissionDecision, 'user' | 'userGroups'> => ({
  user: nameKept(user.name),
  userGroups: user.groups.slice(0, ADMISSION_GROUPS_MAX).map(nameKept),
});

/** Pods of one owner have names of their own, made of the same text. */
function nameOf({ object, name }: AdmissionAsk): string {
  const made = textOf(recordOf(recordOf(object)['metadata'])['generateName']);
  return made === undefined || made === '' ? nameKept(name) : `${made}*`;
}

const sameGroups = (kept: readonly string[], asked: readonly string[]): boolean =>
  kept.length === Math.min(asked.length, ADMISSION_GROUPS_MAX) &&
  kept.every((group, at) => group === nameKept(asked[at] ?? ''));

/**
 * Whether a record says of this request, too, who asked for what and what was answered and why. Its resource is that
 * of the key but for group and version.
 */
const isAlike = ({ record, group, version }: Recent, ask: AdmissionAsk, answer: AdmissionAnswer): boolean =>
  record.decision.verdict === answer.decision.verdict &&
  record.operation === ask.operation &&
  record.namespace === ask.namespace &&
  record.user === nameKept(ask.user.name) &&
  record.dryRun === ask.dryRun &&
  record.kind === ask.kind &&
  (record.subResource ?? '') === ask.subResource &&
  record.policyRevision === answer.policyRevision &&
  group === ask.group &&
  version === ask.version &&
  sameGroups(record.userGroups, ask.user.groups) &&
  sameJson(record.violations, answer.violations) &&
  sameJson(record.decision.reasons, answer.decision.reasons);

/**
 * Controllers ask the same again and again: for each replica, and at each attempt that is refused. The first answer is
 * written at once; those of the next moment that say the same of the same are one record, with the uid, name and time
 * of each. Nothing is left out: what differs in anything else is a record of its own.
 */
export class DecisionFolds {
  /** In the order of `until`, since each lasts equally long. */
  readonly #recent = new Map<string, Recent>();
  readonly #lastsMs: number;
  readonly #make: MakeRecord;
  #held = 0;

  constructor(lastsMs: number, make: MakeRecord) {
    this.#lastsMs = lastsMs;
    this.#make = make;
  }

  /** Decisions that wait in here. */
  get held(): number {
    return this.#held;
  }

  /** Takes a decision in; gives the records that are to be written now: none, where it waits in here. */
  take(ask: AdmissionAsk, answer: AdmissionAnswer, atMs: number): readonly AdmissionDecision[] {
    if (answer.violations.length > VIOLATIONS_MAX) return [this.#make(ask, answer)];
    const name = nameOf(ask);
    const { verdict, elapsedUs } = answer.decision;
    const who = nameKept(ask.user.name);
    const key = `${ask.namespace}/${name} ${ask.operation} ${ask.resource}/${ask.subResource} ${who} ${verdict}`;
    const recent = this.#recent.get(key);
    const now = performance.now();
    const joins = recent !== undefined && recent.until > now && recent.name === name;
    if (!joins || !isAlike(recent, ask, answer)) return this.#begin(key, { name, recent, now }, ask, answer);
    this.#held += 1;
    if (!recent.isHeld) {
      recent.record = this.#make(ask, answer);
      recent.isHeld = true;
      return NOTHING;
    }
    recent.record.repeats ??= [];
    const { repeats } = recent.record;
    repeats.push({ requestUid: ask.uid, name: nameKept(ask.name), atMs, elapsedUs });
    return repeats.length < ADMISSION_REPEATS_MAX ? NOTHING : [this.#giveAway(recent)];
  }

  /** When something may have been held for as long as it may be. */
  get dueAt(): number {
    for (const { until } of this.#recent.values()) return until;
    return Number.POSITIVE_INFINITY;
  }

  /** What was held for as long as it may be. */
  due(now: number): AdmissionDecision[] {
    const records: AdmissionDecision[] = [];
    for (const [key, recent] of this.#recent) {
      if (recent.until > now) break;
      this.#recent.delete(key);
      if (!recent.isHeld) continue;
      records.push(this.#giveAway(recent));
      // It is still being asked: the next ones wait as well.
      recent.until = now + this.#lastsMs;
      this.#recent.set(key, recent);
    }
    return records;
  }

  /** All that is held. */
  all(): AdmissionDecision[] {
    const records = [...this.#recent.values()].filter(({ isHeld }) => isHeld);
    this.#recent.clear();
    return records.map((recent) => this.#giveAway(recent));
  }

  /** Begins anew, with a record that is written by itself; what was held under this key goes first. */
  #begin(
    key: string,
    { name, recent, now }: Beginning,
    ask: AdmissionAsk,
    answer: AdmissionAnswer,
  ): readonly AdmissionDecision[] {
    const before = recent?.isHeld === true ? [this.#giveAway(recent)] : NOTHING;
    this.#recent.delete(key);
    const record = this.#make(ask, answer);
    const until = now + this.#lastsMs;
    const { group, version } = ask;
    if (this.#recent.size < RECENT_MAX)
      this.#recent.set(key, { name, group, version, record, isHeld: false, until });
    return [...before, record];
  }

  #giveAway(recent: Recent): AdmissionDecision {
    recent.isHeld = false;
    this.#held -= decisionsIn(recent.record);
    return recent.record;
  }
}
