// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

import type { Clock } from './ports.ts';

/** Where one caller stands in the current window. */
export interface Allowance {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until the window ends. */
  readonly resetS: number;
}

const WINDOW_MS = 60_000;
const CALLERS_MAX = 10_000;

/** Counts requests per caller in windows of one minute. Holds at most 10,000 callers: the oldest are forgotten. */
export class RateGate {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windows = new Map<string, { startMs: number; used: number }>();

  constructor(clock: Clock, limitPerMinute: number) {
    this.#clock = clock;
    this.#limit = limitPerMinute;
  }

  /** Takes one request of the caller. */
  take(caller: string): Allowance {
    const nowMs = this.#clock.nowMs();
    let window = this.#windows.get(caller);
    if (window === undefined || nowMs - window.startMs >= WINDOW_MS || nowMs < window.startMs) {
      this.#windows.delete(caller);
      window = { startMs: nowMs, used: 0 };
      this.#windows.set(caller, window);
      this.#forget();
    }
    window.used += 1;
    return {
      allowed: window.used <= this.#limit,
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - window.used),
      resetS: Math.max(1, Math.ceil((window.startMs + WINDOW_MS - nowMs) / 1000)),
    };
  }

  #forget(): void {
    if (this.#windows.size <= CALLERS_MAX) return;
    const oldest = this.#windows.keys().next();
    if (oldest.done !== true) this.#windows.delete(oldest.value);
  }
}
