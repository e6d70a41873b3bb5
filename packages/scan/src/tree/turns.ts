// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** The clock of one who takes turns with others. */
export interface Turn {
  /** Milliseconds since the Unix epoch, less what the others worked since it joined. */
  readonly now: () => number;
  /** Works: the time it takes is nobody else's. */
  readonly work: <T>(step: () => T) => T;
}

/**
 * Clocks of several who work in turn on one thread: that of each stands still while another one works, so that a slow
 * one uses up its own time only. What they do together, outside of `work`, counts for all.
 */
export class Turns {
  readonly #now: () => number;
  #workedMs = 0;

  /** `now` gives milliseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  join(): Turn {
    const clock = this.#now;
    let ownMs = 0;
    const joinedAfterMs = this.#workedMs;
    return {
      now: () => clock() - (this.#workedMs - joinedAfterMs - ownMs),
      work: (step) => {
        const startedAtMs = clock();
        try {
          return step();
        } finally {
          const tookMs = clock() - startedAtMs;
          ownMs += tookMs;
          this.#workedMs += tookMs;
        }
      },
    };
  }
}
