// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { EntityRepository, Store } from '@bartizan/adapters/store';
import {
  err,
  failure,
  ok,
  type PolicySet,
  type PolicySync,
  type Result,
  type ToldText,
  tenantScope,
  toldFailure,
} from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import { type AdmissionRuleSet, admissionRuleRevision } from '@bartizan/engine/admission';
import type { AdmissionDesk, KnownPolicy, PolicyAuthor, Simulation } from '../../admission-ports.ts';
import type { ApiFailure, Clock, Owner } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { type Follows, ownedElsewhere } from './followed-origin.ts';
import type { PolicyBook } from './policy-book.ts';
import { runSteps, type Step, stepsIn } from './policy-steps.ts';
import { faultOfRule } from './rule-examples.ts';
import { planSync, policyObjectsRevision, type SyncPlan } from './sync-plan.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: PolicyBook;
  readonly turnstile: Turnstile;
  readonly follows: Follows;
  /** What a draft would do to the objects that exist; undefined when no cluster is watched. */
  readonly effect: (owner: Owner, now: AdmissionRuleSet, draft: AdmissionRuleSet) => Simulation | undefined;
}

const YEAR_MS = 366 * 24 * 3600_000;
const NAMED_MAX = 10;
const invalid = (detail: string): Result<never, ApiFailure> => err(failure('E_POLICY_INVALID', detail));
const invalidRule = (id: string, fault: ToldText): Result<never, ApiFailure> =>
  typeof fault === 'string'
    ? invalid(`${id}: ${fault}`)
    : err(toldFailure('E_POLICY_INVALID', { en: `${id}: ${fault.en}`, ja: `${id}：${fault.ja}` }));

/** Brings a set of files to the server as a whole: compared, checked, its effect told, then stored and put into force once. */
export class PolicySyncDesk implements Pick<AdmissionDesk, 'sync'> {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  sync = (author: PolicyAuthor, set: PolicySet): Promise<Result<PolicySync, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { book, effect } = this.#parts;
      const now = await book.inForce(author.owner);
      if (!now.ok) return now;
      const plan = planSync(now.value.policy, set);
      if (!plan.ok) return invalid(plan.error);
      const draft = this.#checked(plan.value);
      if (!draft.ok) return draft;
      const { revision, changes } = plan.value;
      const meaning = effect(author.owner, now.value.set, draft.value);
      const told = { changes: [...changes], ...(meaning === undefined ? {} : { effect: meaning }) };
      if (set.dryRun) return ok({ revision, applied: false, ...told });
      const allowed = mayApply(plan.value, set.ifRevision, this.#parts.follows);
      if (!allowed.ok) return allowed;
      const saved = await this.#apply(author, now.value.policy, plan.value);
      if (!saved.ok) return saved;
      const loaded = await book.load(author.owner);
      if (!loaded.ok) return loaded;
      return ok({ revision: policyObjectsRevision(loaded.value.policy), applied: true, ...told });
    });

  /** What would judge afterwards; refused when anything that changes cannot. */
  #checked({ changes, after }: SyncPlan): Result<AdmissionRuleSet, ApiFailure> {
    const { book, clock } = this.#parts;
    const nowMs = clock.nowMs();
    const written = new Set(
      changes
        .filter(({ action }) => action === 'create' || action === 'update' || action === 'conflict')
        .map(({ kind, id }) => `${kind}/${id}`),
    );
    for (const { rule } of after.rules) {
      const fault = written.has(`AdmissionRule/${rule.id}`) ? faultOfRule(rule, book, nowMs) : undefined;
      if (fault !== undefined) return invalidRule(rule.id, fault);
    }
    for (const { id, expiresAtMs, rules, namespaces } of after.exceptions) {
      if (!written.has(`AdmissionException/${id}`)) continue;
      if (expiresAtMs <= nowMs || expiresAtMs > nowMs + YEAR_MS)
        return invalid(`${id}: expires has to be in the future, at most a year ahead`);
      if (rules.length === 0 || namespaces.length === 0)
        return invalid(`${id}: an exception names rules and namespaces`);
    }
    const enabled = after.rules.filter((one) => one.enabled).map(({ rule }) => rule);
    const compiled = book.proposed({
      rules: enabled,
      bindings: after.bindings,
      exceptions: after.exceptions,
    });
    const ids = new Set([...written].map((key) => key.slice(key.indexOf('/') + 1)));
    const bad = compiled.refused.find(({ id }) => ids.has(id));
    return bad === undefined ? ok(compiled.set) : invalid(`${bad.id}: ${bad.failure.detail}`);
  }

  /** All or nothing: what was written before a failure is written back. Nothing is in force before all of it is stored. */
  async #apply(
    author: PolicyAuthor,
    policy: KnownPolicy,
    plan: SyncPlan,
  ): Promise<Result<undefined, ApiFailure>> {
    const steps = await this.#steps(author, policy, plan);
    if (!steps.ok) return steps;
    return runSteps(steps.value);
  }

  async #steps(
    author: PolicyAuthor,
    policy: KnownPolicy,
    { changes, after }: SyncPlan,
  ): Promise<Result<Step[], ApiFailure>> {
    const { store } = this.#parts;
    const idsOf = (kind: string, ...actions: string[]): Set<string> =>
      new Set(changes.filter((one) => one.kind === kind && actions.includes(one.action)).map(({ id }) => id));
    const step = stepsIn(tenantScope(author.owner.cluster, author.owner.tenant));
    const changed = idsOf('AdmissionRule', 'create', 'update');
    const rules = await this.#read(store.admissionRules, author, [
      ...changed,
      ...idsOf('AdmissionRule', 'remove'),
    ]);
    if (!rules.ok) return rules;
    const ruleRecords = after.rules
      .filter(({ rule }) => changed.has(rule.id))
      .map(({ rule, enabled }) => ({
        ...this.#header(author, rule.id, rules.value, admissionRuleRevision(rule)),
        rule,
        enabled,
      }));
    const bound = idsOf('AdmissionBinding', 'create', 'update');
    const bindings = new Map(policy.bindings.map((one) => [one.id, one]));
    const bindingRecords = after.bindings.flatMap((binding, position) => {
      const known = bindings.get(binding.id);
      if (known !== undefined && !bound.has(binding.id))
        return known.position === position ? [] : [{ ...known, position }];
      return [{ ...this.#header(author, binding.id, bindings, contentHash(binding)), position, binding }];
    });
    const excepted = idsOf('AdmissionException', 'create', 'update');
    const exceptions = new Map(policy.exceptions.map((one) => [one.id, one]));
    const exceptionRecords = after.exceptions
      .filter(({ id }) => excepted.has(id))
      .map((exception) => ({
        ...this.#header(author, exception.id, exceptions, contentHash(exception)),
        exception,
        createdBy: exceptions.get(exception.id)?.createdBy ?? author.name,
        createdAtMs: exceptions.get(exception.id)?.createdAtMs ?? this.#parts.clock.nowMs(),
      }));
    return ok([
      step(store.admissionRules, rules.value, ruleRecords, idsOf('AdmissionRule', 'remove')),
      step(store.admissionBindings, bindings, bindingRecords, idsOf('AdmissionBinding', 'remove')),
      step(store.admissionExceptions, exceptions, exceptionRecords, idsOf('AdmissionException', 'remove')),
    ]);
  }

  async #read<T>(
    repository: EntityRepository<T>,
    { owner }: PolicyAuthor,
    ids: readonly string[],
  ): Promise<Result<Map<string, T>, ApiFailure>> {
    const found = new Map<string, T>();
    for (const id of ids) {
      const one = await repository.get(tenantScope(owner.cluster, owner.tenant), id);
      if (!one.ok) return one;
      if (one.value !== undefined) found.set(id, one.value);
    }
    return ok(found);
  }

  #header(
    { owner, name }: PolicyAuthor,
    id: string,
    before: ReadonlyMap<string, { readonly revision: number }>,
    hash: string,
  ) {
    const revision = (before.get(id)?.revision ?? 0) + 1;
    const updatedAtMs = this.#parts.clock.nowMs();
    return { id, ...owner, owner: name, origin: 'gitops', revision, contentHash: hash, updatedAtMs } as const;
  }
}

/** Whether a plan may be carried out: nobody else's object is in the way, and it is the one that was shown. */
function mayApply(
  { revision, changes }: SyncPlan,
  ifRevision: string | undefined,
  follows: Follows,
): Result<undefined, ApiFailure> {
  const conflicts = changes
    .filter(({ action }) => action === 'conflict')
    .map(({ kind, id }) => `${kind}/${id}`);
  if (conflicts.length > 0) {
    const more = conflicts.length > NAMED_MAX ? ` and ${conflicts.length - NAMED_MAX} more` : '';
    const named = conflicts.slice(0, NAMED_MAX).join(', ');
    return err(failure('E_CONFLICT', `made or changed elsewhere: ${named}${more}`));
  }
  for (const { kind, id, action, origin } of changes) {
    if (action !== 'update' && action !== 'remove') continue;
    const owned = ownedElsewhere(origin, `${kind}/${id}`, follows);
    if (owned !== undefined) return owned;
  }
  if (ifRevision !== revision)
    return err(failure('E_CONFLICT', 'the policies were changed since the difference was shown'));
  return ok(undefined);
}
