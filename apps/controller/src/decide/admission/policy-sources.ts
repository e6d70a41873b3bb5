// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { setImmediate as others } from 'node:timers/promises';
import type { Store } from '@bartizan/adapters/store';
import {
  cutTold,
  err,
  ok,
  POLICY_SOURCES,
  type PolicyItemReason,
  type PolicySource,
  type PolicySourceChange,
  type Result,
  type StoredAdmissionRule,
  systemScope,
  type ToldText,
  tenantScope,
  toldFailure,
} from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import { admissionRuleRevision } from '@bartizan/engine/admission';
import { ruleCelCompiler } from '@bartizan/engine/admission-cel';
import { emitNativePolicies } from '@bartizan/engine/admission-native';
import type { KnownPolicy } from '../../admission-ports.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import type { FollowedOrigin } from './followed-origin.ts';
import type { PolicyBook } from './policy-book.ts';
import { runSteps, type Step, stepsIn } from './policy-steps.ts';
import type { KnownFaults } from './source-faults.ts';
import { keyOfItem, planSource, type SourcePlan } from './source-plan.ts';
import {
  excessOf,
  type ItemOutcome,
  SOURCE_OBJECTS_MAX,
  type SourceItem,
  type SourceReading,
} from './source-reading.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  readonly book: PolicyBook;
  /** The one that every change of policies goes through. */
  readonly turnstile: Turnstile;
}

/** What is known of one source that is followed. */
interface Followed {
  readonly state: PolicySource['state'];
  readonly place?: string;
  readonly revision?: string;
  readonly readAtMs?: number;
  readonly changedAtMs?: number;
  readonly changes: readonly PolicySourceChange[];
  readonly outcomes: readonly ItemOutcome[];
  readonly code?: string;
  readonly detail?: ToldText;
}

const OFF: Followed = { state: 'off', changes: [], outcomes: [] };
const CHANGES_MAX = 100;
const PROBLEMS_MAX = 200;
const PLACE_MAX = 256;
const DETAIL_MAX = 1000;
/** The rules of both sources: what is known of one look is not worked out again at the next. */
const NATIVE_KEPT = 2 * SOURCE_OBJECTS_MAX;
const FINE: ReadonlySet<PolicyItemReason> = new Set(['InForce', 'Disabled', 'Expired']);
const SCOPE = systemScope('policies of a source that is followed');

/** Sources of policies that are followed: each reading is judged object by object, stored, and in force at once. */
export class PolicySources {
  readonly #parts: Parts;
  readonly #followed = new Map<FollowedOrigin, Followed>();
  readonly #native = new Map<string, string>();
  readonly #faults = new Map<FollowedOrigin, KnownFaults>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A source is set up and not read yet, or cannot be read now: what it brought before stays. */
  note(
    origin: FollowedOrigin,
    state: 'off' | 'waiting' | 'unreachable',
    about: { readonly place?: string; readonly code?: string; readonly detail?: ToldText } = {},
  ): void {
    const { code: _code, detail: _detail, ...before } = this.#followed.get(origin) ?? OFF;
    this.#followed.set(origin, { ...before, ...about, state });
  }

  /** Whether a source is set up: what comes from it is changed there alone. */
  follows = (origin: FollowedOrigin): boolean => (this.#followed.get(origin) ?? OFF).state !== 'off';

  /**
   * Takes a reading: what is new or different in it is put into force, what is gone from it is removed. Of one that holds
   * too much nothing is taken: which part of it would be in force, nobody could tell.
   */
  take = async (reading: SourceReading): Promise<Result<readonly ItemOutcome[], ApiFailure>> => {
    const excess = excessOf(reading);
    return excess === undefined ? this.#take(reading) : err(toldFailure('E_POLICY_TOO_MANY', excess));
  };

  #take(reading: SourceReading): Promise<Result<readonly ItemOutcome[], ApiFailure>> {
    return this.#parts.turnstile.run(async () => {
      const { book, clock, owner } = this.#parts;
      const now = await book.inForce(owner);
      if (!now.ok) return now;
      const plan = await planSource(reading, {
        policy: now.value.policy,
        book,
        nowMs: clock.nowMs(),
        known: this.#faults.get(reading.origin) ?? new Map(),
      });
      this.#faults.set(reading.origin, plan.known);
      const isNews = plan.isMoved || plan.changed.length + plan.gone.length > 0;
      const saved = isNews ? await this.#save(reading, plan, now.value.policy) : ok(undefined);
      const loaded = isNews ? await book.load(owner) : now;
      if (!loaded.ok) return loaded;
      const outcomes = saved.ok
        ? await this.#told(plan.outcomes, loaded.value.policy, reading.origin)
        : plan.outcomes.map((one): ItemOutcome => ({ ...one, ...failedBecause(saved.error, one) }));
      this.#keep(reading, { plan, outcomes, isNews: isNews && saved.ok }, now.value.policy);
      if (isNews && saved.ok) await this.#audit(reading, plan, now.value.policy);
      return saved.ok ? ok(outcomes) : saved;
    });
  }

  /** Every source with its state. */
  sources = async (owner: Owner): Promise<Result<readonly PolicySource[], ApiFailure>> => {
    const inForce = await this.#parts.book.inForce(owner);
    if (!inForce.ok) return inForce;
    const { policy } = inForce.value;
    const isHome = owner.cluster === this.#parts.owner.cluster && owner.tenant === this.#parts.owner.tenant;
    return ok(
      POLICY_SOURCES.map((source) => {
        const counts = countsOf(policy, source);
        if (source === 'directory' || source === 'crd')
          return rowOf(source, counts, isHome ? (this.#followed.get(source) ?? OFF) : OFF);
        // Nothing is read here: what people, pipelines and the product bring is there as soon as it is taken.
        const isOff = source === 'federated' && counts.rules + counts.bindings + counts.exceptions === 0;
        return rowOf(source, counts, { ...OFF, state: isOff ? 'off' : 'current' });
      }),
    );
  };

  async #told(
    outcomes: readonly ItemOutcome[],
    policy: KnownPolicy,
    origin: FollowedOrigin,
  ): Promise<readonly ItemOutcome[]> {
    const rules = new Map(
      policy.rules.filter((one) => one.origin === origin).map((one) => [one.rule.id, one]),
    );
    const revisions = new Map<string, string>([
      ...[...rules].map(([id, { revision }]) => [`AdmissionRule/${id}`, revision] as const),
      ...policy.bindings
        .filter((one) => one.origin === origin)
        .map((one) => [`AdmissionBinding/${one.id}`, one.contentHash] as const),
      ...policy.exceptions
        .filter((one) => one.origin === origin)
        .map((one) => [`AdmissionException/${one.id}`, one.contentHash] as const),
    ]);
    const told: ItemOutcome[] = [];
    for (const one of outcomes) {
      const { kind, id, reason } = one;
      const isOurs = kind !== undefined && id !== undefined && reason !== 'Conflict';
      const inForce = isOurs ? revisions.get(keyOfItem({ kind, id })) : undefined;
      if (inForce === undefined || id === undefined) {
        told.push(one);
        continue;
      }
      const rule = kind === 'AdmissionRule' ? rules.get(id) : undefined;
      const notExpressible = rule === undefined ? '' : this.#notExpressible(rule);
      told.push({ ...one, inForce, ...(notExpressible === '' ? {} : { notExpressible }) });
      await others();
    }
    return told;
  }

  /** Why the API server cannot hold a rule without us; empty when it can. */
  #notExpressible({ rule, revision }: KnownPolicy['rules'][number]): string {
    const known = this.#native.get(revision);
    if (known !== undefined) return known;
    const { notExpressible } = emitNativePolicies(
      { rules: [rule] },
      { nowMs: this.#parts.clock.nowMs(), compileCel: ruleCelCompiler() },
    );
    const why = notExpressible[0]?.reason.en ?? '';
    if (this.#native.size >= NATIVE_KEPT) this.#native.clear();
    this.#native.set(revision, why);
    return why;
  }

  #keep(
    reading: SourceReading,
    made: {
      readonly plan: SourcePlan;
      readonly outcomes: readonly ItemOutcome[];
      readonly isNews: boolean;
    },
    before: KnownPolicy,
  ): void {
    const { origin, place, revision, isComplete } = reading;
    const known = this.#followed.get(origin) ?? OFF;
    const atMs = this.#parts.clock.nowMs();
    const isFine = isComplete && made.outcomes.every(({ reason }) => FINE.has(reason));
    const { code: _code, detail: _detail, ...rest } = known;
    this.#followed.set(origin, {
      ...rest,
      state: isFine ? 'current' : 'degraded',
      place,
      revision,
      readAtMs: atMs,
      outcomes: made.outcomes,
      ...(made.isNews ? { changedAtMs: atMs, changes: changesOf(made.plan, before) } : {}),
    });
  }

  async #save(
    reading: SourceReading,
    plan: SourcePlan,
    policy: KnownPolicy,
  ): Promise<Result<undefined, ApiFailure>> {
    const { store, owner } = this.#parts;
    const step = stepsIn(tenantScope(owner.cluster, owner.tenant));
    const gone = (kind: string): Set<string> =>
      new Set(
        plan.gone.filter((key) => key.startsWith(`${kind}/`)).map((key) => key.slice(key.indexOf('/') + 1)),
      );
    const rules = await this.#ruleStep(reading.origin, plan, step, gone('AdmissionRule'));
    if (!rules.ok) return rules;
    const bindings = new Map(policy.bindings.map((one) => [one.id, one]));
    const exceptions = new Map(policy.exceptions.map((one) => [one.id, one]));
    return runSteps([
      rules.value,
      step(
        store.admissionBindings,
        bindings,
        this.#bindingRecords(reading.origin, plan, policy),
        gone('AdmissionBinding'),
      ),
      step(
        store.admissionExceptions,
        exceptions,
        this.#exceptionRecords(reading.origin, plan, policy),
        gone('AdmissionException'),
      ),
    ]);
  }

  async #ruleStep(
    origin: FollowedOrigin,
    plan: SourcePlan,
    step: ReturnType<typeof stepsIn>,
    gone: ReadonlySet<string>,
  ): Promise<Result<Step, ApiFailure>> {
    const { store, owner } = this.#parts;
    const changed = plan.changed.flatMap((one) =>
      one.item.kind === 'AdmissionRule' ? [{ ...one, item: one.item }] : [],
    );
    const before = new Map<string, StoredAdmissionRule>();
    for (const id of [...changed.map(({ item }) => item.id), ...gone]) {
      const found = await store.admissionRules.get(tenantScope(owner.cluster, owner.tenant), id);
      if (!found.ok) return found;
      if (found.value !== undefined) before.set(id, found.value);
    }
    const records = changed.map(({ item, place }) => ({
      ...this.#header(origin, place, {
        id: item.id,
        revision: before.get(item.id)?.revision,
        hash: admissionRuleRevision(item.rule),
      }),
      rule: item.rule,
      enabled: item.enabled,
    }));
    return ok(step(store.admissionRules, before, records, gone));
  }

  /** Bindings of the source in its order: they fill the places it had, new ones come last. */
  #bindingRecords(origin: FollowedOrigin, plan: SourcePlan, policy: KnownPolicy) {
    const known = new Map(policy.bindings.map((one) => [one.id, one]));
    const wanted = plan.accepted.flatMap((one) =>
      one.item.kind === 'AdmissionBinding' ? [{ place: one.place, binding: one.item.binding }] : [],
    );
    const ids = new Set(wanted.map(({ binding }) => binding.id));
    const places = policy.bindings.filter(({ id }) => ids.has(id)).map(({ position }) => position);
    const last = policy.bindings.reduce((highest, { position }) => Math.max(highest, position), -1);
    const slots = [...places, ...wanted.slice(places.length).map((_one, at) => last + 1 + at)];
    return wanted.flatMap(({ place, binding }, at) => {
      const held = known.get(binding.id);
      const position = slots[at] ?? last + 1 + at;
      const hash = contentHash(binding);
      if (held?.contentHash === hash) return held.position === position ? [] : [{ ...held, position }];
      const header = this.#header(origin, place, { id: binding.id, revision: held?.revision, hash });
      return [{ ...header, position, binding }];
    });
  }

  #exceptionRecords(origin: FollowedOrigin, plan: SourcePlan, policy: KnownPolicy) {
    const known = new Map(policy.exceptions.map((one) => [one.id, one]));
    return plan.changed.flatMap(({ item, place }) => {
      if (item.kind !== 'AdmissionException') return [];
      const { id, exception } = item;
      const held = known.get(id);
      const hash = contentHash(exception);
      const header = this.#header(origin, place, { id, revision: held?.revision, hash });
      const createdAtMs = held?.createdAtMs ?? this.#parts.clock.nowMs();
      return [{ ...header, exception, createdBy: header.owner, createdAtMs }];
    });
  }

  #header(
    origin: FollowedOrigin,
    place: string,
    about: { readonly id: string; readonly revision: number | undefined; readonly hash: string },
  ) {
    const { owner, clock } = this.#parts;
    return {
      id: about.id,
      ...owner,
      owner: place.slice(0, PLACE_MAX),
      origin,
      revision: (about.revision ?? 0) + 1,
      contentHash: about.hash,
      updatedAtMs: clock.nowMs(),
    };
  }

  async #audit(reading: SourceReading, plan: SourcePlan, before: KnownPolicy): Promise<void> {
    const { store, clock, log, owner } = this.#parts;
    const named = changesOf(plan, before).map(({ action, kind, id }) => `${action} ${kind}/${id}`);
    log.info({ origin: reading.origin, changes: named.length }, 'policies of a source were taken');
    const appended = await store.audit.append(SCOPE, {
      tenant: owner.tenant,
      atMs: clock.nowMs(),
      actor: reading.origin,
      actorKind: 'system',
      action: 'admission.source',
      target: 'policies',
      outcome: 'success',
      detail: `applied: ${named.join(', ')}`.slice(0, DETAIL_MAX),
    });
    if (!appended.ok) log.error({ code: appended.error.code }, 'a change of policies is not audited');
  }
}

const failedBecause = ({ code, detail }: ApiFailure, { reason }: ItemOutcome) =>
  FINE.has(reason) ? { reason: 'StoreFailed' as const, detail: `${code}: ${detail}` } : {};

function changesOf({ changed, gone }: SourcePlan, before: KnownPolicy): PolicySourceChange[] {
  const known = new Set([
    ...before.rules.map(({ rule }) => `AdmissionRule/${rule.id}`),
    ...before.bindings.map(({ id }) => `AdmissionBinding/${id}`),
    ...before.exceptions.map(({ id }) => `AdmissionException/${id}`),
  ]);
  const written = changed.map(({ item }: SourceItem): PolicySourceChange => {
    const { kind, id } = item;
    return { action: known.has(keyOfItem(item)) ? 'update' : 'create', kind, id };
  });
  const removed = gone.flatMap((key): PolicySourceChange[] => {
    const [kind, id = ''] = [key.slice(0, key.indexOf('/')), key.slice(key.indexOf('/') + 1)];
    return kind === 'AdmissionRule' || kind === 'AdmissionBinding' || kind === 'AdmissionException'
      ? [{ action: 'remove', kind, id }]
      : [];
  });
  return [...written, ...removed].slice(0, CHANGES_MAX);
}

const countsOf = ({ rules, bindings, exceptions }: KnownPolicy, source: PolicySource['source']) => ({
  rules: rules.filter(({ origin }) => origin === source).length,
  bindings: bindings.filter(({ origin }) => origin === source).length,
  exceptions: exceptions.filter(({ origin }) => origin === source).length,
});

function rowOf(
  source: PolicySource['source'],
  counts: ReturnType<typeof countsOf>,
  { outcomes, changes, ...known }: Followed,
): PolicySource {
  const problems = outcomes.filter(({ reason }) => reason !== 'InForce' && reason !== 'Disabled');
  return {
    source,
    ...counts,
    ...known,
    changes: [...changes],
    problems: problems.slice(0, PROBLEMS_MAX).map(({ kind, id, place, reason, detail }) => ({
      ...(kind === undefined ? {} : { kind }),
      ...(id === undefined ? {} : { id: id.slice(0, PLACE_MAX) }),
      place: place.slice(0, 1024),
      reason,
      detail: cutTold(detail, 1024),
    })),
    problemsTotal: problems.length,
  };
}
