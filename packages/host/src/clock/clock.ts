// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The clocks of a machine as a port, so that tests hold the time. */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch; may jump. */
  readonly wallMs: () => number;
  /** Since boot, sleep included, in microseconds; never jumps. */
  readonly bootUs: () => number;
  /** Runs a function once after a delay. Returns what cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Runs a function again and again. Returns what ends it. */
  readonly every: (intervalMs: number, run: () => void) => () => void;
}

/** Milliseconds since boot: for intervals, which must also end when somebody sets the wall clock back by years. */
export const steadyMs = (clock: Clock): number => clock.bootUs() / 1000;
