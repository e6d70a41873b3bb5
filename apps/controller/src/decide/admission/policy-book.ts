// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import type { EntityRepository, Store } from '@bartizan/adapters/store';
import {
  type AdmissionBinding,
  type AdmissionException,
  type AdmissionRule,
  err,
  failure,
  ok,
  type Result,
  type Scope,
  type StoredAdmissionBinding,
  type StoredAdmissionException,
  type StoredAdmissionRule,
  tenantScope,
} from '@bartizan/contracts';
import { contentHash } from '@bartizan/engine';
import {
  type AdmissionCompilation,
  type AdmissionRuleSet,
  admissionRuleRevision,
  type CelCompiler,
  CUSTOM_POD_PATHS,
  compileAdmissionPolicyLeniently,
  type PodPath,
} from '@bartizan/engine/admission';
import type { KnownPolicy, KnownRule } from '../../admission-ports.ts';
import type { ApiFailure, Clock, Log, Owner } from '../../ports.ts';

/** What is in force for one owner: what people see of it, and what judges. Swapped as a whole. */
export interface InForce {
  readonly policy: KnownPolicy;
  readonly set: AdmissionRuleSet;
  /** What is stored and cannot be in force, by its id, each with the reason. */
  readonly refused: ReadonlyMap<string, string>;
}

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** The rules of `content/` and the Pod Security Standards. */
  readonly builtIn: readonly AdmissionRule[];
  /** Compiles CEL for an API server of a minor version; absent version: none is known. */
  readonly celFor?: (minor?: number) => CelCompiler;
}

interface Stored {
  readonly rules: readonly StoredAdmissionRule[];
  readonly bindings: readonly StoredAdmissionBinding[];
  readonly exceptions: readonly StoredAdmissionException[];
}
const PAGE = 1000;

/** The policies of owners, compiled. A reader never sees half of a change: it holds one `InForce` or the next. */
export class PolicyBook {
  readonly #parts: Parts;
  readonly #known = new Map<string, InForce>();
  readonly #listeners = new Set<(owner: Owner, inForce: InForce) => void>();
  readonly #builtInIds: ReadonlySet<string>;
  /** Worked out once: hashing all of them takes longer than compiling them, and each change would wait for it. */
  readonly #builtIn: readonly Omit<KnownRule, 'refused'>[];
  #minor: number | undefined;
  #edition = 0;
  #podPaths: readonly PodPath[] = CUSTOM_POD_PATHS;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#builtInIds = new Set(parts.builtIn.map(({ id }) => id));
    this.#builtIn = parts.builtIn.map((rule) => ({
      rule,
      revision: admissionRuleRevision(rule),
      origin: 'built-in',
      enabled: true,
    }));
  }

  isBuiltIn(id: string): boolean {
    return this.#builtInIds.has(id);
  }

  /** What is in force, without waiting; undefined before the first `load`. */
  held(owner: Owner): InForce | undefined {
    return this.#known.get(keyOf(owner));
  }

  async inForce(owner: Owner): Promise<Result<InForce, ApiFailure>> {
    const held = this.held(owner);
    return held === undefined ? this.load(owner) : ok(held);
  }

  /** Reads what is stored and puts it into force; called after each change. */
  async load(owner: Owner): Promise<Result<InForce, ApiFailure>> {
    const stored = await this.#stored(tenantScope(owner.cluster, owner.tenant));
    if (!stored.ok) return stored;
    const made = this.#compile(stored.value);
    this.#known.set(keyOf(owner), made);
    for (const listener of this.#listeners) listener(owner, made);
    return ok(made);
  }

  /** The version of the cluster became known: expressions may name what its API server knows, and nothing else. */
  async clusterIs(minor: number | undefined): Promise<void> {
    if (minor === undefined || minor === this.#minor) return;
    this.#minor = minor;
    this.#edition += 1;
    await this.#again();
  }

  /** Another number whenever the same policies may compile to something else. */
  get edition(): number {
    return this.#edition;
  }

  /** Where custom kinds keep pods. */
  get podPaths(): readonly PodPath[] {
    return this.#podPaths;
  }

  /** Custom kinds came, went, or keep their pods elsewhere now: what judges looks there from now on. */
  async usePodPaths(podPaths: readonly PodPath[]): Promise<void> {
    if (isDeepStrictEqual(podPaths, this.#podPaths)) return;
    this.#podPaths = podPaths;
    this.#edition += 1;
    await this.#again();
  }

  async #again(): Promise<void> {
    for (const owner of [...this.#known.keys()].map(ownerOf)) {
      const loaded = await this.load(owner);
      if (!loaded.ok) this.#parts.log.error({ code: loaded.error.code }, 'policies cannot be read');
    }
  }

  /** Tells of each policy that comes into force. */
  listen(listener: (owner: Owner, inForce: InForce) => void): void {
    this.#listeners.add(listener);
  }

  /** What would be in force with other rules and bindings; nothing is kept. */
  async draft(
    owner: Owner,
    changes: {
      readonly rules?: readonly AdmissionRule[];
      readonly bindings?: readonly AdmissionBinding[];
      readonly exceptions?: readonly AdmissionException[];
    },
  ): Promise<Result<AdmissionCompilation, ApiFailure>> {
    const now = await this.inForce(owner);
    if (!now.ok) return now;
    const { rules, bindings, exceptions } = now.value.policy;
    const replaced = new Map((changes.rules ?? []).map((rule) => [rule.id, rule]));
    const kept = rules
      .filter(({ rule, enabled }) => enabled && !replaced.has(rule.id))
      .map(({ rule }) => rule);
    const excepted = new Map(exceptions.map(({ exception }) => [exception.id, exception]));
    for (const exception of changes.exceptions ?? []) excepted.set(exception.id, exception);
    const compiled = this.#compiled({
      rules: [...kept, ...replaced.values()],
      bindings: changes.bindings ?? bindings.map(({ binding }) => binding),
      exceptions: [...excepted.values()],
    });
    const drafted = new Set([...replaced.keys(), ...(changes.exceptions ?? []).map(({ id }) => id)]);
    // What could not be in force before, for the same reason, is not what these bindings broke.
    const isBroken = (id: string, why: string): boolean =>
      changes.bindings !== undefined && now.value.refused.get(id) !== why;
    const refused = compiled.refused.find(
      ({ id, failure: { detail } }) => drafted.has(id) || isBroken(id, detail),
    );
    if (refused === undefined) return ok(compiled);
    return err(failure('E_POLICY_INVALID', `${refused.id}: ${refused.failure.detail}`));
  }

  /** What would judge if exactly these were stored, beside what comes with the product. */
  proposed(parts: {
    readonly rules: readonly AdmissionRule[];
    readonly bindings: readonly AdmissionBinding[];
    readonly exceptions: readonly AdmissionException[];
  }): AdmissionCompilation {
    return this.#compiled({ ...parts, rules: [...this.#parts.builtIn, ...parts.rules] });
  }

  /** Compiles rules alone, with no other bindings than these and without exceptions. */
  alone(rules: readonly AdmissionRule[], bindings: readonly AdmissionBinding[] = []): AdmissionCompilation {
    return this.#compiled({ rules, bindings });
  }

  #compiled(policy: Parameters<typeof compileAdmissionPolicyLeniently>[0]): AdmissionCompilation {
    const compileCel = this.#parts.celFor?.(this.#minor);
    // At least the custom kinds of the command line: what CI refuses must not pass here.
    const whole = { ...policy, podPaths: this.#podPaths };
    return compileAdmissionPolicyLeniently(whole, compileCel === undefined ? {} : { compileCel });
  }

  #compile({ rules, bindings, exceptions }: Stored): InForce {
    const known: Omit<KnownRule, 'refused'>[] = [
      ...this.#builtIn,
      ...rules.map(({ rule, contentHash: revision, origin, enabled }) => ({
        rule,
        revision,
        origin,
        enabled,
      })),
    ];
    const compiled = this.#compiled({
      rules: known.filter(({ enabled }) => enabled).map(({ rule }) => rule),
      bindings: bindings.map(({ binding }) => binding),
      exceptions: exceptions.map(({ exception }) => exception),
    });
    const refused = new Map(compiled.refused.map(({ id, failure: { detail } }) => [id, detail]));
    for (const [id, detail] of refused) this.#parts.log.error({ id, detail }, 'a policy was refused');
    return {
      set: compiled.set,
      refused,
      policy: {
        revision: compiled.set.revision,
        rules: known.map((one) => {
          const reason = refused.get(one.rule.id);
          return reason === undefined ? one : { ...one, refused: reason };
        }),
        bindings,
        bindingsRevision: contentHash(bindings.map(({ binding }) => binding)),
        exceptions,
      },
    };
  }

  async #stored(scope: Scope): Promise<Result<Stored, ApiFailure>> {
    const { store } = this.#parts;
    const rules = await everything(store.admissionRules, scope);
    if (!rules.ok) return rules;
    const bindings = await everything(store.admissionBindings, scope);
    if (!bindings.ok) return bindings;
    const exceptions = await everything(store.admissionExceptions, scope);
    if (!exceptions.ok) return exceptions;
    const inOrder = [...bindings.value].sort((left, right) => left.position - right.position);
    return ok({ rules: rules.value, bindings: inOrder, exceptions: exceptions.value });
  }
}

const keyOf = ({ cluster, tenant }: Owner): string => `${cluster}\n${tenant}`;
const ownerOf = (key: string): Owner => {
  const [cluster = '', tenant = ''] = key.split('\n');
  return { cluster, tenant };
};

async function everything<T>(
  repository: EntityRepository<T>,
  scope: Scope,
): Promise<Result<T[], ApiFailure>> {
  const all: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await repository.list(scope, {
      filter: [],
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    if (!page.ok) return page;
    all.push(...page.value.items);
    cursor = page.value.next;
  } while (cursor !== undefined);
  return ok(all);
}
