// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Waiting times between starts: doubling, bounded, and back to the first after a long good run. */
export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** A run at least this long counts as good. */
  readonly goodRunMs: number;
}
export const SUPERVISOR_BACKOFF: BackoffOptions = { firstMs: 250, maxMs: 30_000, goodRunMs: 30_000 };

/** Counts failures in a row and says how long to wait before the next start. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions = SUPERVISOR_BACKOFF) {
    this.#options = options;
  }

  /** Time to wait, in ms, after a run of `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= this.#options.goodRunMs) this.#failures = 0;
    const waitMs = Math.min(this.#options.maxMs, this.#options.firstMs * 2 ** Math.min(this.#failures, 20));
    this.#failures += 1;
    return waitMs;
  }
}
