// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type AdmissionBinding,
  type AdmissionException,
  type AdmissionRule,
  err,
  failure,
  ok,
  type Result,
  type StoredAdmissionBinding,
  type StoredAdmissionException,
  type ToldText,
  tenantScope,
  toldFailure,
} from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  admissionRuleRevision,
  judgeAdmission,
} from '@bartizan/engine/admission';
import type {
  AdmissionDesk,
  KnownPolicy,
  KnownRule,
  PolicyAuthor,
  RuleChange,
} from '../../admission-ports.ts';
import type { ApiFailure, Clock, Owner } from '../../ports.ts';
import type { Turnstile } from '../../turnstile.ts';
import { type Follows, ownedElsewhere } from './followed-origin.ts';
import { requestOfObject } from './object-request.ts';
import type { PolicyBook } from './policy-book.ts';
import { faultOfRule } from './rule-examples.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly book: PolicyBook;
  readonly turnstile: Turnstile;
  readonly follows: Follows;
  readonly context: () => AdmissionContext;
}

const YEAR_MS = 366 * 24 * 3600_000;
const refused = (fault: ToldText): Result<never, ApiFailure> =>
  err(
    typeof fault === 'string' ? failure('E_POLICY_INVALID', fault) : toldFailure('E_POLICY_INVALID', fault),
  );

/** Changes of rules, bindings and exceptions: checked, stored, and in force before they are answered. */
export class PolicyDesk
  implements
    Pick<
      AdmissionDesk,
      'policy' | 'putRule' | 'removeRule' | 'putBindings' | 'putException' | 'removeException' | 'test'
    >
{
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  policy = async (owner: Owner): Promise<Result<KnownPolicy, ApiFailure>> => {
    const inForce = await this.#parts.book.inForce(owner);
    return inForce.ok ? ok(inForce.value.policy) : inForce;
  };

  putRule = (
    author: PolicyAuthor,
    { rule, enabled, isNew, basedOn }: RuleChange,
  ): Promise<Result<KnownRule, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { store, book, clock } = this.#parts;
      const scope = scopeOf(author.owner);
      const known = await store.admissionRules.get(scope, rule.id);
      if (!known.ok) return known;
      if (isNew && known.value !== undefined) return err(failure('E_CONFLICT', `there is a rule ${rule.id}`));
      if (!isNew && known.value === undefined)
        return err(failure('E_NOT_FOUND', `there is no rule ${rule.id}`));
      const owned = ownedElsewhere(known.value?.origin, rule.id, this.#parts.follows);
      if (owned !== undefined) return owned;
      if (basedOn !== undefined && known.value !== undefined && isOther(known.value, basedOn))
        return err(failure('E_PRECONDITION', `rule ${rule.id} has changed since`));
      const fault = faultOfRule(rule, book, clock.nowMs());
      if (fault !== undefined) return refused(fault);
      // Alone it holds; with the bindings there are it may not, and would be out of force as soon as it is stored.
      const tried = enabled ? await book.draft(author.owner, { rules: [rule] }) : undefined;
      if (tried?.ok === false) return tried;
      const revision = admissionRuleRevision(rule);
      const record = {
        id: rule.id,
        ...this.#header(author, (known.value?.revision ?? 0) + 1, revision),
        rule,
        enabled,
      };
      const saved = await store.admissionRules.put(scope, [record]);
      if (!saved.ok) return saved;
      const loaded = await book.load(author.owner);
      return loaded.ok ? ok({ rule, revision, origin: record.origin, enabled }) : loaded;
    });

  removeRule = (author: PolicyAuthor, id: string): Promise<Result<boolean, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { store, book } = this.#parts;
      if (book.isBuiltIn(id)) return refused(`${id} comes with the product: switch it off by a binding`);
      const known = await store.admissionRules.get(scopeOf(author.owner), id);
      if (!known.ok) return known;
      const owned = ownedElsewhere(known.value?.origin, id, this.#parts.follows);
      if (owned !== undefined) return owned;
      const removed = await store.admissionRules.remove(scopeOf(author.owner), [id]);
      if (!removed.ok) return removed;
      if (removed.value === 0) return err(failure('E_NOT_FOUND', `there is no rule ${id}`));
      const loaded = await book.load(author.owner);
      return loaded.ok ? ok(removed.value > 0) : loaded;
    });

  putBindings = (
    author: PolicyAuthor,
    bindings: readonly AdmissionBinding[],
    ifRevision: string,
  ): Promise<Result<KnownPolicy, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { store, book } = this.#parts;
      const scope = scopeOf(author.owner);
      const now = await book.inForce(author.owner);
      if (!now.ok) return now;
      if (now.value.policy.bindingsRevision !== ifRevision)
        return err(failure('E_CONFLICT', 'the bindings were changed since they were read'));
      if (new Set(bindings.map(({ id }) => id)).size < bindings.length)
        return refused('two bindings have the same id');
      for (const { origin, id } of changedBindings(now.value.policy.bindings, bindings)) {
        const owned = ownedElsewhere(origin, id, this.#parts.follows);
        if (owned !== undefined) return owned;
      }
      const tried = await book.draft(author.owner, { bindings });
      if (!tried.ok) return tried;
      const kept = new Set(bindings.map(({ id }) => id));
      const gone = now.value.policy.bindings.map(({ id }) => id).filter((id) => !kept.has(id));
      const before = new Map(now.value.policy.bindings.map((one) => [one.id, one]));
      const records = bindings.map((binding, position) => {
        const known = before.get(binding.id);
        const hash = contentHash(binding);
        // Who saves the whole list does not come to own what stays as it was: a pushed binding remains one of the files.
        if (known?.contentHash === hash) return { ...known, position };
        return {
          id: binding.id,
          ...this.#header(author, (known?.revision ?? 0) + 1, hash),
          position,
          binding,
        };
      });
      const saved = await store.admissionBindings.put(scope, records);
      if (!saved.ok) return saved;
      const removed = await store.admissionBindings.remove(scope, gone);
      if (!removed.ok) return removed;
      const loaded = await book.load(author.owner);
      return loaded.ok ? ok(loaded.value.policy) : loaded;
    });

  putException = (
    author: PolicyAuthor,
    exception: AdmissionException,
  ): Promise<Result<StoredAdmissionException, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { store, clock, book } = this.#parts;
      const nowMs = clock.nowMs();
      if (exception.expiresAtMs <= nowMs || exception.expiresAtMs > nowMs + YEAR_MS)
        return refused('expiresAtMs has to be in the future, at most a year ahead');
      if (exception.rules.length === 0 || exception.namespaces.length === 0)
        return refused('an exception names rules and namespaces');
      const record = {
        id: exception.id,
        ...this.#header(author, 1, contentHash(exception)),
        exception,
        createdBy: author.name,
        createdAtMs: nowMs,
      };
      const scope = scopeOf(author.owner);
      const known = await store.admissionExceptions.get(scope, exception.id);
      if (!known.ok) return known;
      if (known.value !== undefined)
        return err(failure('E_CONFLICT', `there is an exception ${exception.id}`));
      const saved = await store.admissionExceptions.put(scope, [record]);
      if (!saved.ok) return saved;
      const loaded = await book.load(author.owner);
      return loaded.ok ? ok(record) : loaded;
    });

  removeException = (author: PolicyAuthor, id: string): Promise<Result<boolean, ApiFailure>> =>
    this.#parts.turnstile.run(async () => {
      const { admissionExceptions } = this.#parts.store;
      const known = await admissionExceptions.get(scopeOf(author.owner), id);
      if (!known.ok) return known;
      const owned = ownedElsewhere(known.value?.origin, id, this.#parts.follows);
      if (owned !== undefined) return owned;
      const removed = await admissionExceptions.remove(scopeOf(author.owner), [id]);
      if (!removed.ok) return removed;
      if (removed.value === 0) return err(failure('E_NOT_FOUND', `there is no exception ${id}`));
      const loaded = await this.#parts.book.load(author.owner);
      return loaded.ok ? ok(removed.value > 0) : loaded;
    });

  test: AdmissionDesk['test'] = async (owner, trial) => {
    const set = await this.#setFor(owner, trial.rules);
    if (!set.ok) return set;
    const request = requestOfObject(trial.object, {
      operation: trial.operation ?? 'CREATE',
      ...(trial.oldObject === undefined ? {} : { oldObject: trial.oldObject }),
      ...(trial.user === undefined ? {} : { user: { name: trial.user, groups: [] } }),
    });
    if (!request.ok) return request;
    const { decision, violations, revision } = judgeAdmission(
      set.value,
      request.value,
      this.#parts.context(),
      this.#parts.clock.nowMs(),
    );
    return ok({ verdict: decision.verdict, violations: [...violations], policyRevision: revision });
  };

  async #setFor(
    owner: Owner,
    rules: readonly AdmissionRule[] | undefined,
  ): Promise<Result<AdmissionRuleSet, ApiFailure>> {
    const { book } = this.#parts;
    if (rules === undefined) {
      const inForce = await book.inForce(owner);
      return inForce.ok ? ok(inForce.value.set) : inForce;
    }
    const { set, refused: bad } = book.alone(rules);
    const [first] = bad;
    return first === undefined ? ok(set) : refused(`${first.id}: ${first.failure.detail}`);
  }

  #header({ owner, name }: PolicyAuthor, revision: number, hash: string) {
    const updatedAtMs = this.#parts.clock.nowMs();
    return { ...owner, owner: name, origin: 'user', revision, contentHash: hash, updatedAtMs } as const;
  }
}

/** Whether a rule is another one than a change was made from, or is not asked as it was then. */
const isOther = (
  { contentHash: now, enabled }: { readonly contentHash: string; readonly enabled: boolean },
  basedOn: NonNullable<RuleChange['basedOn']>,
): boolean => now !== basedOn.revision || enabled !== basedOn.enabled;

/** Bindings that a new list changes or leaves out. */
function changedBindings(
  before: readonly StoredAdmissionBinding[],
  after: readonly AdmissionBinding[],
): StoredAdmissionBinding[] {
  const hashes = new Map(after.map((one) => [one.id, contentHash(one)]));
  return before.filter(({ id, contentHash: hash }) => hashes.get(id) !== hash);
}

const scopeOf = ({ cluster, tenant }: Owner) => tenantScope(cluster, tenant);
