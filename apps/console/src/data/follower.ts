// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Does something soon after it was asked for. */
export interface Follower {
  readonly ask: () => void;
  /** Forgets what was asked for. */
  readonly end: () => void;
}

/**
 * Acts `afterMs` after it was asked to, once for all that ask until then, and never twice at once. However fast it is
 * asked, it acts: what is put off with each new question is never done while they go on.
 */
export const follower = (act: () => Promise<unknown>, afterMs: number): Follower => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isActing = false;
  let isAskedAgain = false;
  const run = async (): Promise<void> => {
    timer = undefined;
    isActing = true;
    await act().catch(() => undefined);
    isActing = false;
    if (isAskedAgain) ask();
  };
  const ask = (): void => {
    isAskedAgain = isActing;
    if (isActing || timer !== undefined) return;
    timer = setTimeout(() => void run(), afterMs);
  };
  return {
    ask,
    end: () => {
      clearTimeout(timer);
      timer = undefined;
      isAskedAgain = false;
    },
  };
};
