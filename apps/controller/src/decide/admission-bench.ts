// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import {
  type AdmissionBinding,
  type AdmissionException,
  type AdmissionRule,
  type AdmissionViolation,
  ok,
  type PageOf,
  type Query,
  type Result,
  tenantScope,
} from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  compileAdmissionPolicyLeniently,
  joinPatches,
  judgeAdmission,
} from '@bartizan/engine/admission';
import type {
  AdmissionAnswer,
  AdmissionAsk,
  AdmissionDirection,
  ApiFailure,
  Clock,
  Log,
  Owner,
} from '../ports.ts';

interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly owner: Owner;
  /** Facts at hand; what is not in it is unknown to the rules. */
  readonly context: AdmissionContext;
}

const PAGE = 1_000;
const SENTENCES_MAX = 10;

/** Judges admission by the rules in force: one immutable set, swapped as a whole. */
export class AdmissionBench {
  readonly #parts: Parts;
  #set: AdmissionRuleSet;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#set = compileAdmissionPolicyLeniently({ rules: [] }).set;
  }

  /** Revision of the rules in force. */
  get revision(): string {
    return this.#set.revision;
  }

  /** Takes the rules, bindings and exceptions of the store into force. When they cannot be read, those of before stay. */
  async reload(): Promise<Result<void, ApiFailure>> {
    const { store, log } = this.#parts;
    const rules = await this.#all((query) => store.admissionRules.list(this.#scope, query));
    if (!rules.ok) return rules;
    const bindings = await this.#all((query) => store.admissionBindings.list(this.#scope, query));
    if (!bindings.ok) return bindings;
    const exceptions = await this.#all((query) => store.admissionExceptions.list(this.#scope, query));
    if (!exceptions.ok) return exceptions;
    const policy: { rules: AdmissionRule[]; bindings: AdmissionBinding[]; exceptions: AdmissionException[] } =
      {
        rules: rules.value.filter(({ enabled }) => enabled).map(({ rule }) => rule),
        bindings: bindings.value
          .toSorted((one, two) => one.position - two.position)
          .map(({ binding }) => binding),
        exceptions: exceptions.value.map(({ exception }) => exception),
      };
    const compiled = compileAdmissionPolicyLeniently(policy);
    for (const { id, failure } of compiled.refused)
      log.error({ rule: id, detail: failure.detail }, 'an admission rule was refused');
    this.#set = compiled.set;
    return ok(undefined);
  }

  judge(ask: AdmissionAsk, direction: AdmissionDirection): AdmissionAnswer {
    const { uid: _uid, version: _version, ...request } = ask;
    const verdict = judgeAdmission(this.#set, request, this.#parts.context, this.#parts.clock.nowMs());
    const { decision, violations, warnings, auditAnnotations, revision } = verdict;
    const base = {
      decision: { ...decision, enforcementPoint: 'api-server' as const },
      violations,
      auditAnnotations,
      policyRevision: revision,
    };
    if (direction === 'mutate')
      return { ...base, allowed: true, warnings: [], patch: patchOf(ask, violations) };
    const refusing = violations.filter(({ mode, state }) => mode === 'enforce' && state !== 'excepted');
    return {
      ...base,
      allowed: verdict.allowed,
      warnings: warnings.map(({ en }) => en),
      ...(verdict.allowed ? {} : { message: sentenceOf(refusing) }),
    };
  }

  get #scope() {
    return tenantScope(this.#parts.owner.cluster, this.#parts.owner.tenant);
  }

  async #all<T>(
    list: (query: Query) => Promise<Result<PageOf<T>, ApiFailure>>,
  ): Promise<Result<readonly T[], ApiFailure>> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ filter: [], limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      if (!page.ok) return page;
      items.push(...page.value.items);
      cursor = page.value.next;
    } while (cursor !== undefined);
    return ok(items);
  }
}

/** What the user who asked reads: the rule, the place, what is wrong there. */
function sentenceOf(violations: readonly AdmissionViolation[]): string {
  const told = violations.slice(0, SENTENCES_MAX).map(({ rule, path, message, allowed }) => {
    const right = allowed === undefined ? '' : ` (allowed: ${allowed})`;
    return `${rule}: ${message.en} at ${path}${right}`;
  });
  const more = violations.length - told.length;
  return [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ') || 'refused by an admission rule';
}

/** The repairs of what is refused or warned of, as far as they fit together and to the object. */
const patchOf = (
  ask: AdmissionAsk,
  violations: readonly AdmissionViolation[],
): NonNullable<AdmissionAnswer['patch']> =>
  joinPatches(
    ask.object,
    violations
      .filter(({ mode, state }) => mode !== 'audit' && state === 'violated')
      .map(({ patch }) => patch),
  );
