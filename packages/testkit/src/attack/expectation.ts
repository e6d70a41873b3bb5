// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { SecurityEvent } from '@bartizan/contracts';
import type { Attack, AttackOutcome } from './attack-stage.ts';

/** What the API has to say of an attack. */
export interface Expectation {
  readonly severity: SecurityEvent['severity'];
  /** Name of the deciding program. */
  readonly program: string;
  /** Facts of the comparisons that decided, in order. */
  readonly because: readonly string[];
  /** Items of the 2022 and the 2025 edition. */
  readonly owasp: SecurityEvent['owasp'];
  /** One technique it has to name. */
  readonly technique: string;
}
/** One case of an attack test. */
export interface AttackCase extends Attack {
  readonly name: string;
  readonly expected: Expectation;
}

/** The outcome in the form of `wanted`: a test compares the two. */
export function summary({ event, ofTwin }: AttackOutcome): object {
  const [reason] = event?.decision.reasons ?? [];
  return {
    event: event && {
      id: /^n-[0-9a-f]+:[0-9a-f-]+:security:\d+$/.test(event.id),
      rule: event.rule,
      source: event.source,
      verdict: event.decision.verdict,
      container: event.workload.container,
      severity: event.severity,
      program: event.chain?.process.name,
      because: reason?.comparisons.map(({ field }) => field),
      allHeld: reason?.comparisons.every(({ held }) => held),
      revision: /^[0-9a-f]{64}$/.test(reason?.revision ?? ''),
      owasp: event.owasp,
    },
    ofTwin: ofTwin.map(({ message }) => message.en),
  };
}

/** What `summary` has to give. */
export function wanted({ rule, expected }: AttackCase): object {
  const { severity, program, because, owasp } = expected;
  return {
    event: {
      id: true,
      rule,
      source: 'sensor',
      verdict: 'alert',
      container: 'victim',
      severity,
      program,
      because,
      allHeld: true,
      revision: true,
      owasp,
    },
    ofTwin: [],
  };
}
