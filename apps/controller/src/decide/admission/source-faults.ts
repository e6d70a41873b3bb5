// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import type { AdmissionBinding, AdmissionException, AdmissionRule, ToldText } from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import { compileException, nameTest } from '@bartizan/engine/admission';
import type { PolicyItem } from '@bartizan/engine/policy-objects';
import type { KnownPolicy } from '../../admission-ports.ts';
import type { PolicyBook } from './policy-book.ts';
import { faultOfRule } from './rule-examples.ts';

const HOUR_MS = 3600_000;
const YEAR_MS = 366 * 24 * HOUR_MS;
/** Rules that are compiled without letting others in: API servers wait for answers. */
const AT_ONCE = 50;

/** An object of a source with its content as a hash. */
export interface HashedItem {
  readonly item: PolicyItem;
  readonly hash: string;
}

/** What is wrong with objects, or that nothing is, by their content and by what they were judged with. */
export type KnownFaults = ReadonlyMap<string, ToldText | undefined>;

/** What the objects of a source are judged with. */
export interface JudgedWith {
  readonly policy: KnownPolicy;
  readonly book: PolicyBook;
  readonly nowMs: number;
  /** What the look before found: an object that is refused is not stored, and would be judged at each look again. */
  readonly known: KnownFaults;
}

/** Tells what is wrong with the objects of one reading. */
export class SourceFaults {
  /** What was told, for the next look. */
  readonly found = new Map<string, ToldText | undefined>();
  readonly #with: JudgedWith;
  readonly #edition: number;
  #rules: { readonly all: readonly AdmissionRule[]; readonly revision: string } | undefined;
  #sound: readonly AdmissionRule[] | undefined;

  constructor(judgedWith: JudgedWith) {
    this.#with = judgedWith;
    this.#edition = judgedWith.book.edition;
  }

  /** What is wrong with an object. Bindings come last: `accepted` are the rules that they may name. */
  async of({ item, hash }: HashedItem, accepted: readonly HashedItem[]): Promise<ToldText | undefined> {
    const { nowMs, known } = this.#with;
    // Looking it up would cost more than its globs.
    if (item.kind === 'AdmissionException') return faultOfException(item.exception, nowMs);
    const key = `${item.kind} ${hash} ${this.#edition} ${this.#ground(item, accepted)}`;
    const fault = known.has(key) ? known.get(key) : await this.#judge(item, accepted);
    this.found.set(key, fault);
    return fault;
  }

  /** What else the answer depends on: examples of rules know the age of images, which is counted in hours. */
  #ground({ kind }: PolicyItem, accepted: readonly HashedItem[]): string {
    return kind === 'AdmissionRule'
      ? String(Math.floor(this.#with.nowMs / HOUR_MS))
      : this.#rulesWith(accepted).revision;
  }

  async #judge(
    item: Exclude<PolicyItem, { readonly kind: 'AdmissionException' }>,
    accepted: readonly HashedItem[],
  ): Promise<ToldText | undefined> {
    return item.kind === 'AdmissionRule'
      ? faultOfRule(item.rule, this.#with.book, this.#with.nowMs)
      : this.#faultOfBinding(item.binding, accepted);
  }

  /** Rules that bindings may name: those that are there, and in their place those that the source brings now. */
  #rulesWith(accepted: readonly HashedItem[]) {
    if (this.#rules !== undefined) return this.#rules;
    const rules = new Map<string, { readonly rule: AdmissionRule; readonly hash: string }>();
    for (const { rule, revision, enabled } of this.#with.policy.rules)
      if (!rules.has(rule.id)) rules.set(rule.id, { rule, hash: `${revision} ${enabled}` });
    for (const { item, hash } of accepted)
      if (item.kind === 'AdmissionRule') rules.set(item.id, { rule: item.rule, hash });
    const all = [...rules.values()].map(({ rule }) => rule);
    this.#rules = { all, revision: contentHash([...rules].map(([id, { hash }]) => [id, hash])) };
    return this.#rules;
  }

  /** Those of them that can be asked without any binding: what is wrong with the others is no fault of a binding. */
  async #soundRules(accepted: readonly HashedItem[]): Promise<readonly AdmissionRule[]> {
    if (this.#sound !== undefined) return this.#sound;
    const { all } = this.#rulesWith(accepted);
    const bad = new Set<string>();
    for (const some of inTurns(all)) {
      for (const { id } of this.#with.book.alone(some).refused) bad.add(id);
      await others();
    }
    this.#sound = all.filter(({ id }) => !bad.has(id));
    return this.#sound;
  }

  /** What is wrong with a binding: a bad one would refuse every rule that it names. */
  async #faultOfBinding(
    binding: AdmissionBinding,
    accepted: readonly HashedItem[],
  ): Promise<ToldText | undefined> {
    for (const some of inTurns(concernedBy(binding, await this.#soundRules(accepted)))) {
      const [bad] = this.#with.book.alone(some, [binding]).refused;
      if (bad !== undefined) return bad.failure.detail;
      await others();
    }
    return undefined;
  }
}

/**
 * The rules that show what is wrong with a binding: the first that it names, for what is wrong wherever it holds, and those
 * whose parameters it sets. With the others it is compiled to what they are without it.
 */
function concernedBy(
  { rules: patterns, parameters = {} }: AdmissionBinding,
  rules: readonly AdmissionRule[],
): readonly AdmissionRule[] {
  if (patterns.length === 0) return [];
  const names = nameTest(patterns);
  // A pattern that is no glob is refused by any rule.
  if (names === undefined) return rules.slice(0, 1);
  return rules
    .filter(({ id }) => names(id))
    .filter((rule, at) => at === 0 || rule.parameters?.some(({ name }) => Object.hasOwn(parameters, name)));
}

function* inTurns<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += AT_ONCE) yield all.slice(at, at + AT_ONCE);
}

function faultOfException(exception: AdmissionException, nowMs: number): ToldText | undefined {
  if (exception.expiresAtMs > nowMs + YEAR_MS)
    return { en: 'expires is more than a year ahead', ja: '期限が 1 年より先です' };
  if (exception.rules.length === 0 || exception.namespaces.length === 0)
    return {
      en: 'an exception names rules and namespaces',
      ja: '例外にはルールと名前空間の指定が必要です',
    };
  const compiled = compileException(exception);
  return compiled.ok ? undefined : compiled.error.detail;
}
