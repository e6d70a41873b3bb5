// SPDX-FileCopyrightText: Bartizan contributors
// SPDX-License-Identifier: Apache-2.0

/** One line of work: so many at once, the rest waits. */
interface Lane {
  readonly limit: number;
  readonly waiting: (() => Promise<void>)[];
  running: number;
  idle: (() => void)[];
}

/**
 * Work of several lines on a few workers, one line after the other: a line with a thousand pieces takes its turn like
 * one with a single piece, and never more workers than its own limit.
 */
export class FairQueue {
  readonly #workers: number;
  readonly #lanes = new Map<string, Lane>();
  #running = 0;

  constructor(workers: number) {
    this.#workers = workers;
  }

  /** Pieces that wait, in all lines. */
  get waiting(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.waiting.length, 0);
  }

  /** Puts a piece of work at the end of its line. A piece that throws ends like any other; it has to tell by itself. */
  add(name: string, limit: number, work: () => Promise<void>): void {
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { limit, waiting: [], running: 0, idle: [] };
      this.#lanes.set(name, lane);
    }
    lane.waiting.push(work);
    this.#pump();
  }

  /** Forgets what waits in a line; what runs goes on. */
  drop(name: string): number {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return 0;
    const { length } = lane.waiting.splice(0);
    this.#settle(name, lane);
    return length;
  }

  /** Resolves when nothing of a line waits or runs. */
  idle(name: string): Promise<void> {
    const lane = this.#lanes.get(name);
    if (lane === undefined) return Promise.resolve();
    return new Promise((resolve) => lane.idle.push(resolve));
  }

  #pump(): void {
    while (this.#running < this.#workers) {
      const next = this.#next();
      if (next === undefined) return;
      const [name, lane, work] = next;
      lane.running += 1;
      this.#running += 1;
      void this.#run(work).finally(() => {
        lane.running -= 1;
        this.#running -= 1;
        this.#settle(name, lane);
        this.#pump();
      });
    }
  }

  /** The first line that may start something goes to the end of the round. */
  #next(): [string, Lane, () => Promise<void>] | undefined {
    for (const [name, lane] of this.#lanes) {
      if (lane.running >= lane.limit) continue;
      const work = lane.waiting.shift();
      if (work === undefined) continue;
      this.#lanes.delete(name);
      this.#lanes.set(name, lane);
      return [name, lane, work];
    }
    return undefined;
  }

  async #run(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      // Told by the work itself; the workers go on.
    }
  }

  #settle(name: string, lane: Lane): void {
    if (lane.running > 0 || lane.waiting.length > 0) return;
    if (this.#lanes.get(name) === lane) this.#lanes.delete(name);
    for (const resolve of lane.idle.splice(0)) resolve();
  }
}
