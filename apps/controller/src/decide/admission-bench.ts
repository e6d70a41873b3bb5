// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { AdmissionViolation } from '@bartizan/contracts';
import {
  type AdmissionContext,
  type AdmissionRuleSet,
  judgeAdmission,
  wholeRepair,
} from '@bartizan/engine/admission';
import type { AdmissionAnswer, AdmissionAsk, AdmissionDirection, Clock } from '../ports.ts';

interface Parts {
  readonly clock: Clock;
  /** The rules in force: one immutable set, swapped as a whole. */
  readonly rules: () => AdmissionRuleSet;
  /** Facts at hand; what is not in it is unknown to the rules. */
  readonly context: AdmissionContext;
  /** Name of the topmost object that made what is asked about, where it is known: exceptions may name it. */
  readonly ownerOf?: (ask: AdmissionAsk) => string | undefined;
}

const SENTENCES_MAX = 10;
const NO_WARNINGS: readonly string[] = [];

/** Judges admission by the rules in force. */
export class AdmissionBench {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Revision of the rules in force. */
  get revision(): string {
    return this.#parts.rules().revision;
  }

  judge(ask: AdmissionAsk, direction: AdmissionDirection): AdmissionAnswer {
    const { rules, context, clock, ownerOf } = this.#parts;
    const set = rules();
    const nowMs = clock.nowMs();
    const owner = set.exceptions.length === 0 ? undefined : ownerOf?.(ask);
    const request = owner === undefined ? ask : { ...ask, owner };
    const verdict = judgeAdmission(set, request, context, nowMs);
    const { decision, violations, warnings, auditAnnotations, revision } = verdict;
    const base = {
      decision: { ...decision, enforcementPoint: 'api-server' as const },
      violations,
      auditAnnotations,
      policyRevision: revision,
    };
    if (direction === 'mutate') {
      const again = (object: unknown) =>
        judgeAdmission(set, { ...request, object }, context, nowMs).violations;
      return { ...base, allowed: true, warnings: [], patch: wholeRepair(ask.object, violations, again) };
    }
    if (verdict.allowed && violations.length === 0) return { ...base, allowed: true, warnings: NO_WARNINGS };
    const refusing = violations.filter(({ mode, state }) => mode === 'enforce' && state !== 'excepted');
    return {
      ...base,
      allowed: verdict.allowed,
      warnings: warnings.map(({ en }) => en),
      ...(verdict.allowed ? {} : { message: sentenceOf(refusing) }),
    };
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
