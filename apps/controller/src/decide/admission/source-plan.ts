// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import { cutTold, inLanguage, type LocalText, type PolicyKind, type ToldText } from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import { admissionRuleRevision } from '@bartizan/engine/admission';
import type { PolicyItem } from '@bartizan/engine/policy-objects';
import type { KnownPolicy, RuleOrigin } from '../../admission-ports.ts';
import { type HashedItem, type JudgedWith, type KnownFaults, SourceFaults } from './source-faults.ts';
import type { ItemOutcome, SourceItem, SourceReading } from './source-reading.ts';

const DETAIL_MAX = 1024;

/** An object under its id as the server holds it now. */
interface Held {
  readonly origin: RuleOrigin;
  readonly hash: string;
  readonly refused?: string;
}

/** What a reading of a source means for what is stored. */
export interface SourcePlan {
  /** To be stored, each with what it was checked for. */
  readonly accepted: readonly SourceItem[];
  /** Of those, the ones that differ from what is stored. */
  readonly changed: readonly SourceItem[];
  /** Its bindings stand in another order than they are stored in. */
  readonly isMoved: boolean;
  /** Keys of stored objects of this source that are gone from it. */
  readonly gone: readonly string[];
  readonly outcomes: readonly ItemOutcome[];
  /** For the next look at this source. */
  readonly known: KnownFaults;
}

/** Kind and id as one text. */
export const keyOfItem = ({ kind, id }: { readonly kind: PolicyKind; readonly id: string }): string =>
  `${kind}/${id}`;

/** Content of an item, with whether it is asked. */
export const hashOfItem = (item: PolicyItem): string => {
  if (item.kind === 'AdmissionRule') return `${admissionRuleRevision(item.rule)} ${item.enabled}`;
  return contentHash(item.kind === 'AdmissionBinding' ? item.binding : item.exception);
};

function heldOf({ rules, bindings, exceptions }: KnownPolicy): ReadonlyMap<string, Held> {
  return new Map<string, Held>([
    ...rules.map(
      ({ rule, origin, revision, enabled, refused }) =>
        [
          `AdmissionRule/${rule.id}`,
          { origin, hash: `${revision} ${enabled}`, ...(refused === undefined ? {} : { refused }) },
        ] as const,
    ),
    ...bindings.map(
      ({ id, origin, contentHash: hash }) => [`AdmissionBinding/${id}`, { origin, hash }] as const,
    ),
    ...exceptions.map(
      ({ id, origin, contentHash: hash }) => [`AdmissionException/${id}`, { origin, hash }] as const,
    ),
  ]);
}

const outcomeOf = (
  { item, place }: SourceItem,
  reason: ItemOutcome['reason'],
  detail: ToldText,
): ItemOutcome => ({
  kind: item.kind,
  id: item.id,
  place,
  reason,
  detail: cutTold(detail, DETAIL_MAX),
});

/** What is wrong with an object whose version before it goes on. */
const stillInForce = (fault: ToldText): LocalText => ({
  en: `${inLanguage(fault, 'en')}; the version before it stays in force`,
  ja: `${inLanguage(fault, 'ja')}（以前の版が引き続き有効です）`,
});

/** Judges one reading, object by object: one that is wrong never stops another. */
class Judge {
  readonly accepted: (SourceItem & HashedItem)[] = [];
  readonly outcomes: ItemOutcome[] = [];
  readonly #reading: SourceReading;
  readonly #held: ReadonlyMap<string, Held>;
  readonly #faults: SourceFaults;
  readonly #nowMs: number;
  readonly #places = new Map<string, string>();

  constructor(reading: SourceReading, judgedWith: JudgedWith) {
    this.#reading = reading;
    this.#held = heldOf(judgedWith.policy);
    this.#faults = new SourceFaults(judgedWith);
    this.#nowMs = judgedWith.nowMs;
  }

  get held(): ReadonlyMap<string, Held> {
    return this.#held;
  }

  get known(): KnownFaults {
    return this.#faults.found;
  }

  /** Takes an object, or says why not. */
  async take(one: SourceItem): Promise<void> {
    const key = keyOfItem(one.item);
    const conflict = this.#conflict(key);
    if (conflict !== undefined) {
      this.outcomes.push(outcomeOf(one, 'Conflict', conflict));
      return;
    }
    this.#places.set(key, one.place);
    if (this.#isOver(one)) return;
    const held = this.#held.get(key);
    const hashed = { ...one, hash: hashOfItem(one.item) };
    const isSame = held?.origin === this.#reading.origin && held.hash === hashed.hash;
    const fault = isSame ? held.refused : await this.#faults.of(hashed, this.accepted);
    if (fault !== undefined) {
      this.outcomes.push(isSame ? outcomeOf(one, 'Invalid', fault) : this.#faulty(one, fault));
      return;
    }
    this.accepted.push(hashed);
    const isOff = one.item.kind === 'AdmissionRule' && !one.item.enabled;
    this.outcomes.push({ ...outcomeOf(one, isOff ? 'Disabled' : 'InForce', ''), ...until(one.item) });
  }

  #isOver(one: SourceItem): boolean {
    const { item } = one;
    if (item.kind !== 'AdmissionException' || item.exception.expiresAtMs > this.#nowMs) return false;
    const ended = new Date(item.exception.expiresAtMs).toISOString();
    this.outcomes.push(
      outcomeOf(one, 'Expired', { en: `it ended at ${ended}`, ja: `${ended} に終了しました` }),
    );
    return true;
  }

  /** An id belongs to the source that brought it first, until that one gives it up. */
  #conflict(key: string): ToldText | undefined {
    const twice = this.#places.get(key);
    if (twice !== undefined)
      return { en: `it is there twice: also in ${twice}`, ja: `重複しています：${twice} にもあります` };
    const origin = this.#held.get(key)?.origin;
    return origin === undefined || origin === this.#reading.origin
      ? undefined
      : {
          en: `the id is taken by the source ${origin}`,
          ja: `この ID は管理元 ${origin} が使用しています`,
        };
  }

  #faulty(one: SourceItem, fault: ToldText): ItemOutcome {
    const isHeld = this.#held.get(keyOfItem(one.item))?.origin === this.#reading.origin;
    return outcomeOf(one, 'Invalid', isHeld ? stillInForce(fault) : fault);
  }
}

const until = (item: PolicyItem) =>
  item.kind === 'AdmissionException' ? { untilMs: item.exception.expiresAtMs } : {};

function isMoved(accepted: readonly SourceItem[], { bindings }: KnownPolicy): boolean {
  const wanted = accepted.flatMap(({ item }) => (item.kind === 'AdmissionBinding' ? [item.id] : []));
  const asked = new Set(wanted);
  const stored = bindings.map(({ id }) => id).filter((id) => asked.has(id));
  const known = new Set(stored);
  return wanted.filter((id) => known.has(id)).some((id, at) => stored[at] !== id);
}

const RANK: Readonly<Record<PolicyKind, number>> = {
  AdmissionRule: 0,
  AdmissionBinding: 1,
  AdmissionException: 2,
};

/** What a reading of a source means: what is taken, what is gone, and what becomes of each object. */
export async function planSource(reading: SourceReading, judgedWith: JudgedWith): Promise<SourcePlan> {
  const judge = new Judge(reading, judgedWith);
  // Rules first: a binding may set parameters of a rule that comes with it.
  for (const one of reading.items.toSorted((a, b) => RANK[a.item.kind] - RANK[b.item.kind])) {
    await judge.take(one);
    // API servers wait for answers meanwhile: thousands of objects take seconds.
    await others();
  }
  const present = new Set(
    [
      ...reading.items.map(({ item }) => ({ kind: item.kind, id: item.id })),
      ...reading.faults.flatMap(({ kind, id }) =>
        kind === undefined || id === undefined ? [] : [{ kind, id }],
      ),
    ].map(keyOfItem),
  );
  const over = new Set(
    judge.outcomes.flatMap(({ kind, id, reason }) =>
      reason === 'Expired' && kind !== undefined && id !== undefined ? [keyOfItem({ kind, id })] : [],
    ),
  );
  const gone = [...judge.held]
    .filter(([key, { origin }]) => origin === reading.origin && (over.has(key) || !present.has(key)))
    .filter(([key]) => reading.isComplete || over.has(key))
    .map(([key]) => key);
  return {
    accepted: judge.accepted,
    changed: judge.accepted.filter(({ item, hash }) => judge.held.get(keyOfItem(item))?.hash !== hash),
    gone,
    isMoved: isMoved(judge.accepted, judgedWith.policy),
    known: judge.known,
    outcomes: [
      ...judge.outcomes,
      ...reading.faults.map(({ detail, ...fault }) => ({ ...fault, detail: cutTold(detail, DETAIL_MAX) })),
    ],
  };
}
