// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import {
  type AttackCase,
  type AttackOutcome,
  type AttackStage,
  summary,
  wanted,
} from '@bartizan/testkit/attack';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What a suite needs besides its attacks. */
export interface AttackSuite {
  readonly stage: AttackStage;
  readonly cases: readonly AttackCase[];
  /** After the stage has started. */
  readonly prepare?: () => Promise<void>;
  /** What else has to hold of each attack that was seen. */
  readonly also?: (one: AttackCase, outcome: AttackOutcome) => void;
}

/** Holds an attack and its twin against what was expected of them: the twin raises nothing of the rule. */
export async function expectProof(stage: AttackStage, one: AttackCase): Promise<AttackOutcome> {
  const outcome = await stage.prove(one);
  expect(summary(outcome), await stage.report()).toEqual(wanted(one));
  expect(outcome.event?.attack).toContain(one.expected.technique);
  return outcome;
}

/** Each attack with its twin while the rules are in force, then all of them without. */
export function describeAttacks(title: string, { stage, cases, prepare, also }: AttackSuite): void {
  describe(title, () => {
    beforeAll(async () => {
      await stage.start();
      await prepare?.();
    }, 600_000);
    afterAll(() => stage.close(), 60_000);

    it.each(cases)(
      '$name raises an alert with its reasons, and its twin none',
      async (one) => {
        // Apart from what else has to hold: an optional call that is none leaves its arguments out as well.
        expect.hasAssertions();
        const outcome = await expectProof(stage, one);
        also?.(one, outcome);
      },
      240_000,
    );

    it('without the rules there is none', async () => {
      await stage.disarm();
      expect(await stage.playDisarmed(cases)).toEqual([]);
    }, 600_000);
  });
}
