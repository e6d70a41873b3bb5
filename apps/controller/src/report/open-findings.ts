// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, systemScope } from '@bartizan/contracts';
import type { Clock } from '../ports.ts';

const SCOPE = systemScope('metrics');
/** How long an answer is good for: findings are counted by reading all of them. */
const GOOD_MS = 45_000;

/** How many findings are open, by severity. */
export type OpenBySeverity = ReadonlyMap<string, number>;

/** Counts of open findings. Who asks at the same time, or soon after, gets the same answer. */
export class OpenFindings {
  readonly #findings: Store['findings'];
  readonly #clock: Clock;
  #last: { readonly counts: OpenBySeverity | undefined; readonly atMs: number } | undefined;
  #question: Promise<void> | undefined;

  constructor(findings: Store['findings'], clock: Clock) {
    this.#findings = findings;
    this.#clock = clock;
  }

  /** Undefined where the store does not say. */
  async counts(): Promise<OpenBySeverity | undefined> {
    if (!this.#isGood()) {
      this.#question ??= this.#ask();
      await this.#question;
    }
    return this.#last?.counts;
  }

  #isGood(): boolean {
    const ageMs = this.#clock.nowMs() - (this.#last?.atMs ?? Number.NEGATIVE_INFINITY);
    return ageMs >= 0 && ageMs < GOOD_MS;
  }

  async #ask(): Promise<void> {
    try {
      const open = await this.#findings.countBy(SCOPE, 'severity', {
        filter: [exactly('state', 'open'), exactly('counted', 'true')],
        limit: 1,
      });
      this.#last = { counts: open.ok ? open.value : undefined, atMs: this.#clock.nowMs() };
    } finally {
      this.#question = undefined;
    }
  }
}
