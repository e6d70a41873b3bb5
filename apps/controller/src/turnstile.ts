// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** Lets one piece of work through at a time, in the order of arrival: read-change-write without lost updates. */
export class Turnstile {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs the work when all earlier work has ended, well or badly. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** One for each kind of record that several parts read, change and write. */
export interface Turnstiles {
  readonly findings: Turnstile;
  readonly nodes: Turnstile;
  readonly workloads: Turnstile;
}

export const makeTurnstiles = (): Turnstiles => ({
  findings: new Turnstile(),
  nodes: new Turnstile(),
  workloads: new Turnstile(),
});
