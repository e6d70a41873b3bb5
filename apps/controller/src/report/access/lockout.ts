// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Clock } from '../../ports.ts';

/** Failures after which a name is locked. */
export const FAILURES_MAX = 5;
/** How long a lock lasts, in milliseconds. */
export const LOCK_MS = 15 * 60_000;
const NAMES_MAX = 10_000;

/**
 * Failures for names that belong to nobody, so that an unknown name locks exactly as a known one does and the answer
 * tells nothing. At most 10,000 names.
 */
export class UnknownNames {
  readonly #clock: Clock;
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** End of the lock of a name; undefined = not locked. */
  lockedUntilMs(name: string): number | undefined {
    const entry = this.#failures.get(name);
    return entry !== undefined && entry.lockedUntilMs > this.#clock.nowMs() ? entry.lockedUntilMs : undefined;
  }

  /** Counts a failure. */
  fail(name: string): void {
    const nowMs = this.#clock.nowMs();
    const known = this.#failures.get(name);
    const next = afterFailure(known?.count ?? 0, known?.lockedUntilMs, nowMs);
    this.#failures.delete(name);
    this.#failures.set(name, { count: next.failures, lockedUntilMs: next.lockedUntilMs ?? 0 });
    const oldest = this.#failures.keys().next();
    if (this.#failures.size > NAMES_MAX && oldest.done !== true) this.#failures.delete(oldest.value);
  }
}

/** The state of a name after one more failure. A lock that ended starts the count again. */
export function afterFailure(
  failures: number,
  lockedUntilMs: number | undefined,
  nowMs: number,
): { readonly failures: number; readonly lockedUntilMs?: number } {
  const count =
    (lockedUntilMs !== undefined && lockedUntilMs <= nowMs && failures >= FAILURES_MAX ? 0 : failures) + 1;
  return count >= FAILURES_MAX ? { failures: count, lockedUntilMs: nowMs + LOCK_MS } : { failures: count };
}
