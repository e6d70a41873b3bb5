// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Store } from '@bartizan/adapters/store';
import { exactly, systemScope } from '@bartizan/contracts';
import type { Clock } from '../ports.ts';

const SCOPE = systemScope('metrics');
/** How long an answer is good for: findings are counted by reading all of them. */
const GOOD_MS = 45_000;
/** How long it is told while no newer one comes. */
const TOLD_MS = 5 * 60_000;
/** A scraper gives up after 10 s, and what else it asks for is known at once. */
const WAIT_MS = 1000;

/** Waits for what may take long, but not longer than that. */
async function inTime(question: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, WAIT_MS);
  });
  await Promise.race([question, late]).finally(() => clearTimeout(timer));
}

/** How many findings are open, by severity. */
export type OpenBySeverity = ReadonlyMap<string, number>;

/**
 * Counts of open findings. Who asks at the same time, or soon after, gets the same answer, and nobody waits long for it:
 * the thread that counts may be busy with a search, or with the audit chain, for minutes.
 */
export class OpenFindings {
  readonly #findings: Store['findings'];
  readonly #clock: Clock;
  #last: { readonly counts: OpenBySeverity | undefined; readonly atMs: number } | undefined;
  #question: Promise<void> | undefined;

  constructor(findings: Store['findings'], clock: Clock) {
    this.#findings = findings;
    this.#clock = clock;
  }

  /** Undefined where the store does not say, or has not said for long. */
  async counts(): Promise<OpenBySeverity | undefined> {
    if (!this.#isYounger(GOOD_MS)) {
      this.#question ??= this.#ask();
      await inTime(this.#question);
    }
    return this.#isYounger(TOLD_MS) ? this.#last?.counts : undefined;
  }

  #isYounger(limitMs: number): boolean {
    const ageMs = this.#clock.nowMs() - (this.#last?.atMs ?? Number.NEGATIVE_INFINITY);
    return ageMs >= 0 && ageMs < limitMs;
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
