// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Decision, DetectionRule, Facts } from '@bartizan/contracts';
import type { RuleSet } from '@bartizan/engine';
import {
  compileRulesLeniently,
  factsOfConnect,
  factsOfCredentials,
  factsOfExec,
  factsOfFileOpen,
  factsOfListen,
  judge,
  renderMessage,
} from '@bartizan/engine/runtime';
import type { Sighting } from '../sense/sighting.ts';

/** A sighting that a rule matched. */
export interface Detection {
  readonly sighting: Sighting;
  readonly rule: DetectionRule;
  readonly decision: Decision;
  readonly message: { readonly en: string; readonly ja: string };
}

/** The facts of a sighting, in the vocabulary of the rules. */
export const factsOf = (sighting: Sighting): Facts | undefined => {
  const { chain, connection, file, credentials } = sighting;
  const { inContainer, workload, firstPid } = sighting;
  const setting = { inContainer, workload, firstPid };
  switch (sighting.trigger) {
    case 'exec':
      return chain ? factsOfExec(chain, setting) : undefined;
    case 'file-open':
      return file ? factsOfFileOpen(chain, file, setting) : undefined;
    case 'connect':
      return connection ? factsOfConnect(chain, connection, setting) : undefined;
    case 'listen':
      return connection ? factsOfListen(chain, connection, setting) : undefined;
    case 'credentials':
      return credentials ? factsOfCredentials(chain, credentials, setting) : undefined;
    case 'audit':
    case 'restore':
      // An agent sees neither the audit log of an API server nor what the controller puts back.
      return undefined;
  }
};

/** The rules in force and the judgement by them. */
export class Detector {
  #rules: RuleSet = compileRulesLeniently([]).set;
  #revision = '';

  /** Revision of the rules as the controller names it; empty before the first ones came. */
  get revision(): string {
    return this.#revision;
  }

  /** Replaces the rules. Returns those that could not be compiled, with the reason: they disarm no other. */
  replace(
    revision: string,
    rules: readonly DetectionRule[],
  ): readonly { readonly id: string; readonly detail: string }[] {
    const { set, refused } = compileRulesLeniently(rules);
    this.#rules = set;
    this.#revision = revision;
    return refused.map((one) => ({ id: one.id, detail: one.failure.detail }));
  }

  /** Judges a sighting; undefined when no rule matched. */
  judge(sighting: Sighting, nowUs: () => number): Detection | undefined {
    if (!this.#rules.byTrigger.get(sighting.trigger)?.length) return undefined;
    const facts = factsOf(sighting);
    if (!facts) return undefined;
    const startedUs = nowUs();
    const { decision, matched } = judge(this.#rules, {
      trigger: sighting.trigger,
      facts,
      inContainer: sighting.inContainer,
      enforcementPoint: 'none',
    });
    if (!matched) return undefined;
    return {
      sighting,
      rule: matched,
      decision: { ...decision, elapsedUs: Math.max(0, nowUs() - startedUs) },
      message: renderMessage(matched.message, facts),
    };
  }
}
