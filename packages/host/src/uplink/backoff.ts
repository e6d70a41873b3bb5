// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Pauses between attempts: doubled each time up to a bound, each between half and all of it, so that nodes do not come together. */
export const makeBackoff = (firstMs: number, maxMs: number, random: () => number) => {
  let nextMs = firstMs;
  return {
    /** The pause before the next attempt. */
    next: (): number => {
      const pauseMs = nextMs / 2 + (nextMs / 2) * random();
      nextMs = Math.min(maxMs, nextMs * 2);
      return Math.round(pauseMs);
    },
    /** A connection held: the next pause is the first again. */
    reset: (): void => {
      nextMs = firstMs;
    },
  };
};
