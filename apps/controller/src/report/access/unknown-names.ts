// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import { afterFailure, type LockState, lockEndMs, UNLOCKED } from '@bartizan/adapters/identity';
import type { Clock } from '../../ports.ts';

const NAMES_MAX = 10_000;

/**
 * Failures for names that belong to nobody, so that an unknown name locks exactly as a known one does and the answer
 * tells nothing. At most 10,000 names.
 */
export class UnknownNames {
  readonly #clock: Clock;
  readonly #states = new Map<string, LockState>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** End of the lock of a name; undefined = not locked. */
  lockedUntilMs(name: string): number | undefined {
    return lockEndMs(this.#states.get(name) ?? UNLOCKED, this.#clock.nowMs());
  }

  /** Counts a failure. */
  fail(name: string): void {
    const next = afterFailure(this.#states.get(name) ?? UNLOCKED, this.#clock.nowMs());
    this.#states.delete(name);
    this.#states.set(name, next);
    const oldest = this.#states.keys().next();
    if (this.#states.size > NAMES_MAX && oldest.done !== true) this.#states.delete(oldest.value);
  }
}
